"""`release`: a release was drafted, published, edited, taken back or deleted.

Source: docs.github.com, "Webhook events and payloads", release.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import shapes
from handlers.base import Payload
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, ReleaseSeen, RepositorySeen

EVENT = "release"
ACTIONS: tuple[str, ...] = ("created", "edited", "deleted", "prereleased", "published", "released", "unpublished")


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The release as it stood, and its repository. A deletion is noted, and dated by its arrival: GitHub does not."""
    seen = shapes.release(payload)
    if shapes.action(payload) == "deleted":
        seen = replace(seen, deleted_at=at)
    return RepositorySeen(shapes.repository(payload)), ReleaseSeen(seen)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record both."""
    record(read(payload, delivery.received_at), book, now)
