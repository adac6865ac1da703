"""The facts in their table: insert-only, one sequence without gaps, each chained to the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from verifier.ledger.chain import GENESIS, chained
from verifier.ledger.codec import decode_fact, encode_fact
from verifier.ledger.deeds import Subject, subject_of
from verifier.ledger.protocol import Link
from verifier.ledger.sql import tables
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Fact

BATCH = 500
"""Facts read at once."""


class Facts:
    """The list from which every derived shelf comes. Needs `Transaction.alone` before `append`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def append(self, fact: Fact, now: datetime) -> None:
        """Chain one fact to the last one, and note it where it is a line of the audit log."""
        columns = tables.facts.c
        last = self._transaction.one(select(columns.sequence, columns.hash).order_by(columns.sequence.desc()).limit(1))
        sequence, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
        link = chained(previous, sequence, now, *encode_fact(fact))
        row = {
            "sequence": link.sequence,
            "recorded_at": link.recorded_at,
            "kind": link.kind,
            "body": link.body,
            "previous": link.previous,
            "hash": link.hash,
        }
        self._transaction.write(insert(tables.facts).values(row))
        subject = subject_of(fact)
        if subject is not None:
            self._transaction.write(insert(tables.deeds).values(deed_row(link.sequence, subject)))

    def chain(self) -> Iterator[Link]:
        """Every link, oldest first, a batch at a time."""
        columns = tables.facts.c
        query = select(tables.facts).order_by(columns.sequence).limit(BATCH)
        rows = self._transaction.rows(query)
        while rows:
            for row in rows:
                yield _link(row)
            rows = self._transaction.rows(query.where(columns.sequence > rows[-1].sequence))

    def last(self) -> Link | None:
        """The newest link."""
        row = self._transaction.one(select(tables.facts).order_by(tables.facts.c.sequence.desc()).limit(1))
        return _link(row) if row else None

    def all(self) -> Iterator[tuple[int, datetime, Fact]]:
        """Every fact with its sequence number and when it was recorded."""
        for link in self.chain():
            yield link.sequence, link.recorded_at, decode_fact(link.kind, link.body)


def _link(row: Row[Any]) -> Link:
    return Link(row.sequence, row.recorded_at, row.kind, row.body, row.previous, row.hash)


def deed_row(sequence: int, subject: Subject) -> dict[str, Any]:
    """What the table of deeds holds of one fact."""
    artifact = subject.artifact.purl if subject.artifact is not None else None
    about = {"repository_id": subject.repository_id, "artifact": artifact, "command_id": subject.command_id}
    return {"sequence": sequence, **about}
