"""Attempts of workflow runs, in memory."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_start
from verifier.model import JobsState, Run, RunKey, RunRead

SHORT = timedelta(days=1)
"""Attempts that were over by then are found by when they started; the few others are looked at one by one."""


class Started:
    """The attempts of one repository by when they started, put in order when they are next asked for."""

    def __init__(self, runs: Table[RunKey, Run]) -> None:
        self._runs = runs
        self._starts: list[datetime] | None = None
        self._short: list[Run] = []
        self._long: list[Run] = []

    def forget(self) -> None:
        """An attempt changed."""
        self._starts = None

    def between(self, since: datetime, until: datetime) -> list[Run]:
        """Those that were going on at any time in the span."""
        if self._starts is None:
            every = sorted(self._runs.values(), key=by_start)
            self._short = [run for run in every if run.completed and run.updated_at - run.started_at <= SHORT]
            self._long = [run for run in every if not (run.completed and run.updated_at - run.started_at <= SHORT)]
            self._starts = [run.started_at for run in self._short]
        earliest = since - SHORT if since - datetime.min.replace(tzinfo=since.tzinfo) > SHORT else since
        first, last = bisect_left(self._starts, earliest), bisect_right(self._starts, until)
        short = [run for run in self._short[first:last] if run.updated_at >= since]
        long = [r for r in self._long if r.started_at <= until and (not r.completed or r.updated_at >= since)]
        return sorted((*short, *long), key=by_start) if long else short


class Runs:
    """See `protocol.Runs`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._runs: dict[int, Table[RunKey, Run]] = {}
        self._started: dict[int, Started] = {}
        self._readings: Table[RunKey, RunRead] = Table(journal)
        self._lists: Table[int, frozenset[tuple[datetime, datetime]]] = Table(journal)

    def get(self, key: RunKey) -> Run | None:
        return self._of(key.repository_id).get(key)

    def put(self, run: Run) -> None:
        repository_id = run.key.repository_id
        forget = self._by_start(repository_id).forget
        self._journal.note(forget)
        self._of(repository_id).put(run.key, run)
        forget()

    def reading(self, key: RunKey) -> RunRead | None:
        return self._readings.get(key)

    def put_reading(self, key: RunKey, reading: RunRead | None) -> None:
        if reading is None:
            self._readings.drop(key)
        else:
            self._readings.put(key, reading)

    def between(self, repository_id: int, since: datetime, until: datetime) -> list[Run]:
        return self._by_start(repository_id).between(since, until)

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
        for repository_id, table in self._runs.items():
            self._journal.note(self._by_start(repository_id).forget)
            table.clear()
            self._by_start(repository_id).forget()
        self._readings.clear()
        self._lists.clear()

    def _by_start(self, repository_id: int) -> Started:
        return self._started.setdefault(repository_id, Started(self._of(repository_id)))

    def _of(self, repository_id: int) -> Table[RunKey, Run]:
        return self._runs.setdefault(repository_id, Table(self._journal))
