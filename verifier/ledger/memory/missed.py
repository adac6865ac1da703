"""What was missed, in memory."""

from __future__ import annotations

from verifier.ledger.memory.table import Journal, Table
from verifier.model.backfill import Backfill
from verifier.model.sweep import Sweep


class Missed:
    """See `verifier.ledger.missed.Missed`."""

    def __init__(self, journal: Journal) -> None:
        self._backfills: Table[int, Backfill] = Table(journal)
        self._sweeps: Table[str, Sweep] = Table(journal)

    def backfill(self, repository_id: int) -> Backfill | None:
        return self._backfills.get(repository_id)

    def put_backfill(self, backfill: Backfill) -> None:
        self._backfills.put(backfill.repository_id, backfill)

    def backfills(self) -> list[Backfill]:
        return sorted(self._backfills.values(), key=lambda b: b.repository_id)

    def unfinished(self) -> list[Backfill]:
        return [backfill for backfill in self.backfills() if not backfill.finished]

    def sweep(self) -> Sweep | None:
        return self._sweeps.get("")

    def put_sweep(self, sweep: Sweep) -> None:
        self._sweeps.put("", sweep)
