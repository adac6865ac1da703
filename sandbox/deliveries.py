"""What GitHub keeps of the webhooks that it sent: every attempt with what came of it, for three days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.state import Webhook

KEPT = timedelta(days=3)
"""How long GitHub shows a delivery, and delivers it again when asked to."""
TIMED_OUT = 0
"""The status of an attempt that got no answer at all."""
_FIRST_ID = 12_000_000_000


@dataclass(frozen=True)
class Attempt:
    """One attempt to deliver a webhook. `status_code` is what was answered, TIMED_OUT for nothing."""

    id: int
    webhook: Webhook
    scenario: str
    at: datetime
    status_code: int
    redelivery: bool = False

    @property
    def status(self) -> str:
        """In GitHub's words."""
        if self.status_code == TIMED_OUT:
            return "timed out"
        return "OK" if 200 <= self.status_code < 400 else f"Invalid HTTP Response: {self.status_code}"


class Deliveries:
    """Every attempt, oldest first."""

    def __init__(self) -> None:
        self._attempts: list[Attempt] = []

    def note(self, webhook: Webhook, scenario: str, at: datetime, status_code: int, *, redelivery: bool) -> None:
        """One more attempt was made."""
        number = _FIRST_ID + len(self._attempts) + 1
        self._attempts.append(Attempt(number, webhook, scenario, at, status_code, redelivery))

    def answered(self, guid: str, status_code: int) -> None:
        """The last attempt of this webhook was answered so, and not as it was thought it would be."""
        place = max(n for n, attempt in enumerate(self._attempts) if attempt.webhook.id == guid)
        self._attempts[place] = replace(self._attempts[place], status_code=status_code)

    def shown(self, now: datetime) -> list[Attempt]:
        """Those that GitHub still has, newest first."""
        return [attempt for attempt in reversed(self._attempts) if attempt.at > now - KEPT]

    def one(self, number: int, now: datetime) -> Attempt | None:
        """One of these by its id."""
        return next((attempt for attempt in self.shown(now) if attempt.id == number), None)
