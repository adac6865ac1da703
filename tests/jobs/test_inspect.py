"""Inspecting: whose turn it is, for how long it is ours, and what is dropped with the repository it was about."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs import examine, inspect, report
from app.processes.keeper import EVERY, renew
from app.processes.shift import AT_ONE, LEASE
from tests.jobs.parts import Parts
from tests.registries.documents import SCOPED, version
from tests.verdict.cases import NOON, REPOSITORY, run
from verifier.ledger.apply import version_task
from verifier.ledger.asking import run_task, vet_task
from verifier.ledger.protocol import Task
from verifier.model import Incident, IncidentState, JobsState, Repository, RepositorySeen, RunSeen, VersionSeen

SECOND = timedelta(seconds=1)
RUN = replace(run(), jobs=JobsState.UNREAD, steps=(), read_at=None)
TAKEN = replace(REPOSITORY, removed=True, access_at=NOON + SECOND)
BACK = replace(REPOSITORY, access_at=NOON + 2 * SECOND)


def see(parts: Parts, *seen: Repository) -> None:
    with parts.ledger.writing() as book:
        for repository in seen:
            book.record(RepositorySeen(repository), parts.now)


def left(parts: Parts, step: str) -> list[Task]:
    with parts.ledger.reading() as book:
        return book.work.all(step)


@pytest.mark.parametrize("key", [run_task(RUN.key), vet_task(RUN.key), "config/7", "list/7", "discover/7"])
def test_what_is_to_be_inspected_of_a_repository_that_was_taken_away_is_dropped_and_its_problem_solved(
    key: str,
) -> None:
    """Asked hourly for ever, it would never end; the health page would tell of what its owner did on purpose."""
    parts = Parts()
    with parts.ledger.writing() as book:
        book.work.want("inspect", key, NOON)
        book.health.report(f"inspect {key}", "GitHub did not answer.", NOON)
    see(parts, TAKEN)

    inspect.run(parts.deps)

    assert [] == left(parts, "inspect")
    assert {} == parts.problems()


def test_installed_again_the_run_is_inspected_when_it_is_listed_again() -> None:
    parts = Parts()
    see(parts, TAKEN)
    with parts.ledger.writing() as book:
        book.record(RunSeen(RUN), NOON)
    inspect.run(parts.deps)
    see(parts, BACK)
    with parts.ledger.writing() as book:
        book.record(RunSeen(RUN), NOON)

    assert [run_task(RUN.key), vet_task(RUN.key)] == sorted(task.key for task in left(parts, "inspect"))


def test_what_is_to_be_reported_is_dropped_without_a_word_when_the_repository_was_taken_from_us() -> None:
    """What comes back with the repository: tests/jobs/test_installation.py."""
    parts = Parts()
    see(parts, TAKEN)
    with parts.ledger.writing() as book:
        book.incidents.put(Incident("i1", REPOSITORY.id, NOON, IncidentState.OPEN, rogue=True, members=()))
        book.work.want("report", "i1 issue", NOON)

    report.run(parts.deps)

    assert [] == left(parts, "report")
    assert {} == parts.problems()


class Slow:
    """A GitHub whose list of runs takes longer than it should; what is lent meanwhile is noted."""

    def __init__(self, parts: Parts, takes: timedelta) -> None:
        self.parts, self.takes = parts, takes
        self.asked = 0

    def connection(self) -> AbstractContextManager[None]:
        return nullcontext()

    def still_there(self, _: object) -> None:
        """It has its name still."""

    def listed(self, _: str) -> tuple[list[object], None]:
        return [], None

    def page(self, path: str) -> tuple[int, list[object], None]:
        if "created=" not in path:
            return 1, [], None
        self.asked += 1
        until = self.parts.now + self.takes
        while self.parts.now < until:
            self.parts.now = min(until, self.parts.now + timedelta(seconds=EVERY))
            renew(self.parts.deps)
        if self.asked == 1:
            inspect.run(self.parts.deps)
            examine.run(self.parts.deps)
        return 0, [], None


@pytest.mark.parametrize("takes", [LEASE + SECOND, AT_ONE - SECOND])
def test_a_second_worker_does_not_begin_what_the_first_is_still_at(takes: timedelta) -> None:
    """Fifty logs of a slow GitHub take longer than five minutes."""
    parts = Parts()
    parts.github = github = Slow(parts, takes)
    with parts.ledger.writing() as book:
        book.work.want("inspect", "list/7", NOON)
    inspect.run(parts.deps)

    assert 1 == github.asked


def test_a_turn_of_inspecting_is_shorter_than_that_of_other_steps() -> None:
    parts = Parts()
    with parts.ledger.writing() as book:
        for number in range(60):
            book.work.want("inspect", f"source/{version_task(SCOPED, f'{number}.0.0')}", NOON)
            book.record(VersionSeen(version(number=f"{number}.0.0", published_at=NOON)), NOON)

    assert (inspect.BATCH, 50) == (inspect.run(parts.deps), examine.run(parts.deps))
    assert inspect.BATCH < 50
