"""The shelf of what people asked about what is watched. Derived from facts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from verifier.model import Artifact, Enrolment, Replied, Reply


class Enrolments(Protocol):
    """Wishes to watch, to stop and to go on, each with what became of it."""

    def get(self, enrolment_id: str) -> Replied | None:
        """One of them."""

    def ask(self, enrolment: Enrolment) -> bool:
        """Keep it; False when it is known by its id."""

    def answer(self, reply: Reply) -> bool:
        """Keep what became of a wish that is known; False where that is known, or the wish is not."""

    def about(self, artifacts: Collection[Artifact]) -> list[Replied]:
        """Those about these artifacts, oldest first."""

    def given(self, actor_id: int, since: datetime) -> int:
        """How many this account gave since then."""
