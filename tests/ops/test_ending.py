"""A worker that is told to end: what it is at is finished or given back, and nobody waits out a lease."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from app.deps import Deps
from app.jobs import hear
from app.jobs.batch import one
from app.processes.keeper import renew
from app.processes.shift import AT_ONE, LEASE, Shift
from app.processes.worker import give_back
from app.settings import Settings
from app.web.webhooks import Heard
from tests.ledger.conftest import NO_SERVER, empty_postgresql_url, migrated_file, postgresql_url, sqlite_url, url
from tests.webhooks.site import DeadLedger
from verifier.ledger import memory_ledger, open_ledger
from verifier.ledger.protocol import Delivery, Task

__all__ = ["NO_SERVER", "empty_postgresql_url", "migrated_file", "postgresql_url", "sqlite_url", "url"]

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PROGRAM = """
import pathlib, sys, time
from datetime import UTC, datetime
from app.deps import Deps
from app.jobs.batch import each
from app.processes.lanes import Lanes
from app.settings import Settings
from app.wake.local import LocalWake
from app.processes.worker import main
from verifier.ledger import open_ledger
url, notes, seconds, end_within = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
def do(deps, task):
    with (notes / "begun").open("a") as file: file.write(task.key + "\\n")
    until = time.monotonic() + seconds
    while time.monotonic() < until: time.sleep(0.01)
    with (notes / "done").open("a") as file: file.write(task.key + "\\n")
def step(deps, name):
    return each(deps, "inspect", do) if name == "inspect" else 0
wake = LocalWake(notes)
ledger = open_ledger(url)
if len(sys.argv) > 5:
    import threading
    from contextlib import contextmanager
    @contextmanager
    def stuck():
        if threading.current_thread().name == "end": time.sleep(600)
        with writing() as book: yield book
    writing, ledger.writing = ledger.writing, stuck
deps = Deps(Settings(), ledger, None, None, wake, lambda: datetime.now(UTC), lanes=Lanes())
main(deps, step, end_within=end_within)
"""


def told_to_end(url: str, notes: Path, seconds: float, end_within: float) -> tuple[list[str], list[str], list[Task]]:
    """The real worker with five pieces of work, told to end while it is at the first.

    What was begun, what was done, and what another worker can take up at once after that.
    """
    ledger = open_ledger(url)
    with ledger.writing() as book:
        for number in range(5):
            book.work.want("inspect", f"k{number}", datetime.now(UTC) - timedelta(minutes=5 - number))
    command = [sys.executable, "-c", PROGRAM, url, str(notes), str(seconds), str(end_within)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    patience = time.monotonic() + 60
    while not (notes / "begun").exists():
        assert time.monotonic() < patience, "it never began"
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    with ledger.writing() as book:
        free = book.work.claim("inspect", 10, datetime.now(UTC), LEASE)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    lines: Callable[[str], list[str]] = lambda name: (  # noqa: E731
        (notes / name).read_text().split() if (notes / name).exists() else []
    )
    return lines("begun"), lines("done"), free


def test_what_is_under_way_is_finished_and_nothing_else_is_begun(tmp_path: Path, url: str) -> None:
    begun, done, free = told_to_end(url, tmp_path, seconds=1, end_within=30)

    assert (["k0"], ["k0"]) == (begun, done)
    assert ["k1", "k2", "k3", "k4"] == sorted(task.key for task in free)


def test_what_takes_too_long_is_given_back_and_can_be_had_at_once(tmp_path: Path, url: str) -> None:
    """Its lease would have lasted for minutes."""
    begun, done, free = told_to_end(url, tmp_path, seconds=600, end_within=1)

    assert (["k0"], []) == (begun, done)
    assert ["k0", "k1", "k2", "k3", "k4"] == sorted(task.key for task in free)


def test_a_database_that_does_not_answer_holds_up_no_end(tmp_path: Path, sqlite_url: str) -> None:
    """Nothing can be given back then: the lease is waited out."""
    with open_ledger(sqlite_url).writing() as book:
        book.work.want("inspect", "k0", datetime.now(UTC))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, sqlite_url, str(tmp_path), "600", "1", "stuck"])
    patience = time.monotonic() + 60
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < patience, "it never began"
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 1


@pytest.fixture
def deps() -> Deps:
    nothing = cast(Any, None)
    return Deps(Settings(), memory_ledger(), nothing, nothing, nothing, lambda: NOW, shift=Shift())


def test_what_was_given_back_is_not_ended_by_whoever_had_it(deps: Deps) -> None:
    with deps.ledger.writing() as book:
        book.work.want("poll", "k", NOW)
        (task,) = book.work.claim("poll", 1, NOW, LEASE)
    with deps.shift.at(task, NOW):
        give_back(deps)
    with deps.ledger.writing() as book:
        book.work.done(task)
        assert ["k"] == [again.key for again in book.work.claim("poll", 1, NOW, LEASE)]
    assert [] == deps.shift.held()


class Time:
    """A clock to be set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def under_way(deps: Deps, minutes: int, keeps: Callable[[Deps], None]) -> tuple[int, list[Task]]:
    """A piece of work that takes so long, with what its worker does about it each minute.

    After how many minutes another could have had it, and what is left of it at the end.
    """
    now = cast(Time, deps.now)
    free = list[int]()

    def do(_: Deps, task: Task) -> None:
        for minute in range(minutes):
            now.now += timedelta(minutes=1)
            keeps(deps)
            with deps.ledger.reading() as book:
                held = book.work.get("poll", "k")
            if held is not None and held.lent_until is not None and held.lent_until <= now():
                free.append(minute + 1)

    with deps.ledger.writing() as book:
        book.work.want("poll", "k", NOW)
        (task,) = book.work.claim("poll", 1, NOW, LEASE)
    one(deps, task, do)
    with deps.ledger.reading() as book:
        return min(free, default=0), book.work.all("poll")


def test_what_a_living_worker_is_at_stays_its_own_and_what_a_dead_one_was_at_is_had_within_minutes(deps: Deps) -> None:
    half, all_of_it = int(AT_ONE / timedelta(minutes=2)), int(AT_ONE / timedelta(minutes=1))
    short = int(LEASE / timedelta(minutes=1))

    assert (0, []) == under_way(replace(deps, now=Time()), half, renew)
    assert short == under_way(replace(deps, now=Time()), half, lambda _: None)[0]
    assert all_of_it == under_way(replace(deps, now=Time()), all_of_it, renew)[0], "what hangs is not kept for ever"


def test_while_the_database_is_down_nothing_is_renewed_and_nothing_breaks(deps: Deps) -> None:
    down = list[bool]()

    def keeps(deps: Deps) -> None:
        down.append(len(down) in (2, 3))
        renew(replace(deps, ledger=cast(Any, DeadLedger())) if down[-1] else deps)

    assert (0, []) == under_way(replace(deps, now=Time()), 10, keeps)
    assert [2, 3] == [minute for minute, was in enumerate(down) if was]


def test_what_another_has_by_now_is_not_renewed_and_not_ended(deps: Deps) -> None:
    mine = replace(deps, now=Time())
    taken = list[Task]()

    def keeps(deps: Deps) -> None:
        if deps.now() == NOW + LEASE:
            with deps.ledger.writing() as book:
                taken.extend(book.work.claim("poll", 1, deps.now(), AT_ONE))
        elif deps.now() > NOW + LEASE:
            renew(deps)

    _, left = under_way(mine, 10, keeps)

    assert left == taken


def test_webhooks_that_were_not_begun_are_given_back(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"zen": "x"}).encode()
    with deps.ledger.writing() as book:
        for number in range(3):
            book.inbox.keep(Delivery(f"d{number}", "ping", body, NOW + timedelta(seconds=number)))
    heard = list[str]()

    def hear_one(delivery: Delivery, book: Any, now: datetime) -> Heard:
        heard.append(delivery.id)
        deps.shift.end()
        return Heard()

    monkeypatch.setattr(hear, "hear_one", hear_one)
    assert 1 == hear.run(deps)
    with deps.ledger.writing() as book:
        assert ["d1", "d2"] == [left.id for left in book.inbox.claim(10, NOW, timedelta(minutes=5))]
    assert ["d0"] == heard
