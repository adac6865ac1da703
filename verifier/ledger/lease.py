"""What wanting, claiming, ending and failing do to one piece of work: pure, so that both twins do the same.

Three rules: what is wanted during a lease is not lost (`again_at` keeps it apart from what the lease is about); a
lease that ran out may be claimed again; only the holder of a lease ends it (`Task.lent_until` and `wanted` name it).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifier.ledger.protocol import Task

MOST_TIMES = 6
"""How much longer than usual a lease in place of one that ran out may be: of five minutes it makes half an hour."""


@dataclass(frozen=True)
class Row:
    """One piece of work as it is kept. `taken` is what `wanted` was when it was claimed last."""

    step: str
    key: str
    due_at: datetime
    again_at: datetime | None = None
    attempts: int = 0
    wanted: int = 1
    taken: int = 0
    lent_until: datetime | None = None
    problem: str = ""

    @property
    def task(self) -> Task:
        """As the worker sees it."""
        return Task(self.step, self.key, self.due_at, self.attempts, self.wanted, self.problem, self.lent_until)


def wanted(row: Row | None, step: str, key: str, at: datetime) -> Row:
    """It is wanted at `at`: a new row, an earlier date, or (while it is lent) once more after the lease.

    The same row when it says so already: one late run may want hundreds of versions that are wanted anyway.
    """
    if row is None:
        return Row(step, key, at)
    if row.lent_until is None and row.due_at <= at and not row.attempts and not row.problem:
        return row
    row = replace(row, wanted=row.wanted + 1, attempts=0, problem="")
    if row.lent_until is None:
        return replace(row, due_at=min(row.due_at, at))
    return replace(row, again_at=min(row.again_at or at, at))


def free(row: Row, now: datetime) -> bool:
    """It is due, and nobody holds it."""
    return row.due_at <= now and (row.lent_until is None or row.lent_until <= now)


def claimed(row: Row, now: datetime, lease: timedelta) -> Row:
    """Lent until `now + lease`. This claim also answers what was wanted during a lease that ran out.

    In place of a lease that ran out, and of which no failure was said, it is twice as long as that one was: what takes
    longer than a lease, or kills who does it, would else be begun by one worker after another.
    """
    lapsed = row.lent_until is not None and not row.problem
    times = min(2**row.attempts, MOST_TIMES) if lapsed else 1
    return replace(row, lent_until=now + lease * times, attempts=row.attempts + 1, taken=row.wanted, again_at=None)


def holds(row: Row | None, task: Task) -> bool:
    """The row is still lent to whoever claimed this task."""
    return row is not None and row.lent_until == task.lent_until and row.taken == task.wanted


def renewed(row: Row, until: datetime) -> Row:
    """Still lent to the same worker, until then."""
    return replace(row, lent_until=until)


def done(row: Row, again_at: datetime | None) -> Row | None:
    """The lease ends well: due as wanted meanwhile or at `again_at`, the earlier; None: gone."""
    due = min(filter(None, (row.again_at, again_at)), default=None)
    if due is None:
        return None
    return replace(row, due_at=due, again_at=None, lent_until=None, attempts=0, problem="")


def failed(row: Row, again_at: datetime, problem: str) -> Row:
    """The lease ends badly: due at `again_at`, or earlier where it was wanted meanwhile."""
    due = min(filter(None, (row.again_at, again_at)))
    return replace(row, due_at=due, again_at=None, lent_until=None, problem=problem)
