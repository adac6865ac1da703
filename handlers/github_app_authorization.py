"""`github_app_authorization`: somebody took back, at GitHub, that the App may act in their name.

Source: docs.github.com, "Webhook events and payloads", github_app_authorization.
"""

from __future__ import annotations

from datetime import datetime

from handlers import fields
from handlers.base import Payload
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact

EVENT = "github_app_authorization"
ACTIONS: tuple[str, ...] = ("revoked",)


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """No facts: it says nothing about any repository."""
    _who(payload)
    return ()


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """End every session of whoever took it back."""
    book.sessions.drop_of(_who(payload))


def _who(payload: Payload) -> int:
    return fields.number(fields.part(payload, "sender").get("id"), "sender.id")
