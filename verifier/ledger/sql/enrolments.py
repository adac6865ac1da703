"""What people asked about what is watched, in a table."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Row, Table, Text, delete, func, select, update

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_asking
from verifier.ledger.sql.columns import Key, Moment
from verifier.ledger.sql.tables import metadata
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Artifact, Enrolment, Replied, Reply

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("artifact", Key, nullable=False, index=True),
    Column("actor_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("reply", Text),
    Index(None, "actor_id", "at"),
)


class Enrolments:
    """See `verifier.ledger.enrolments.Enrolments`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, enrolment_id: str) -> Replied | None:
        row = self._transaction.one(select(enrolments).where(enrolments.c.id == enrolment_id))
        return _replied(row) if row else None

    def ask(self, enrolment: Enrolment) -> bool:
        row = {
            "id": enrolment.id,
            "artifact": enrolment.artifact.purl,
            "actor_id": enrolment.actor_id,
            "at": enrolment.at,
            "body": encode(enrolment),
            "reply": None,
        }
        return self._transaction.insert_new(enrolments, row)

    def answer(self, reply: Reply) -> bool:
        found = self.get(reply.enrolment_id)
        if found is None or found[1] is not None:
            return False
        its = enrolments.c.id == reply.enrolment_id
        self._transaction.write(update(enrolments).where(its).values(reply=encode(reply)))
        return True

    def about(self, artifacts: Collection[Artifact]) -> list[Replied]:
        if not artifacts:
            return []
        those = enrolments.c.artifact.in_([artifact.purl for artifact in artifacts])
        return sorted(map(_replied, self._transaction.rows(select(enrolments).where(those))), key=by_asking)

    def given(self, actor_id: int, since: datetime) -> int:
        theirs = enrolments.c.actor_id == actor_id, enrolments.c.at >= since
        number: int = self._transaction.rows(select(func.count()).select_from(enrolments).where(*theirs))[0][0]
        return number

    def empty(self) -> None:
        """Drop what facts give again."""
        self._transaction.write(delete(enrolments))


def _replied(row: Row[Any]) -> Replied:
    return decode(Enrolment, row.body), decode(Reply, row.reply) if row.reply is not None else None
