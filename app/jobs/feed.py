"""Feed: a registry says what has changed lately, and what of it is watched is looked at now."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.deps import Deps
from app.network.converse import converse
from checks.base import Temporary
from verifier.ledger.looks import FEED, POLL
from verifier.ledger.protocol import Task
from verifier.registries.base import Unreadable
from verifier.registries.feeds import FEEDS

EVERY = timedelta(minutes=1)
MOST = 100
"""The most artifacts that one reading has looked at: whoever fills a feed must not crowd out the looks that are due."""


def is_feed(task: Task) -> bool:
    """It is a feed that is to be read, and no artifact to be looked at."""
    return task.key.startswith(f"{FEED} ")


def read(deps: Deps, task: Task) -> datetime | None:
    """Read on where it was left. Raises Temporary where it cannot be read: everything is looked at without it, too."""
    name = task.key.removeprefix(f"{FEED} ")
    address = dict(deps.settings.feeds).get(name)
    if address is None:
        return None
    with deps.ledger.reading() as book:
        position = book.looks.feed(name)
    changed = converse(deps, FEEDS[name](address, position)).result
    if isinstance(changed, Unreadable):
        problem = f"The feed of {name} cannot be read, so quiet artifacts are seen later: {changed.problem}"
        raise Temporary(problem, changed.retry_after)
    now = deps.now()
    with deps.ledger.writing() as book:
        for artifact in book.looks.watched(changed.artifacts)[:MOST]:
            watch = book.versions.watch(artifact)
            # It may have been looked at just now because it was due. What is named twice is looked at twice.
            if watch is not None and (watch.polled_at is None or now - watch.polled_at >= EVERY / 2):
                book.work.want(POLL, artifact.purl, now)
        if changed.position != position:
            book.looks.put_feed(name, changed.position)
    return now if changed.more else now + EVERY
