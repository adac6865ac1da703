"""A name is held by one at a time, however the clock goes, and nobody keeps it who is gone. On every twin."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection

import pytest

from tests.ledger.conftest import NO_SERVER
from tests.ledger.examples import T0, repository
from verifier.ledger import Ledger, open_ledger
from verifier.model import RepositorySeen


def free(ledger: Ledger, name: str) -> bool:
    """Whether another thread could hold the name now."""
    found: list[bool] = []

    def hold() -> None:
        with ledger.alone(name) as alone:
            found.append(alone)

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join(20)
    return found[0]


def test_a_name_is_held_by_one_and_let_go_at_the_end(ledger: Ledger) -> None:
    with ledger.alone("report i1 issue") as alone:
        assert alone
        assert not free(ledger, "report i1 issue")
        assert not free(ledger, "report i1 issue")
        assert free(ledger, "report i1 advisory")

    assert free(ledger, "report i1 issue")


def test_a_name_is_let_go_where_what_was_done_under_it_breaks(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="broke"), ledger.alone("report i1 issue"):
        raise RuntimeError("broke")

    assert free(ledger, "report i1 issue")


def test_the_ledger_is_written_while_a_name_is_held_and_by_others_too(ledger: Ledger) -> None:
    def write(number: int) -> None:
        with ledger.writing() as book:
            book.record(RepositorySeen(repository(number, f"acme/{number}")), T0)

    with ledger.alone("report i1 issue"):
        write(1)
        other = threading.Thread(target=write, args=(2,))
        other.start()
        other.join(20)

    with ledger.reading() as book:
        assert [1, 2] == [known.id for known in book.repositories.all()]


def hold_for_ever(url: str, told: Connection) -> None:
    with open_ledger(url).alone("report i1 issue") as alone:
        told.send(alone)
        signal.pause()


@NO_SERVER
def test_a_process_that_stands_still_keeps_its_name_and_one_that_is_killed_does_not(postgresql_url: str) -> None:
    ledger = open_ledger(postgresql_url)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=hold_for_ever, args=(postgresql_url, theirs))
    process.start()
    try:
        assert ours.poll(60)
        assert ours.recv() is True
        os.kill(process.pid or 0, signal.SIGSTOP)
        assert not free(ledger, "report i1 issue")
    finally:
        process.kill()
        process.join()

    deadline = threading.Event()
    while not free(ledger, "report i1 issue"):
        assert not deadline.wait(0.05)  # PostgreSQL notices in its own time that the connection is gone
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
