"""What makes an artifact lively: that it changed lately, and that a publish run of its own is active or just over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.polling.lively import HOT_FOR, facts_of, saw
from app.polling.schedule import Facts
from tests.jobs.parts import Parts
from tests.registries.documents import SCOPED
from tests.verdict.cases import DAY, MINUTE, NOON, run, version
from verifier.ledger.looks import Look
from verifier.model import Run, RunSeen, VersionSeen

AT = NOON + 10 * MINUTE
OVER = replace(run(), workflow=".github/workflows/publish.yml", started_at=NOON, updated_at=AT)
ACTIVE = replace(OVER, status="in_progress", conclusion=None)


def seen(*runs: Run, parts: Parts | None = None, at: datetime = AT) -> Parts:
    """The monitor after it heard of these runs; its first look was at noon."""
    parts = parts or Parts()
    with parts.ledger.writing() as book:
        for task in book.work.claim("poll", 1, NOON, MINUTE):
            book.work.done(task, NOON + DAY)
        for one in runs:
            book.record(RunSeen(one), at)
    return parts


def due(parts: Parts) -> datetime:
    with parts.ledger.reading() as book:
        (task,) = book.work.all("poll")
    return task.due_at


def facts(parts: Parts, now: datetime = AT) -> Facts:
    with parts.ledger.reading() as book:
        return facts_of(book, SCOPED, now)


def test_when_a_publish_run_is_over_what_it_publishes_is_looked_at_now() -> None:
    assert due(seen(ACTIVE)) == NOON + DAY
    assert due(seen(ACTIVE, OVER)) == AT
    assert facts(seen(OVER)) == Facts(hot=False, running=False, ran_at=AT)


def test_while_it_runs_it_is_lively() -> None:
    assert facts(seen(ACTIVE)).running


@pytest.mark.parametrize(
    "other",
    [
        replace(OVER, workflow=".github/workflows/test.yml"),
        replace(OVER, head_repository_id=8),
        replace(OVER, updated_at=NOON - DAY, started_at=NOON - DAY),
    ],
    ids=["another workflow", "a fork's", "long over"],
)
def test_other_runs_bring_no_look_forward(other: Run) -> None:
    """Who may start runs must not be able to spend the budget of a registry."""
    parts = seen(other)

    assert due(parts) == NOON + DAY
    assert facts(parts) == Facts(hot=False)


def test_hearing_again_of_a_run_that_is_over_brings_no_look_forward() -> None:
    parts = seen(OVER)
    with parts.ledger.writing() as book:
        (task,) = book.work.claim("poll", 1, AT, MINUTE)
        book.work.done(task, NOON + DAY)
        book.record(RunSeen(replace(OVER, title="Ship it again")), AT + MINUTE)

    assert due(parts) == NOON + DAY


def test_what_changed_is_hot_for_a_week() -> None:
    parts = Parts()
    with parts.ledger.writing() as book:
        saw(book, SCOPED, NOON, changed=False)
        assert book.looks.get(SCOPED) == Look(SCOPED, "npm", NOON)
        saw(book, SCOPED, AT, changed=True)
        saw(book, SCOPED, AT + DAY, changed=False)
        assert book.looks.get(SCOPED) == Look(SCOPED, "npm", AT + HOT_FOR)
    assert facts(parts, AT + HOT_FOR - timedelta(seconds=1)).hot
    assert not facts(parts, AT + HOT_FOR).hot


@pytest.mark.parametrize(("ago", "hot"), [(DAY, True), (30 * DAY, False), (-30 * DAY, True)])
def test_at_first_contact_what_was_published_lately_is_hot(ago: timedelta, hot: bool) -> None:
    """A date that lies ahead makes nothing hot for ever."""
    parts = Parts()
    with parts.ledger.writing() as book:
        book.record(VersionSeen(replace(version("1.0.0", NOON - ago), artifact=SCOPED)), NOON)
        saw(book, SCOPED, NOON, changed=True)
        look = book.looks.get(SCOPED)
    assert look is not None
    assert (look.hot_until > NOON) == hot
    assert look.hot_until <= NOON + HOT_FOR
