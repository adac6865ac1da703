"""Examining while somebody does not answer: what the health page says, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.jobs import examine
from checks.base import Permanent, Temporary
from tests.jobs.parts import Parts
from tests.registries.documents import SCOPED, version
from tests.verdict.cases import NOON, REPOSITORY, WORKFLOW
from verifier.ledger.apply import version_task
from verifier.model import File, Outcome, Publisher, PublishersSet, VersionSeen
from verifier.registries.base import Unreadable

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FILE = File("widget.tgz", ("sha512:ab",), NOON)
SUBJECT = f"look {version_task(SCOPED, '1.0.0')}"


class Silent:
    """A GitHub that answers nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked: list[datetime] = []

    def runs(self, *_: object) -> None:
        raise self.error

    def call(self, *_: object) -> None:
        raise self.error


def watching(error: Exception, by_hand: bool | None = False, file: File = FILE) -> Parts:
    """A monitor of an artifact that is never published by hand, with one version that no run accounts for."""
    parts = Parts(github=Silent(error))
    publisher = Publisher(SCOPED, REPOSITORY.id, REPOSITORY.owner_id, (WORKFLOW,), manual=by_hand)
    with parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), NOON)
        book.record(VersionSeen(version(published_at=NOON, files=(file,))), NOON)
    return parts


def next_look(parts: Parts, at: datetime) -> timedelta | None:
    """Examine at that time; how long until it is examined again."""
    parts.now = at
    with parts.ledger.writing() as book:
        book.work.want("examine", version_task(SCOPED, "1.0.0"), at)
    examine.run(parts.deps)
    with parts.ledger.reading() as book:
        due = [task.due_at for task in book.work.all("examine")]
    return due[0] - at if due else None


def outcome(parts: Parts) -> Outcome | None:
    with parts.ledger.reading() as book:
        dossier = book.versions.get(SCOPED, "1.0.0")
    return dossier.verdict.outcome if dossier is not None and dossier.verdict is not None else None


@pytest.mark.parametrize(
    ("said", "expected"), [(600.0, 10 * MINUTE), (7200.0, HOUR), (1.0, 5 * MINUTE), (None, 5 * MINUTE)]
)
def test_a_github_that_asks_to_be_left_alone_is_left_alone_for_so_long(said: float | None, expected: timedelta) -> None:
    parts = watching(Temporary("GitHub asks us to slow down.", said))

    assert expected == next_look(parts, NOON + HOUR)
    assert {SUBJECT} == set(parts.problems())
    assert "slow down" in parts.problems()[SUBJECT]
    assert Outcome.PENDING is outcome(parts)


@pytest.mark.parametrize("error", [Temporary("GitHub answers 502."), Permanent("GitHub refuses (403).")])
@pytest.mark.parametrize(
    ("age", "expected"),
    [(3 * MINUTE, MINUTE), (10 * MINUTE, MINUTE), (30 * MINUTE, 3 * MINUTE), (9 * HOUR, 5 * MINUTE)],
)
def test_a_github_that_says_nothing_is_asked_every_minute_at_first_and_then_every_five(
    error: Exception, age: timedelta, expected: timedelta
) -> None:
    assert expected == next_look(watching(error), NOON + age)


def test_a_registry_that_does_not_serve_what_it_announces_is_shown_and_asked_again_as_patiently() -> None:
    parts = watching(Temporary("GitHub answers 502."), file=replace(FILE, attested=True))
    parts.answer = Unreadable("https://registry.example/x", "registry.example did not answer in time.")

    assert 5 * MINUTE == next_look(parts, NOON + HOUR)
    assert "registry.example did not answer" in parts.problems()[SUBJECT]


def test_a_verdict_that_stands_without_githubs_answer_is_looked_at_again_for_a_day() -> None:
    """GitHub may hold the attestation that explains it: one silence must not be the last word."""
    file = replace(FILE, digests=("sha256:" + "a" * 64,))
    parts = watching(Temporary("GitHub answers 502."), by_hand=True, file=file)

    assert 5 * MINUTE == next_look(parts, NOON + 10 * HOUR)
    assert Outcome.UNVERIFIABLE is outcome(parts)
    assert next_look(parts, NOON + 25 * HOUR) is None
