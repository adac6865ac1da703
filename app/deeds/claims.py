"""Claims on an artifact: what says of a repository that it publishes it, and how such a word is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verifier.ledger.protocol import Book
from verifier.model import Artifact, Publisher, PublishersSet

CONFIG = "config"
"""The publishers' source of a repository's own config file."""
DISCOVERY = "discovery"
"""The publishers' source of what a repository's files suggest; the config file and the operator go first."""
PEOPLE = "people"
"""The publishers' source of what people with the role said on our pages; what discovery suggests yields to it."""
SERVER = "server"
"""The publishers' source of the operator's word, which goes before all others."""
SOURCES = (SERVER, CONFIG, PEOPLE, DISCOVERY)
"""All of them."""


def withdraw_elsewhere(book: Book, publisher: Publisher, sources: Iterable[str], now: datetime) -> None:
    """Other repositories no longer claim this publisher's artifact by these sources."""
    others = {other.repository_id for other in book.repositories.publishers_of(publisher.artifact)}
    for repository_id in sorted(others - {publisher.repository_id}):
        for source in sources:
            withdraw(book, repository_id, publisher.artifact, source, now)


def withdraw(book: Book, repository_id: int, artifact: Artifact, source: str, now: datetime) -> None:
    """This repository no longer claims the artifact by this source."""
    said = book.repositories.publishers_from(repository_id, source)
    left = tuple(publisher for publisher in said if publisher.artifact != artifact)
    if left != said:
        book.record(PublishersSet(repository_id, source, left), now)


def claim(
    book: Book, repository_id: int, artifact: Artifact, source: str, publishers: tuple[Publisher, ...], now: datetime
) -> None:
    """This repository claims the artifact by this source: so, whatever the source said of it before."""
    said = book.repositories.publishers_from(repository_id, source)
    others = tuple(publisher for publisher in said if publisher.artifact != artifact)
    book.record(PublishersSet(repository_id, source, (*others, *publishers)), now)


def sources_of(book: Book, repository_id: int, artifact: Artifact) -> set[str]:
    """By which sources the repository claims the artifact."""
    shelf = book.repositories
    return {s for s in SOURCES if any(p.artifact == artifact for p in shelf.publishers_from(repository_id, s))}
