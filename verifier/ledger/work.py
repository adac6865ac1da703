"""What is to be done, in rows, so that a crash loses nothing and a wake-up may be lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from verifier.ledger.rows import Queue, Task


class Work(Protocol):
    """Everything that is to be done, in rows: one per (step, key)."""

    def want(self, step: str, key: str, at: datetime) -> None:
        """It shall be done at `at` or earlier: an earlier date wins, attempts and problem start anew."""

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
        """What is due and not lent, earliest first, lent until `now + lease`, with `attempts` raised.

        `untried_first`: what was never tried comes before what failed, however long that is due. `registry`: only
        what asks this one; '': what does not say. Claim in a transaction of its own: rows stay locked until it ends.
        """

    def registries(self, step: str, now: datetime) -> list[str]:
        """The registries that a step has something due and not lent for; whose is due longest first. '': unsaid."""

    def done(self, task: Task, again_at: datetime | None = None) -> None:
        """It is done. If it was wanted again meanwhile it is due as wanted then; else gone, or due at `again_at`.

        Changes nothing when the lease has passed to another worker; so does `failed`.
        """

    def failed(self, task: Task, again_at: datetime, problem: str) -> None:
        """It could not be done; try at `again_at`. The problem is shown on the health page."""

    def renew(self, task: Task, until: datetime) -> Task | None:
        """Lend it until then to whoever holds it: the task under its new lease, by which alone it can be ended now.

        None, and nothing is changed, when the lease has passed to another worker.
        """

    def next_due(self, *steps: str) -> datetime | None:
        """The earliest due date among these steps (all if none is named), lent or not."""

    def get(self, step: str, key: str) -> Task | None:
        """This piece of work; None when it is not wanted, or done."""

    def all(self, step: str) -> list[Task]:
        """Everything of one step, earliest first."""

    def waiting(self, step: str, beginning: str, now: datetime) -> int:
        """How much of a step is due whose keys begin so, lent or not."""

    def queues(self, now: datetime) -> list[Queue]:
        """How much each step has to do, by its name; steps with nothing are left out."""
