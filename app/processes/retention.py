"""What is not kept for ever, and is no fact: forgotten by the clock, a little at a time.

Facts, verdicts, incidents and the audit log stay; what a fact says is never here. docs/retention.md lists both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from app.jobs.telling.weekly import PREFIX, key_of
from app.signin.sessions import IDLE, LIFETIME
from verifier.ledger.protocol import Book

if TYPE_CHECKING:
    from app.deps import Deps
    from app.settings import Settings

EVERY = timedelta(hours=1)
BATCH = 500
"""The most rows dropped in one transaction: webhooks must not wait for it."""

log = structlog.get_logger("retention")


@dataclass(frozen=True)
class Forgotten:
    """How many rows went."""

    webhooks: int = 0
    summaries: int = 0

    @property
    def more(self) -> bool:
        """There may be more."""
        return BATCH in (self.webhooks, self.summaries)


def forget(book: Book, settings: Settings, now: datetime) -> Forgotten:
    """Drop one batch of what has been kept for long enough. Logins that ran out go as they do at every login."""
    book.sessions.sweep(now - LIFETIME, now - IDLE, now)
    return Forgotten(
        book.inbox.drop_heard(now - settings.retain_webhooks, now - settings.retain_unread, BATCH),
        book.incidents.drop_posted(PREFIX, key_of(now - settings.retain_summaries), BATCH),
    )


class Retention:
    """Call it as often as you like: it does a batch when one is due, and the next soon where there is more."""

    def __init__(self, deps: Deps, forget: Callable[[Book, Settings, datetime], Forgotten] = forget) -> None:
        self._deps, self._forget = deps, forget
        self._next: datetime | None = None

    def __call__(self) -> None:
        """Forget a batch where it is time."""
        now = self._deps.now()
        # A clock that was set back must not stop it until the old time comes round again.
        if self._next is not None and self._next - EVERY <= now < self._next:
            return
        with self._deps.ledger.writing() as book:
            gone = self._forget(book, self._deps.settings, now)
        self._next = now if gone.more else now + EVERY
        if gone != Forgotten():
            log.info("forgotten", webhooks=gone.webhooks, summaries=gone.summaries)
