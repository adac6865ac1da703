"""`ping`: GitHub tries the webhook's address. It says nothing about any repository.

Source: docs.github.com, "Webhook events and payloads", ping.
"""

from __future__ import annotations

from datetime import datetime

from handlers.base import Payload
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact

EVENT = "ping"
ACTIONS: tuple[str, ...] = ()


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """No facts."""
    return ()


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Nothing to record: the answer is all GitHub wants."""
