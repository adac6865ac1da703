"""The shape every handler has: one file per GitHub event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact

Payload = Mapping[str, Any]


class BadPayload(ValueError):
    """The payload is not what GitHub documents for this event; says which field is wrong."""


class Handler(Protocol):
    """One event. A module with these four names satisfies it.

    `read` is pure: payload and time of arrival in, facts out. It raises BadPayload, and nothing else, on a payload it
    cannot read. `handle` records the facts and names the work that follows.
    """

    EVENT: str
    ACTIONS: tuple[str, ...]
    """The actions it reads; empty for an event without actions. Any other action is answered and ignored."""

    def read(self, payload: Payload, at: datetime) -> tuple[Fact, ...]:
        """What the payload says, as facts. `at` dates only what GitHub itself does not date: deletions."""

    def handle(self, delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
        """Record the facts and name the work. Raises BadPayload before it has recorded anything."""
