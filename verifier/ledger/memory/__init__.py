"""The ledger in memory, for tests and `replay`: the twin of `sql`, held by the same contract tests."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from verifier.ledger.apply import apply
from verifier.ledger.chain import GENESIS, chained
from verifier.ledger.memory.enrolments import Enrolments
from verifier.ledger.memory.health import Health
from verifier.ledger.memory.inbox import Inbox
from verifier.ledger.memory.incidents import Incidents
from verifier.ledger.memory.looks import Looks
from verifier.ledger.memory.missed import Missed
from verifier.ledger.memory.refs import Refs
from verifier.ledger.memory.repositories import Repositories
from verifier.ledger.memory.runs import Runs
from verifier.ledger.memory.sessions import Sessions
from verifier.ledger.memory.subscriptions import Subscriptions
from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.memory.tokens import Tokens
from verifier.ledger.memory.versions import Versions
from verifier.ledger.memory.views import Views
from verifier.ledger.memory.work import Work
from verifier.ledger.names import Names
from verifier.ledger.protocol import Dossier, Link, Nested
from verifier.ledger.rebuild import derive_again
from verifier.model import Fact


class MemoryBook:
    """Every shelf, in dictionaries. See `protocol.Book`."""

    def __init__(self, journal: Journal) -> None:
        self.inbox = Inbox(journal)
        self.work = Work(journal)
        self.repositories = Repositories(journal)
        self.runs = Runs(journal)
        self.refs = Refs(journal)
        self.versions = Versions(journal)
        self.incidents = Incidents(journal)
        self.enrolments = Enrolments(journal)
        self.subscriptions = Subscriptions(journal)
        self.sessions = Sessions(journal)
        self.tokens = Tokens(journal)
        self.missed = Missed(journal)
        self.health = Health(journal)
        self.looks = Looks(journal)
        self._facts: Table[int, tuple[datetime, Fact]] = Table(journal)
        self.views = Views(self)

    def record(self, fact: Fact, now: datetime) -> None:
        if apply(self, fact, now):
            self._facts.put(len(self._facts) + 1, (now, fact))

    def facts(self) -> Iterator[tuple[int, datetime, Fact]]:
        for sequence, (recorded_at, fact) in self._facts.items():
            yield sequence, recorded_at, fact

    def chain(self) -> Iterator[Link]:
        from verifier.ledger.codec import encode_fact

        previous = GENESIS
        for sequence, recorded_at, fact in self.facts():
            link = chained(previous, sequence, recorded_at, *encode_fact(fact))
            yield link
            previous = link.hash

    def last_link(self) -> Link | None:
        return next(iter(deque(self.chain(), maxlen=1)), None)

    def in_incidents(self) -> list[Dossier]:
        """Every version that belongs to an incident, or is waived."""
        return [d for d in self.versions.every() if d.incident_id is not None or d.waived]

    def empty(self) -> None:
        """Drop everything that the facts give again."""
        for shelf in (self.repositories, self.runs, self.refs, self.versions, self.incidents, self.enrolments):
            shelf.empty()


class MemoryLedger:
    """One book, one transaction at a time. See `protocol.Ledger`."""

    def __init__(self) -> None:
        self._journal = Journal()
        self._book = MemoryBook(self._journal)
        self._lock = threading.Lock()
        self._holder: int | None = None
        self._names = Names()

    @contextmanager
    def reading(self) -> Iterator[MemoryBook]:
        with self._held():
            yield self._book

    @contextmanager
    def writing(self) -> Iterator[MemoryBook]:
        with self._held():
            self._journal.open()
            keep = False
            try:
                yield self._book
                keep = True
            finally:
                self._journal.close(keep)

    def alone(self, name: str) -> AbstractContextManager[bool]:
        return self._names.hold(name)

    def rebuild(self) -> None:
        with self.writing() as book:
            derive_again(book)

    @contextmanager
    def _held(self) -> Iterator[None]:
        if self._holder == threading.get_ident():
            raise Nested("this thread is in a transaction of the ledger already; pass its book on")
        with self._lock:
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None
