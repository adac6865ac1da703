"""What GitHub wants to be asked later is said once, and never as a trouble of what waits for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.github.installation import Renamed
from app.github.refusals import SlowDown
from app.jobs.batch import each
from checks.base import NotInstalled
from handlers.record import installation_task
from tests.jobs.parts import Parts
from tests.verdict.cases import NOON, REPOSITORY
from verifier.ledger.health import Budget
from verifier.ledger.protocol import Task

WHOM = "https://api.github.com, installation 1"


def fail(parts: Parts, *errors: Exception) -> list[Task]:
    """Work of which each piece fails for one of these; what is left of it."""
    remaining = list(errors)
    with parts.ledger.writing() as book:
        for number in range(len(errors)):
            book.work.want("report", f"i{number}", NOON)

    def do(*_: object) -> None:
        raise remaining.pop(0)

    each(parts.deps, "report", do)
    with parts.ledger.reading() as book:
        return book.work.all("report")


def budgets(parts: Parts) -> list[Budget]:
    with parts.ledger.reading() as book:
        return book.health.budgets()


def test_however_much_waits_for_github_one_line_says_until_when() -> None:
    parts = Parts()
    left = fail(parts, *[SlowDown("x", 90, whom=WHOM)] * 5)

    assert [NOON + timedelta(seconds=90)] * 5 == [task.due_at for task in left]
    assert {} == parts.problems()
    assert [Budget(WHOM, 0, NOON + timedelta(seconds=90), refused=True)] == budgets(parts)


def test_that_we_keep_to_our_own_pace_is_nobodys_business() -> None:
    parts = Parts()
    left = fail(parts, SlowDown("x", 8, by_us=True))

    assert [NOON + timedelta(seconds=8)] == [task.due_at for task in left]
    assert ({}, []) == (parts.problems(), budgets(parts))


@pytest.mark.parametrize("known", [None, 1], ids=["as the ledger says", "as GitHub says"])
def test_what_may_not_be_read_is_dropped_and_github_asked_what_holds_where_it_said_so(known: int | None) -> None:
    parts = Parts()
    left = fail(parts, NotInstalled("suspended", known))

    assert ([], {}) == (left, parts.problems())
    with parts.ledger.reading() as book:
        assert ([installation_task(1)] if known else []) == [task.key for task in book.work.all("inspect")]


def test_a_new_name_is_learned_and_what_was_asked_is_asked_again_at_once() -> None:
    parts = Parts()
    seen = replace(REPOSITORY, full_name="new/name", named_at=NOON + timedelta(days=1))
    left = fail(parts, Renamed(REPOSITORY.full_name, seen))

    assert [NOON + timedelta(seconds=1)] == [task.due_at for task in left]
    assert {} == parts.problems()
    with parts.ledger.reading() as book:
        known = book.repositories.get(REPOSITORY.id)
    assert known is not None
    assert "new/name" == known.full_name
