"""Who may publish an artifact, as pages show it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.pages.words import shown
from verifier.model import Publisher, Repository

MOST = 10
"""The most workflows, refs or events of one publisher that are named."""

MANUAL = {
    True: "allowed: a version without a run raises no alarm",
    False: "never: every version without a run counts against it",
    None: "learned from each release line's history",
}


@dataclass(frozen=True)
class By:
    """One publisher. Empty texts: nothing is said about it."""

    repository: str
    gone: bool
    workflows: tuple[str, ...]
    refs: str
    events: str
    environment: str
    manual: str
    signer: str
    mirrors: tuple[str, ...]


def by(publisher: Publisher, repository: Repository | None) -> By:
    """The publisher as a page shows it; a repository that is not known by name is called by its id."""
    signer = f"{publisher.identity}, vouched for by {publisher.issuer}" if publisher.identity else ""
    return By(
        shown(repository.full_name, 140) if repository is not None else f"repository {publisher.repository_id}",
        repository is not None and repository.removed,
        tuple(shown(path, 120) for path in publisher.workflows[:MOST]),
        _few(publisher.refs) or "the default branch and every tag",
        _few(publisher.events),
        shown(publisher.environment, 80),
        MANUAL[publisher.manual],
        shown(signer, 300),
        tuple(shown(purl, 200) for purl in publisher.mirrors[:MOST]),
    )


def _few(words: tuple[str, ...]) -> str:
    more = f" and {len(words) - MOST} more" if len(words) > MOST else ""
    return ", ".join(shown(word, 80) for word in words[:MOST]) + more
