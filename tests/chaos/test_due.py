"""When the bench takes a piece of work to be due: its time goes on to that moment, and to none that is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.chaos.bench import due_at, is_reading
from verifier.ledger import memory_ledger
from verifier.ledger.asking import run_task, vet_task
from verifier.ledger.protocol import Task
from verifier.model import RunKey

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LEASE = timedelta(minutes=2)


def test_a_piece_whose_lane_waits_is_due_when_the_lane_is() -> None:
    """Or the bench jumps to where it is already, again and again."""
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.work.want("tell/webhook", "an incident", NOW)
        book.work.want("lane/webhook", "turn", LATER)
        piece = book.work.get("tell/webhook", "an incident")
        assert piece is not None
        assert due_at(book, piece) == LATER


def test_a_piece_is_due_when_it_says_so_where_its_lane_is_at_work_or_none_waits() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        for step in ("tell/webhook", "report"):
            book.work.want(step, "an incident", NOW)
        pieces = [piece for step in ("tell/webhook", "report") for piece in book.work.all(step)]
        assert [NOW, NOW] == [due_at(book, piece) for piece in pieces]

        book.work.want("lane/webhook", "turn", NOW)
        book.work.claim("lane/webhook", 1, NOW, LEASE)
        assert [NOW, NOW] == [due_at(book, piece) for piece in pieces]


def test_verdicts_wait_for_what_a_run_did_and_not_for_what_is_looked_at_now_and_then() -> None:
    key = RunKey(1, 2, 3)

    assert all(is_reading(Task("inspect", name, NOW, 0, 1)) for name in (run_task(key), vet_task(key)))
    assert not any(is_reading(Task("inspect", name, NOW, 0, 1)) for name in ("deliveries", "list/1", "discover/1"))
