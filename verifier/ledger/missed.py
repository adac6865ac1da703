"""What was missed of GitHub's webhooks: how far the past is read instead, and what GitHub says it delivered."""

from __future__ import annotations

from typing import Protocol

from verifier.model.backfill import Backfill
from verifier.model.sweep import Sweep


class Missed(Protocol):
    """How far each reading is. Not derived from facts: what was read is."""

    def backfill(self, repository_id: int) -> Backfill | None:
        """The reading that goes on, or the last one that was finished; None: its past was never read."""

    def put_backfill(self, backfill: Backfill) -> None:
        """Keep it in the place of the one before."""

    def backfills(self) -> list[Backfill]:
        """Those of every repository, by its id."""

    def unfinished(self) -> list[Backfill]:
        """Those that go on, by repository id."""

    def sweep(self) -> Sweep | None:
        """The last look at the App's deliveries; None: there was none."""

    def put_sweep(self, sweep: Sweep) -> None:
        """Keep it in the place of the one before."""
