"""Which artifacts a repository's files may claim, where other repositories publish them here already."""

from __future__ import annotations

from collections.abc import Sequence

from app.deeds.claims import DISCOVERY, sources_of
from app.deps import Deps
from app.github.installation import GitHub
from app.jobs.discover import same_to
from app.network.origins import origins
from verifier.discovery.origin import Word
from verifier.ledger.protocol import Book
from verifier.model import Artifact, Publisher, Repository


def settled(deps: Deps, github: GitHub, repository: Repository, publishers: Sequence[Publisher]) -> frozenset[Artifact]:
    """What only discovery gives to another repository, and the registry does not: nobody may squat on a name."""
    with deps.ledger.reading() as book:
        squatted = [p.artifact for p in publishers if _elsewhere(book, p) == {DISCOVERY}]
    said = origins(deps, same_to(github, repository)).of(squatted, repository.full_name, deps.now())
    return frozenset(artifact for artifact, answer in said.items() if answer.word not in (Word.OTHER, Word.UNASKED))


def may_claim(book: Book, publisher: Publisher, granted: frozenset[Artifact]) -> bool:
    """A repository may not make itself a second publisher by its own file; a mere discovery of others yields to it."""
    sources = _elsewhere(book, publisher)
    return not sources or (sources == {DISCOVERY} and publisher.artifact in granted)


def _elsewhere(book: Book, publisher: Publisher) -> set[str]:
    """By which sources other repositories publish it; none where this one publishes it already."""
    known = {p.repository_id for p in book.repositories.publishers_of(publisher.artifact)}
    if publisher.repository_id in known:
        return set()
    return {source for one in known for source in sources_of(book, one, publisher.artifact)}
