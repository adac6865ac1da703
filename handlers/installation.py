"""`installation`: the App was installed on an account, suspended, given more permissions, or uninstalled.

Source: docs.github.com, "Webhook events and payloads", installation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from handlers import fields, shapes
from handlers.base import Payload
from handlers.record import blinded_task, installation_task, look_at, readable_again, record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, InstallationSeen, RepositorySeen

EVENT = "installation"
ACTIONS: tuple[str, ...] = ("created", "deleted", "suspend", "unsuspend", "new_permissions_accepted")

ASK_AGAIN = timedelta(days=1)
"""How often GitHub is asked about an installation that is suspended."""


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The installation, and every repository it lists: readable, or with a deletion no longer.

    GitHub does not date a deletion, so its arrival does; everything else bears GitHub's own time.
    """
    deleted = shapes.action(payload) == "deleted"
    seen = replace(shapes.installation(payload), deleted=deleted)
    listed = [shapes.granted(item, seen, "repositories") for item in fields.items(payload, "repositories")]
    if deleted:
        listed = [replace(repository, removed=True, access_at=max(at, seen.updated_at)) for repository in listed]
    return InstallationSeen(seen), *map(RepositorySeen, listed)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record it; look at every repository it makes readable, and list the runs missed while it was suspended.

    What waited for it is taken up again. That it may read no more is told. One that is suspended is asked about once a
    day: the webhook that ends it may be lost.
    """
    facts = read(payload, delivery.received_at)
    seen = shapes.installation(payload)
    before = book.repositories.installation(seen.id)
    sender = payload.get("sender")
    by = fields.login(sender, "sender") if sender is not None else ""
    record(facts, book, now, taken_by=by)
    after = book.repositories.installation(seen.id)
    if after is None:
        return
    if (after.deleted or after.suspended) and after != before:
        book.work.want("inspect", blinded_task(seen.id, by), now)
    if after.deleted:
        return
    if after.suspended:
        book.work.want("inspect", installation_task(seen.id), now + ASK_AGAIN)
        return
    for fact in facts:
        if isinstance(fact, RepositorySeen):
            look_at(fact.repository.id, book, now)
    if before is not None and before.suspended:
        readable_again(seen.id, before.updated_at, book, now)
    if shapes.action(payload) in ("unsuspend", "new_permissions_accepted"):
        book.work.want("inspect", installation_task(seen.id), now)
