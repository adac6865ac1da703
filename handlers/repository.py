"""`repository`: it was renamed, transferred, privatized, deleted …; its numeric id stays what it was.

Source: docs.github.com, "Webhook events and payloads", repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from handlers import fields, shapes
from handlers.base import Payload
from handlers.record import config_task, record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RepositorySeen

EVENT = "repository"
ACTIONS: tuple[str, ...] = (
    "created",
    "deleted",
    "archived",
    "unarchived",
    "edited",
    "renamed",
    "transferred",
    "publicized",
    "privatized",
)


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository as it is now called. A deletion is noted, and dated by its arrival: GitHub does not date it."""
    seen = shapes.repository(payload)
    if shapes.action(payload) == "deleted":
        seen = replace(seen, removed=True, access_at=max(at, seen.named_at))
    return (RepositorySeen(seen),)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record it, and read its config again where the default branch, which alone may hold it, is another now."""
    facts, changes, sender = read(payload, delivery.received_at), payload.get("changes"), payload.get("sender")
    by = fields.login(sender, "sender") if sender is not None else ""
    if not isinstance(changes, Mapping) or "default_branch" not in changes:
        record(facts, book, now, taken_by=by)
        return
    record(facts, book, now, by)
    for fact in facts:
        if isinstance(fact, RepositorySeen):
            book.work.want("inspect", config_task(fact.repository.id, "", by), now)
