"""Whether a webhook of GitHub's has ever arrived, and when the first ping did: pings are answered and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.ledger.protocol import Book

NAME = "webhooks"
"""Under this name the first one is noted, among the heartbeats."""


@dataclass(frozen=True)
class Arrival:
    """`any`: something signed with our secret came. `first`: when the ping did; None: it is not known to have."""

    any: bool
    first: datetime | None = None


def note(book: Book, now: datetime) -> None:
    """A signed ping is here; the first one's time stays."""
    if book.health.last_beat(NAME) is None:
        book.health.beat(NAME, now)


def arrival(book: Book) -> Arrival:
    """What is known of it."""
    first = book.health.last_beat(NAME)
    heard = first is not None or book.inbox.waiting() > 0 or bool(book.repositories.installations())
    return Arrival(heard, first)
