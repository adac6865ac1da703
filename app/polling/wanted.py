"""Which feeds are to be read: those of registries that hold anything that is watched."""

from __future__ import annotations

from datetime import datetime

from app.settings import Settings
from verifier.ledger.looks import FEED, POLL
from verifier.ledger.protocol import Book


def want_feeds(book: Book, settings: Settings, now: datetime) -> None:
    """Have the feeds read whose registries hold anything that is watched."""
    wanted = [name for name, _ in settings.feeds if book.work.get(POLL, f"{FEED} {name}") is None]
    if wanted:
        watched = book.looks.load(now)
        for name in wanted:
            if name in watched:
                book.work.want(POLL, f"{FEED} {name}", now)
