"""Claims on an artifact: what says of a repository that it publishes it, and how such a word is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verifier.ledger.protocol import Book
from verifier.model import Publisher, PublishersSet

CONFIG = "config"
"""The publishers' source of a repository's own config file."""
DISCOVERY = "discovery"
"""The publishers' source of what a repository's files suggest; the config file and the operator go first."""
SERVER = "server"
"""The publishers' source of the operator's word, which goes before all others."""


def withdraw_elsewhere(book: Book, publisher: Publisher, sources: Iterable[str], now: datetime) -> None:
    """Other repositories no longer claim this publisher's artifact by these sources."""
    others = {other.repository_id for other in book.repositories.publishers_of(publisher.artifact)}
    for repository_id in sorted(others - {publisher.repository_id}):
        for source in sources:
            said = book.repositories.publishers_from(repository_id, source)
            left = tuple(p for p in said if p.artifact != publisher.artifact)
            if left != said:
                book.record(PublishersSet(repository_id, source, left), now)
