"""Work to do, in tables. What a change means is decided in `verifier.ledger.lease`."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, or_, select

from verifier.ledger import lease as leases
from verifier.ledger.looks import registry_of
from verifier.ledger.order import by_due, by_turn
from verifier.ledger.protocol import Queue, Task
from verifier.ledger.sql.tables import work
from verifier.ledger.sql.transaction import Transaction


class Work:
    """See `protocol.Work`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def want(self, step: str, key: str, at: datetime) -> None:
        self._transaction.alone()
        row = self._get(step, key)
        after = leases.wanted(row, step, key, at)
        if after != row:
            self._put(after)

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
        rows = self._transaction.free_rows(
            select(work)
            .where(
                *_free(step, now),
                *([] if registry is None else [_asks(registry)]),
            )
            .order_by(*([work.c.attempts > 0] if untried_first else []), work.c.due_at, work.c.key)
            .limit(limit)
        )
        lent = [leases.claimed(_row(row), now, lease) for row in rows]
        for row in lent:
            self._put(row)
        return sorted((row.task for row in lent), key=by_turn if untried_first else by_due)

    def registries(self, step: str, now: datetime) -> list[str]:
        first = func.min(work.c.due_at)
        query = select(work.c.registry).where(*_free(step, now)).group_by(work.c.registry).order_by(first)
        return [row.registry or "" for row in self._transaction.rows(query)]

    def done(self, task: Task, again_at: datetime | None = None) -> None:
        self._transaction.alone()
        row = self._get(task.step, task.key)
        if row is None or not leases.holds(row, task):
            return
        rest = leases.done(row, again_at)
        if rest is None:
            self._transaction.write(delete(work).where(_is(task.step, task.key)))
        else:
            self._put(rest)

    def failed(self, task: Task, again_at: datetime, problem: str) -> None:
        self._transaction.alone()
        row = self._get(task.step, task.key)
        if row is not None and leases.holds(row, task):
            self._put(leases.failed(row, again_at, problem))

    def renew(self, task: Task, until: datetime) -> Task | None:
        self._transaction.alone()
        row = self._get(task.step, task.key)
        if row is None or not leases.holds(row, task):
            return None
        self._put(leases.renewed(row, until))
        return replace(task, lent_until=until)

    def next_due(self, *steps: str) -> datetime | None:
        query = select(func.min(work.c.due_at))
        due: datetime | None = self._transaction.rows(query.where(work.c.step.in_(steps)) if steps else query)[0][0]
        return due

    def get(self, step: str, key: str) -> Task | None:
        row = self._transaction.one(select(work).where(_is(step, key)))
        return _row(row).task if row else None

    def all(self, step: str) -> list[Task]:
        rows = self._transaction.rows(select(work).where(work.c.step == step))
        return sorted((_row(row).task for row in rows), key=by_due)

    def waiting(self, step: str, beginning: str, now: datetime) -> int:
        those = work.c.step == step, work.c.due_at <= now, work.c.key.startswith(beginning, autoescape=True)
        number: int = self._transaction.rows(select(func.count()).select_from(work).where(*those))[0][0]
        return number

    def queues(self, now: datetime) -> list[Queue]:
        due = case((work.c.due_at <= now, work.c.due_at))
        failing = func.count(case((work.c.problem != "", 1)))
        counts = func.count().label("wanted"), func.count(due).label("due"), func.min(due).label("due_since")
        rows = self._transaction.rows(select(work.c.step, *counts, failing.label("failing")).group_by(work.c.step))
        return sorted(
            (Queue(row.step, row.wanted, row.due, row.due_since, row.failing) for row in rows),
            key=lambda queue: queue.step,
        )

    def _get(self, step: str, key: str) -> leases.Row | None:
        # Locked: a claim does not wait in `alone`, and a lease made between reading and writing would be lost.
        row = self._transaction.held(select(work).where(_is(step, key)))
        return _row(row) if row else None

    def _put(self, row: leases.Row) -> None:
        self._transaction.upsert(work, {**asdict(row), "name": row.key, "registry": registry_of(row.step, row.key)})


def _is(step: str, key: str) -> ColumnElement[bool]:
    return and_(work.c.step == step, work.c.key == key)


def _free(step: str, now: datetime) -> list[ColumnElement[bool]]:
    return [work.c.step == step, work.c.due_at <= now, or_(work.c.lent_until.is_(None), work.c.lent_until <= now)]


def _asks(registry: str) -> ColumnElement[bool]:
    return work.c.registry == registry if registry else work.c.registry.is_(None)


def _row(row: Row[Any]) -> leases.Row:
    return leases.Row(
        step=row.step,
        key=row.name,
        due_at=row.due_at,
        again_at=row.again_at,
        attempts=row.attempts,
        wanted=row.wanted,
        taken=row.taken,
        lent_until=row.lent_until,
        problem=row.problem,
    )
