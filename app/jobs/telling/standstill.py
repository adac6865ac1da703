"""The lane of all people stands still while the mail server is not well: everybody's mail goes over the same one.

So there is one problem on the health page and not one for each subscriber, and a server that comes back is not met by
all of them at once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.jobs.batch import later
from app.jobs.telling import storm
from checks.base import Permanent, Temporary
from verifier.ledger.protocol import Book, Posted

SUBJECT = "mail to subscribers"
"""Its place on the health page."""

_CHANNEL = "~people"


class Still(Exception):
    """Nothing more is sent before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"nothing is sent before {until}")
        self.until = until


def is_still(book: Book, now: datetime) -> bool:
    """The lane has to wait."""
    kept = book.incidents.posted(storm.KEY, _CHANNEL)
    return kept is not None and kept.open and kept.posted_at > now


def begin(book: Book, error: Temporary | Permanent, now: datetime) -> Still:
    """It failed once more: wait twice as long as before, or as the server says."""
    kept = book.incidents.posted(storm.KEY, _CHANNEL)
    failures = int(kept.ref) + 1 if kept is not None and kept.open else 1
    until = later(now, failures, error.retry_after if isinstance(error, Temporary) else None)
    book.incidents.put_posted(Posted(storm.KEY, _CHANNEL, str(failures), "", "", True, until))
    book.health.report(SUBJECT, str(error), now)
    return Still(until)


def end(book: Book) -> None:
    """The server answered as it should."""
    kept = book.incidents.posted(storm.KEY, _CHANNEL)
    if kept is not None and kept.open:
        book.incidents.put_posted(replace(kept, open=False))
        book.health.solve(SUBJECT)
