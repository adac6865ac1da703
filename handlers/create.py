"""`create`: a tag or branch was made. The commit comes with the `push`; this one heals where that got lost.

Source: docs.github.com, "Webhook events and payloads", create.
"""

from __future__ import annotations

from datetime import datetime

from handlers import shapes
from handlers.base import Payload
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RefSeen, RepositorySeen

EVENT = "create"
ACTIONS: tuple[str, ...] = ()


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The tag, if it was one, and the repository."""
    repository = RepositorySeen(shapes.repository(payload))
    tag = shapes.named_tag(payload, deleted=False)
    return (repository,) if tag is None else (repository, RefSeen(tag))


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record both."""
    record(read(payload, delivery.received_at), book, now)
