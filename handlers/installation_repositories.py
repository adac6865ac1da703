"""`installation_repositories`: repositories were granted to the App or taken from it.

Source: docs.github.com, "Webhook events and payloads", installation_repositories.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers import fields, shapes
from handlers.base import Payload
from handlers.record import look_at, record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, InstallationSeen, RepositorySeen

EVENT = "installation_repositories"
ACTIONS: tuple[str, ...] = ("added", "removed")


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The installation, and each repository granted or taken, dated by the installation's own last change."""
    seen = shapes.installation(payload)
    added, removed = (
        [shapes.granted(item, seen, key) for item in fields.items(payload, key)]
        for key in ("repositories_added", "repositories_removed")
    )
    removed = [replace(repository, removed=True) for repository in removed]
    return InstallationSeen(seen), *map(RepositorySeen, (*added, *removed))


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record it, and look at every repository that was granted, also at one we thought we had."""
    facts, sender = read(payload, delivery.received_at), payload.get("sender")
    record(facts, book, now, taken_by=fields.login(sender, "sender") if sender is not None else "")
    for fact in facts:
        if isinstance(fact, RepositorySeen) and not fact.repository.removed:
            look_at(fact.repository.id, book, now)
