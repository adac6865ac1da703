"""What was missed, in tables."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true

from verifier.ledger.codec import decode, encode
from verifier.ledger.sql.tables import backfills, sweeps
from verifier.ledger.sql.transaction import Transaction
from verifier.model.backfill import Backfill
from verifier.model.sweep import Sweep

APP = "app"
"""The one row of sweeps: there is one App."""


class Missed:
    """See `verifier.ledger.missed.Missed`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def backfill(self, repository_id: int) -> Backfill | None:
        row = self._transaction.one(select(backfills.c.body).where(backfills.c.repository_id == repository_id))
        return decode(Backfill, row.body) if row else None

    def put_backfill(self, backfill: Backfill) -> None:
        kept = {"repository_id": backfill.repository_id, "finished": backfill.finished, "body": encode(backfill)}
        self._transaction.upsert(backfills, kept)

    def backfills(self) -> list[Backfill]:
        return self._where(true())

    def unfinished(self) -> list[Backfill]:
        return self._where(backfills.c.finished.is_(False))

    def sweep(self) -> Sweep | None:
        row = self._transaction.one(select(sweeps.c.body).where(sweeps.c.name == APP))
        return decode(Sweep, row.body) if row else None

    def put_sweep(self, sweep: Sweep) -> None:
        self._transaction.upsert(sweeps, {"name": APP, "body": encode(sweep)})

    def _where(self, which: ColumnElement[bool]) -> list[Backfill]:
        rows = self._transaction.rows(select(backfills.c.body).where(which).order_by(backfills.c.repository_id))
        return [decode(Backfill, row.body) for row in rows]
