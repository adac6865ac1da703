"""Attempts of workflow runs, in tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_start
from verifier.ledger.sql.tables import readings, run_lists, runs
from verifier.ledger.sql.transaction import Transaction
from verifier.model import JobsState, Run, RunKey, RunRead


class Runs:
    """See `protocol.Runs`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, key: RunKey) -> Run | None:
        row = self._transaction.one(select(runs.c.body).where(_is(runs, key)))
        return decode(Run, row.body) if row else None

    def put(self, run: Run) -> None:
        self._transaction.upsert(runs, run_row(run))

    def reading(self, key: RunKey) -> RunRead | None:
        row = self._transaction.one(select(readings.c.body).where(_is(readings, key)))
        return decode(RunRead, row.body) if row else None

    def put_reading(self, key: RunKey, reading: RunRead | None) -> None:
        if reading is None:
            self._transaction.write(delete(readings).where(_is(readings, key)))
        else:
            self._transaction.upsert(readings, {**_key(key), "body": encode(reading)})

    def between(self, repository_id: int, since: datetime, until: datetime) -> list[Run]:
        return self._where(
            runs.c.repository_id == repository_id,
            runs.c.started_at <= until,
            or_(runs.c.completed.is_(False), runs.c.updated_at >= since),
        )

    def unread(self, repository_id: int) -> list[Run]:
        return self._where(runs.c.repository_id == repository_id, runs.c.completed.is_(True), runs.c.unread.is_(True))

    def listed_at(self, repository_id: int, at: datetime) -> datetime | None:
        rows = self._transaction.rows(
            select(func.max(run_lists.c.until)).where(
                run_lists.c.repository_id == repository_id, run_lists.c.since <= at, run_lists.c.until >= at
            )
        )
        until: datetime | None = rows[0][0]
        return until

    def put_listed(self, repository_id: int, since: datetime, until: datetime) -> None:
        # A span inside another one answers nothing that the other does not: only the widest are kept.
        of_it = run_lists.c.repository_id == repository_id
        wider = select(run_lists).where(of_it, run_lists.c.since <= since, run_lists.c.until >= until).limit(1)
        if self._transaction.rows(wider):
            return
        self._transaction.write(delete(run_lists).where(of_it, run_lists.c.since >= since, run_lists.c.until <= until))
        self._transaction.write(insert(run_lists).values(repository_id=repository_id, since=since, until=until))

    def empty(self) -> None:
        """Drop everything: facts give it again."""
        for table in (runs, readings, run_lists):
            self._transaction.write(delete(table))

    def _where(self, *conditions: ColumnElement[bool]) -> list[Run]:
        rows = self._transaction.rows(select(runs.c.body).where(*conditions))
        return sorted((decode(Run, row.body) for row in rows), key=by_start)


def run_row(run: Run) -> dict[str, Any]:
    """What the table holds of one attempt."""
    asked = {
        "started_at": run.started_at,
        "updated_at": run.updated_at,
        "completed": run.completed,
        "unread": run.jobs is JobsState.UNREAD,
    }
    return {**_key(run.key), **asked, "body": encode(run)}


def _key(key: RunKey) -> dict[str, Any]:
    return {"repository_id": key.repository_id, "run_id": key.run_id, "attempt": key.attempt}


def _is(table: Table, key: RunKey) -> ColumnElement[bool]:
    return and_(
        table.c.repository_id == key.repository_id, table.c.run_id == key.run_id, table.c.attempt == key.attempt
    )
