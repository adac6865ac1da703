"""How lively an artifact is, from what the ledger holds of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.polling.schedule import AFTER_RUN, Facts
from verifier.ledger.looks import Look, registry_name
from verifier.ledger.protocol import Book
from verifier.model import Artifact

HOT_FOR = timedelta(days=7)
"""How long after its last version an artifact counts as hot."""


def facts_of(book: Book, artifact: Artifact, now: datetime) -> Facts:
    """What its next look depends on."""
    look = book.looks.get(artifact)
    running, ran_at = False, None
    for publisher in book.repositories.publishers_of(artifact):
        for run in book.runs.between(publisher.repository_id, now - AFTER_RUN[-1], now):
            if run.head_repository_id != publisher.repository_id or run.workflows.isdisjoint(publisher.workflows):
                continue
            running = running or not run.completed
            if run.completed:
                ran_at = max(filter(None, (ran_at, run.updated_at)))
    return Facts(look is not None and look.hot_until > now, running, ran_at)


def saw(book: Book, artifact: Artifact, now: datetime, *, changed: bool) -> None:
    """Keep that it was looked at: what changes is hot for a while, and at the first look what has changed lately."""
    known = book.looks.get(artifact)
    if known is not None and not changed:
        return
    at = now if known is not None else max((d.version.at for d in book.versions.of(artifact)), default=None)
    hot_until = min(at, now) + HOT_FOR if at is not None else now
    book.looks.put(Look(artifact, registry_name(artifact), hot_until))
