"""Webhooks that are refused are counted and told of, at most once a minute, and never cost a line or a row each."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from app import create_app
from app.api import metrics
from app.doctor import deliveries
from app.jobs import hear
from app.web import refused
from app.web.entry import Entry
from app.web.refused import LASTING, MANY, SUBJECT, Refusals, Spell, in_words, joined, judged
from app.web.webhooks import note_ping
from tests.webhooks.asgi import ask, living
from tests.webhooks.site import ID, NOW, RUN, DeadLedger, Site, headers, kept
from verifier.ledger import memory_ledger
from verifier.ledger.protocol import Delivery, Ledger

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Lines = list[MutableMapping[str, Any]]


def refusals(lines: Lines) -> list[tuple[int, str, str]]:
    return [(line["refused"], line["why"], line["log_level"]) for line in lines if line["event"] == "webhooks.refused"]


async def send(entry: Entry, times: int = 1, **changes: str | None) -> int:
    for _ in range(times):
        heard = await ask(entry, "POST", "/webhooks", list(headers(RUN, **changes).items()), [RUN])
    return heard.status


async def told(entry: Entry) -> None:
    """Until everything that was refused is told of."""
    while entry._refusals._timer is not None or entry._refusals._telling is not None:
        await asyncio.sleep(0.005)


def play(site: Site, *rounds: tuple[int, dict[str, str | None]]) -> Lines:
    """These requests to one process, which tells of them, and ends."""

    async def life() -> None:
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            for times, changes in rounds:
                await send(entry, times, **changes)
            await told(entry)

    with capture_logs() as lines:
        asyncio.run(life())
    return lines


UNSIGNED: dict[str, str | None] = {"X_Hub_Signature_256": None}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "SOON", 0.01)


def test_what_is_refused_is_one_line_with_the_counts_by_status() -> None:
    site = Site()
    lines = play(site, (3, UNSIGNED), (2, {"Content_Type": "text/plain"}), (1, {"X_GitHub_Delivery": "<script>"}))

    assert [(6, "400 (delivery id) 1, 401 (signature) 3, 415 (content type) 2", "warning")] == refusals(lines)
    with site.ledger.reading() as book:
        assert dict.fromkeys((400, 401, 415), NOW) == refused.last(book)
        (said,) = deliveries.refused(book)
        figures = metrics.exposition(metrics.count(book, NOW + MINUTE), NOW + MINUTE)
    assert said[0] is None
    assert "401 (signature) at 2026-03-03 12:00 UTC" in said[1]
    assert 'artifact_monitor_deliveries_refused_age_seconds{status="415"} 60\n' in figures
    assert "artifact_monitor_signatures_failing 0\n" in figures


def test_what_is_accepted_is_no_line_and_no_row() -> None:
    site = Site()

    assert [] == refusals(play(site, (2, {}), (1, {"X_GitHub_Event": "ping"}), (1, {"X_GitHub_Event": "star"})))
    with site.ledger.reading() as book:
        assert {} == refused.last(book)
        assert [] == list(deliveries.refused(book))


def test_more_within_the_minute_wait_for_its_end_or_the_process_s() -> None:
    site = Site()

    async def life() -> None:
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            await send(entry, 2, **UNSIGNED)
            await told(entry)
            await send(entry, 40, **UNSIGNED)
            timer = entry._refusals._timer
            assert timer is not None
            assert 50 < timer.when() - asyncio.get_running_loop().time() <= 60

    with capture_logs() as lines:
        asyncio.run(life())

    assert [2, 40] == [number for number, _, _ in refusals(lines)]


def test_a_dead_database_costs_no_line() -> None:
    site = Site(DeadLedger())

    assert [(12, "401 (signature) 12", "warning")] == refusals(play(site, (12, UNSIGNED)))


def test_a_process_that_ends_waits_for_no_database_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, hangs = Refusals(memory_ledger(), lambda: NOW), threading.Event()
    monkeypatch.setattr(ours, "_note", lambda since, counts: hangs.wait(30))

    async def life() -> None:
        ours.count(401)
        while ours._telling is None:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        ours.close()

    begun = threading.active_count()
    asyncio.run(life())
    assert threading.active_count() == begun + 1, "its thread is still at it, and nobody waited"
    hangs.set()


def test_a_body_that_is_too_large_is_counted() -> None:
    async def life() -> None:
        site = Site()
        async with living(Entry(create_app(site.deps), site.deps)) as entry:
            await ask(entry, "POST", "/webhooks", [*headers(RUN).items(), ("content-length", "999999999")], [b""])

    with capture_logs() as lines:
        asyncio.run(life())
    assert [(1, "413 (too large) 1", "warning")] == refusals(lines)


def test_signatures_that_fail_for_long_are_a_problem_and_a_figure() -> None:
    site, at = Site(), [NOW]
    ours = Refusals(site.ledger, lambda: at[0])
    ours._note(at[0], Counter({401: MANY - 1}))
    at[0] += LASTING
    ours._note(at[0], Counter({401: 1}))

    with site.ledger.reading() as book:
        (problem,) = book.health.problems()
        assert metrics.count(book, NOW).failing
    assert SUBJECT == problem.subject
    assert "10 webhooks were refused since 2026-03-03 12:00 UTC" in problem.sentence


def test_a_burst_is_none() -> None:
    """Anybody can send it."""
    site = Site()
    play(site, (4 * MANY, UNSIGNED))

    with site.ledger.reading() as book:
        assert [] == book.health.problems()


def ledger_with(*, came: bool) -> Ledger:
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.inbox.keep(Delivery(ID, "push", b"{}", NOW + (MINUTE if came else -MINUTE)))
    return ledger


@pytest.mark.parametrize("came", [False, True])
def test_one_that_was_kept_in_between_speaks_for_the_secret(came: bool) -> None:
    with ledger_with(came=came).writing() as book:
        assert (judged(Spell(NOW, MANY), book, NOW + LASTING) is None) == came
        assert bool(book.health.problems()) == (not came)


def test_few_count_over_hours_and_not_over_days() -> None:
    """A quiet monitor hears of few webhooks, and loses them all."""
    few = Spell(NOW, 4)

    assert Spell(NOW, 10) == joined(few, Spell(NOW + 20 * HOUR, 6), NOW + 20 * HOUR)
    assert Spell(NOW + 24 * HOUR, 6) == joined(few, Spell(NOW + 24 * HOUR, 6), NOW + 24 * HOUR)
    assert few == joined(None, few, NOW)


def test_the_next_that_is_heard_solves_it_and_one_from_before_does_not() -> None:
    site = Site()
    with site.ledger.writing() as book:
        book.health.report(SUBJECT, "They fail.", NOW)
        book.inbox.keep(Delivery("before", "star", b"{}", NOW - SECOND))
    hear.run(site.deps)
    with site.ledger.writing() as book:
        assert [SUBJECT] == [problem.subject for problem in book.health.problems()]
        book.inbox.keep(Delivery("after", "star", b"{}", NOW + SECOND))
    hear.run(site.deps)

    with site.ledger.reading() as book:
        assert [] == book.health.problems()
    assert [] == kept(site.ledger)


def test_a_ping_solves_it_and_no_other_problem() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.health.report(SUBJECT, "They fail.", NOW)
        book.health.report("poll npm", "It did not answer.", NOW)
    note_ping(ledger, NOW)

    with ledger.reading() as book:
        assert ["poll npm"] == [problem.subject for problem in book.health.problems()]


def test_a_status_that_has_no_name_has_a_line_all_the_same() -> None:
    assert "401 (signature) 1, 418 (other) 2" == in_words({418: 2, 401: 1})
