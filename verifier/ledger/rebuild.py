"""Derives every shelf again from the facts. Shared by both twins of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from verifier.ledger.apply import apply
from verifier.ledger.protocol import Book, Dossier, Link, Queue, Task
from verifier.model import Fact


class Emptied(Book, Protocol):
    """A book whose derived shelves can be emptied."""

    def in_incidents(self) -> list[Dossier]:
        """Every version that belongs to an incident, or is waived: no fact says so."""

    def empty(self) -> None:
        """Drop everything that the facts give again."""


def derive_again(book: Emptied) -> None:
    """Empty the derived shelves and apply every fact as of when it was recorded. Wants no work: that is kept."""
    kept = book.in_incidents()
    book.empty()
    for _, recorded_at, fact in book.facts():
        derive(book, fact, recorded_at)
    place_again(book, kept)


def derive(book: Book, fact: Fact, recorded_at: datetime) -> None:
    """Apply one fact as of when it was recorded, wanting no work."""
    apply(_Past(book), fact, recorded_at)


def place_again(book: Book, kept: Iterable[Dossier]) -> None:
    """Put versions back into their incidents, and waived ones back to waived, as `kept` has them."""
    for before in kept:
        dossier = book.versions.get(before.version.artifact, before.version.number)
        if dossier is not None:
            waived = before.waived and before.version.fingerprint == dossier.version.fingerprint
            book.versions.put(replace(dossier, incident_id=before.incident_id, waived=waived))


class _Past:
    """A book in which nothing is wanted: what is past was done, and what is not done yet is wanted already."""

    def __init__(self, book: Book) -> None:
        self.inbox = book.inbox
        self.work = _NoWork()
        self.repositories = book.repositories
        self.runs = book.runs
        self.refs = book.refs
        self.versions = book.versions
        self.incidents = book.incidents
        self.enrolments = book.enrolments
        self.subscriptions = book.subscriptions
        self.views = book.views
        self.sessions = book.sessions
        self.tokens = book.tokens
        self.looks = book.looks
        self.missed = book.missed
        self.health = book.health

    def record(self, fact: Fact, now: datetime) -> None:
        raise NotImplementedError("the past is not written again")

    def facts(self) -> Iterator[tuple[int, datetime, Fact]]:
        raise NotImplementedError("the past is read from the book itself")

    def chain(self) -> Iterator[Link]:
        raise NotImplementedError("the past is read from the book itself")

    def last_link(self) -> Link | None:
        raise NotImplementedError("the past is read from the book itself")


class _NoWork:
    def want(self, step: str, key: str, at: datetime) -> None:
        pass

    def claim(
        self,
        step: str,
        limit: int,
        now: datetime,
        lease: timedelta,
        *,
        untried_first: bool = False,
        registry: str | None = None,
    ) -> list[Task]:
        return []

    def waiting(self, step: str, beginning: str, now: datetime) -> int:
        return 0

    def registries(self, step: str, now: datetime) -> list[str]:
        return []

    def queues(self, now: datetime) -> list[Queue]:
        return []

    def done(self, task: Task, again_at: datetime | None = None) -> None:
        pass

    def failed(self, task: Task, again_at: datetime, problem: str) -> None:
        pass

    def renew(self, task: Task, until: datetime) -> Task | None:
        return None

    def next_due(self, *steps: str) -> datetime | None:
        return None

    def get(self, step: str, key: str) -> Task | None:
        return None

    def all(self, step: str) -> list[Task]:
        return []
