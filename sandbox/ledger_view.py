"""What every stage tells the player, read from the monitor's ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.wake import STEPS
from handlers import missed
from sandbox.results import Told, stood
from verifier.ledger.protocol import Ledger


class LedgerView:
    """The reading half of `sandbox.play.Stage`."""

    ledger: Ledger

    def next_poll(self) -> datetime | None:
        """The earliest regular poll."""
        with self.ledger.reading() as book:
            return min((task.due_at for task in book.work.all("poll") if not task.problem), default=None)

    def next_due(self) -> datetime | None:
        """The earliest other work, polls that failed among it."""
        with self.ledger.reading() as book:
            failed = [task.due_at for task in book.work.all("poll") if task.problem]
            other = book.work.next_due(*(step for step in STEPS if step not in ("poll", "inspect")))
            # Like polls, looks at GitHub's deliveries come round for ever: only one that may find something is due.
            gaps = book.repositories.gaps()
            inspected = [t.due_at for t in book.work.all("inspect") if gaps or t.problem or t.key != missed.TASK]
        return min([*failed, *inspected[:1], *([other] if other else [])], default=None)

    def verdicts(self) -> Sequence[Told]:
        """Everything that was ever said, from the ledger."""
        with self.ledger.reading() as book:
            return [
                Told(
                    dossier.version.artifact,
                    dossier.version.number,
                    dossier.version.published_at,
                    tuple(
                        stood(at, fingerprint, verdict)
                        for at, fingerprint, verdict in book.versions.verdicts(watch.artifact, dossier.version.number)
                    ),
                )
                for watch in book.versions.watches()
                for dossier in book.versions.of(watch.artifact)
            ]

    def incidents(self) -> int:
        """How many incidents were opened."""
        with self.ledger.reading() as book:
            return len(book.incidents.all())

    def problems(self) -> Sequence[str]:
        """What stands on the health page."""
        with self.ledger.reading() as book:
            return [f"{problem.subject}: {problem.sentence}" for problem in book.health.problems()]
