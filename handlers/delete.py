"""`delete`: a tag or branch was deleted. The deletion is noted; the tag stays in the ledger.

Source: docs.github.com, "Webhook events and payloads", delete.
"""

from __future__ import annotations

from datetime import datetime

from handlers import shapes
from handlers.base import Payload
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RefSeen, RepositorySeen

EVENT = "delete"
ACTIONS: tuple[str, ...] = ()


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The tag with the date of its deletion, if it was one, and the repository."""
    repository = RepositorySeen(shapes.repository(payload))
    tag = shapes.named_tag(payload, deleted=True)
    return (repository,) if tag is None else (repository, RefSeen(tag))


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record both."""
    record(read(payload, delivery.received_at), book, now)
