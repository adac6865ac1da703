"""Jobs that GitHub no longer has are not asked for again and again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.jobs import inspect
from checks.base import Permanent
from tests.jobs.parts import Parts
from tests.verdict.cases import run
from verifier.model import JobsState, Repository, Run, RunKey, RunSeen

RUN = replace(run(), jobs=JobsState.UNREAD, steps=(), read_at=None)


class Empty:
    """A GitHub that has no jobs of any run, and tells nothing else. Every question takes a second."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.asked = 0

    def jobs(self, repository: Repository, key: RunKey) -> None:
        self.asked += 1
        self.parts.now += timedelta(seconds=1)

    def repository(self, repository_id: int) -> None:
        raise Permanent("no")


def hear(parts: Parts, seen: Run) -> None:
    with parts.ledger.writing() as book:
        book.record(RunSeen(seen), parts.now)


def work_off(parts: Parts) -> None:
    for _ in range(5):
        parts.now += timedelta(seconds=10)
        inspect.run(parts.deps)


def test_jobs_that_are_gone_are_asked_for_once() -> None:
    parts = Parts()
    parts.github = github = Empty(parts)
    hear(parts, RUN)
    work_off(parts)

    assert 1 == github.asked


def test_jobs_that_are_gone_are_asked_for_once_more_when_something_new_is_heard_of_the_run() -> None:
    parts = Parts()
    parts.github = github = Empty(parts)
    hear(parts, RUN)
    work_off(parts)
    hear(parts, RUN)
    hear(parts, replace(RUN, updated_at=RUN.updated_at + timedelta(minutes=1)))
    work_off(parts)

    assert 2 == github.asked
