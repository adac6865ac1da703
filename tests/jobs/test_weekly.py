"""The week's summary: on Mondays, for the week before, once; nothing where nothing happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.jobs.telling import speak, weekly
from tests.checks.examples import CASES
from tests.jobs.telling import INCIDENT, RESOLVED, Told, many
from tests.outside import route
from tests.verdict.cases import DAY, HOUR, REPOSITORY
from verifier.model import Bulletin, BulletinKind, Filter

MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_its_key_says_when_it_is_due_and_is_no_incidents() -> None:
    assert MONDAY == weekly.due_of(weekly.key_of(MONDAY))
    assert weekly.is_key(weekly.key_of(MONDAY))
    assert not weekly.is_key("incident")


def to(parts: Told, moment: datetime) -> None:
    """Time passes, with a look each hour."""
    while parts.now < moment:
        parts.now = min(parts.now + HOUR, moment)
        parts.tell()


def test_what_happened_is_summed_up_once_and_single_messages_are_not_sent() -> None:
    parts = Told(route("week", weekly=True), route("live"))
    parts.about(*many(3, opened_at=parts.now))
    parts.tell()
    assert [] == parts.way.at("week")
    to(parts, MONDAY + DAY)
    (text,) = parts.way.at("week")
    assert text.startswith("digest digest:week:2026-03-09 said ")
    assert "3 alerts opened" in text
    assert 3 == len(parts.way.at("live"))


def test_a_week_in_which_nothing_happened_is_not_told() -> None:
    parts = Told(route("week", weekly=True))
    to(parts, MONDAY + 15 * DAY)
    assert [] == parts.way.sent
    assert {} == parts.problems()


def test_what_still_stands_open_is_told_each_week_and_what_is_settled_once() -> None:
    parts = Told(route("week", weekly=True))
    parts.about(replace(INCIDENT, opened_at=parts.now))
    to(parts, MONDAY + DAY)
    parts.about(replace(RESOLVED, opened_at=MONDAY - DAY))
    to(parts, MONDAY + 22 * DAY)
    texts = parts.way.at("week")
    assert 2 == len(texts)
    assert ["1 alert opened, 0 settled", "0 alerts opened, 1 settled"] == [
        words
        for text in texts
        for words in ("1 alert opened, 0 settled", "0 alerts opened, 1 settled")
        if words in text
    ]


def test_a_summary_has_its_filter_and_its_bulletins() -> None:
    parts = Told(
        route("ours", weekly=True, filter=Filter(organisations=("alice",))),
        route("theirs", weekly=True, filter=Filter(organisations=("bob",))),
        route("odd", weekly=True, filter=Filter(outcomes=("anomaly",))),
    )
    parts.tell()
    with parts.ledger.writing() as book:
        speak.announce(
            book,
            Bulletin("b1", BulletinKind.WORKFLOW_CHANGED, REPOSITORY.id, parts.now, "It was changed", ("x",)),
            parts.now,
        )
    parts.about(replace(CASES["suspect"], id="s", repository_id=REPOSITORY.id, opened_at=parts.now))
    to(parts, MONDAY)
    assert ["ours"] == [place for place, _ in parts.way.sent]
    assert "1 other notice" in parts.way.sent[0][1]


def test_a_monitor_that_stood_still_on_monday_makes_up_for_it() -> None:
    parts = Told(route("week", weekly=True))
    parts.tell()
    parts.about(replace(INCIDENT, opened_at=parts.now))
    parts.now = MONDAY + 2 * DAY
    parts.tell()
    assert "digest:week:2026-03-09" in parts.way.at("week")[0]
