"""Every shelf of one transaction. Shelves are made when they are asked for: keeping a webhook needs only the inbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from verifier.ledger.apply import apply
from verifier.ledger.protocol import Dossier, Link
from verifier.ledger.sql.enrolments import Enrolments
from verifier.ledger.sql.facts import Facts
from verifier.ledger.sql.health import Health
from verifier.ledger.sql.inbox import Inbox
from verifier.ledger.sql.incidents import Incidents
from verifier.ledger.sql.looks import Looks
from verifier.ledger.sql.missed import Missed
from verifier.ledger.sql.refs import Refs
from verifier.ledger.sql.repositories import Repositories
from verifier.ledger.sql.runs import Runs
from verifier.ledger.sql.sessions import Sessions
from verifier.ledger.sql.subscriptions import Subscriptions
from verifier.ledger.sql.tokens import Tokens
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.sql.versions import Versions
from verifier.ledger.sql.views import Views
from verifier.ledger.sql.work import Work
from verifier.model import Fact


class SqlBook:
    """See `protocol.Book`. To touch what is derived is to wait for whoever else is changing it, when writing."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def transaction(self) -> Transaction:
        """What its statements run through, for who compares tables as they are."""
        return self._transaction

    @cached_property
    def inbox(self) -> Inbox:
        """Waits for nobody."""
        return Inbox(self._transaction)

    @cached_property
    def work(self) -> Work:
        """Claims wait for nobody; the rest does."""
        return Work(self._transaction)

    @cached_property
    def health(self) -> Health:
        """Heartbeats wait for nobody; the rest does."""
        return Health(self._transaction)

    @cached_property
    def repositories(self) -> Repositories:
        """Derived."""
        return Repositories(self._alone())

    @cached_property
    def runs(self) -> Runs:
        """Derived."""
        return Runs(self._alone())

    @cached_property
    def refs(self) -> Refs:
        """Derived."""
        return Refs(self._alone())

    @cached_property
    def versions(self) -> Versions:
        """Derived."""
        return Versions(self._alone())

    @cached_property
    def incidents(self) -> Incidents:
        """Read and written back by whoever judges, so guarded like what is derived."""
        return Incidents(self._alone())

    @cached_property
    def enrolments(self) -> Enrolments:
        """Derived."""
        return Enrolments(self._alone())

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Read and written back as well."""
        return Subscriptions(self._alone())

    @cached_property
    def missed(self) -> Missed:
        """Read and written back as well."""
        return Missed(self._alone())

    @cached_property
    def views(self) -> Views:
        """Derived."""
        return Views(self._alone())

    @cached_property
    def sessions(self) -> Sessions:
        """Waits for nobody."""
        return Sessions(self._transaction)

    @cached_property
    def tokens(self) -> Tokens:
        """Waits for nobody."""
        return Tokens(self._transaction)

    @cached_property
    def looks(self) -> Looks:
        """Waits for nobody."""
        return Looks(self._transaction)

    def record(self, fact: Fact, now: datetime) -> None:
        """Derive from one fact, and append it if that changed anything."""
        transaction = self._alone()
        if apply(self, fact, now):
            Facts(transaction).append(fact, now)

    def facts(self) -> Iterator[tuple[int, datetime, Fact]]:
        """Every fact, oldest first."""
        return Facts(self._transaction).all()

    def chain(self) -> Iterator[Link]:
        """Every link, oldest first."""
        return Facts(self._transaction).chain()

    def last_link(self) -> Link | None:
        """The newest link."""
        return Facts(self._transaction).last()

    def in_incidents(self) -> list[Dossier]:
        """Every version that belongs to an incident, or is waived."""
        return self.versions.in_incidents()

    def empty(self) -> None:
        """Drop everything that the facts give again."""
        for shelf in (self.repositories, self.runs, self.refs, self.versions, self.incidents, self.enrolments):
            shelf.empty()

    def _alone(self) -> Transaction:
        self._transaction.alone()
        return self._transaction
