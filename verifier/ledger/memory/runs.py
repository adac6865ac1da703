"""Attempts of workflow runs, in memory."""

from __future__ import annotations

from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_start
from verifier.model import JobsState, Run, RunKey, RunRead


class Runs:
    """See `protocol.Runs`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._runs: dict[int, Table[RunKey, Run]] = {}
        self._readings: Table[RunKey, RunRead] = Table(journal)
        self._lists: Table[int, frozenset[tuple[datetime, datetime]]] = Table(journal)

    def get(self, key: RunKey) -> Run | None:
        return self._of(key.repository_id).get(key)

    def put(self, run: Run) -> None:
        self._of(run.key.repository_id).put(run.key, run)

    def reading(self, key: RunKey) -> RunRead | None:
        return self._readings.get(key)

    def put_reading(self, key: RunKey, reading: RunRead | None) -> None:
        if reading is None:
            self._readings.drop(key)
        else:
            self._readings.put(key, reading)

    def between(self, repository_id: int, since: datetime, until: datetime) -> list[Run]:
        runs = self._of(repository_id).values()
        active = [r for r in runs if r.started_at <= until and (not r.completed or r.updated_at >= since)]
        return sorted(active, key=by_start)

    def unread(self, repository_id: int) -> list[Run]:
        runs = self._of(repository_id).values()
        return sorted((r for r in runs if r.completed and r.jobs is JobsState.UNREAD), key=by_start)

    def listed_at(self, repository_id: int, at: datetime) -> datetime | None:
        spans = self._lists.get(repository_id) or frozenset()
        return max((until for since, until in spans if since <= at <= until), default=None)

    def put_listed(self, repository_id: int, since: datetime, until: datetime) -> None:
        # A span inside another one answers nothing that the other does not: only the widest are kept.
        spans = self._lists.get(repository_id) or frozenset()
        if any(s <= since and until <= u for s, u in spans):
            return
        kept = {(s, u) for s, u in spans if not (since <= s and u <= until)}
        self._lists.put(repository_id, frozenset(kept | {(since, until)}))

    def every(self) -> list[Run]:
        """Every attempt of every repository."""
        return [run for table in self._runs.values() for run in table.values()]

    def empty(self) -> None:
        """Drop everything: facts give it again."""
        for table in self._runs.values():
            table.clear()
        self._readings.clear()
        self._lists.clear()

    def _of(self, repository_id: int) -> Table[RunKey, Run]:
        return self._runs.setdefault(repository_id, Table(self._journal))
