"""Work to do, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from verifier.ledger import lease as leases
from verifier.ledger.looks import registry_of
from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_due
from verifier.ledger.protocol import Queue, Task


class Work:
    """See `protocol.Work`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[tuple[str, str], leases.Row] = Table(journal)

    def want(self, step: str, key: str, at: datetime) -> None:
        self._rows.put((step, key), leases.wanted(self._rows.get((step, key)), step, key, at))

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
        free = [row for row in self._rows.values() if row.step == step and leases.free(row, now)]
        if registry is not None:
            free = [row for row in free if (registry_of(step, row.key) or "") == registry]
        chosen = sorted(free, key=lambda row: (untried_first and row.attempts > 0, by_due(row.task)))[:limit]
        lent = [leases.claimed(row, now, lease) for row in chosen]
        for row in lent:
            self._rows.put((row.step, row.key), row)
        return [row.task for row in lent]

    def registries(self, step: str, now: datetime) -> list[str]:
        free = [row for row in self._rows.values() if row.step == step and leases.free(row, now)]
        ordered = sorted(free, key=lambda row: row.due_at)
        return list(dict.fromkeys(registry_of(step, row.key) or "" for row in ordered))

    def done(self, task: Task, again_at: datetime | None = None) -> None:
        row = self._rows.get((task.step, task.key))
        if row is None or not leases.holds(row, task):
            return
        rest = leases.done(row, again_at)
        if rest is None:
            self._rows.drop((task.step, task.key))
        else:
            self._rows.put((task.step, task.key), rest)

    def failed(self, task: Task, again_at: datetime, problem: str) -> None:
        row = self._rows.get((task.step, task.key))
        if row is not None and leases.holds(row, task):
            self._rows.put((task.step, task.key), leases.failed(row, again_at, problem))

    def renew(self, task: Task, until: datetime) -> Task | None:
        row = self._rows.get((task.step, task.key))
        if row is None or not leases.holds(row, task):
            return None
        self._rows.put((task.step, task.key), leases.renewed(row, until))
        return replace(task, lent_until=until)

    def next_due(self, *steps: str) -> datetime | None:
        return min((row.due_at for row in self._rows.values() if not steps or row.step in steps), default=None)

    def get(self, step: str, key: str) -> Task | None:
        row = self._rows.get((step, key))
        return None if row is None else row.task

    def all(self, step: str) -> list[Task]:
        return sorted((row.task for row in self._rows.values() if row.step == step), key=by_due)

    def waiting(self, step: str, beginning: str, now: datetime) -> int:
        rows = self._rows.values()
        return sum(row.step == step and row.key.startswith(beginning) and row.due_at <= now for row in rows)

    def queues(self, now: datetime) -> list[Queue]:
        of = dict[str, list[leases.Row]]()
        for row in self._rows.values():
            of.setdefault(row.step, []).append(row)
        return [_queue(step, rows, now) for step, rows in sorted(of.items())]


def _queue(step: str, rows: list[leases.Row], now: datetime) -> Queue:
    due = [row.due_at for row in rows if row.due_at <= now]
    return Queue(step, len(rows), len(due), min(due, default=None), sum(row.problem != "" for row in rows))
