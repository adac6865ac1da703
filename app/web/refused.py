"""Webhooks that were refused: counted in the process, and told of at most once a minute.

A line or a row for each would be a gift to whoever sends rubbish. Where the secret here is not the App's every webhook
is lost: where signatures fail again and again and nothing is kept meanwhile, that is a problem of the monitor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from verifier.ledger.protocol import Book, Ledger

EVERY = 60.0
"""Seconds between two tellings of one process, at least."""
SOON = 1.0
"""Seconds until the first is told of: what comes with it is told with it."""
MANY = 10
LASTING = timedelta(minutes=10)
"""So many bad signatures, over that time or longer, and nothing kept since the first: the secret is another one."""
WITHIN = timedelta(days=1)
"""The first of them is forgotten after so long: a few a day are a stranger's."""

WHY: Mapping[int, str] = {
    400: "delivery id",
    401: "signature",
    408: "too slow",
    413: "too large",
    415: "content type",
    503: "not kept",
}
"""What we refuse for, by the status that is answered."""
SIGNATURE = 401
SUBJECT = "webhooks/signature"
"""Under which the health page says that signatures fail."""

log = structlog.get_logger("webhooks")


@dataclass(frozen=True)
class Spell:
    """So many signatures were bad from then on."""

    since: datetime
    number: int


class Refusals:
    """One process's count. Belongs to its event loop."""

    def __init__(self, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now
        self._counts: Counter[int] = Counter()
        self._since = now()
        self._spell: Spell | None = None
        self._told = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._telling: asyncio.Task[None] | None = None

    def count(self, status: int) -> None:
        """One was refused with this status."""
        if not self._counts:
            self._since = self._now()
        self._counts[status] += 1
        if self._timer is None and self._telling is None:
            self._plan()

    def close(self) -> None:
        """Say what is left in the log, and end. The database is not waited for."""
        if self._timer is not None:
            self._timer.cancel()
        if self._counts:
            self._say()

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(SOON, self._told + EVERY - loop.time()), self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._told = asyncio.get_running_loop().time()
        self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        since, counts = self._since, self._say()
        # A database that does not answer stops no telling: what is in the log was told.
        noted = asyncio.get_running_loop().create_future()
        threading.Thread(target=self._try_to_note, args=(since, counts, noted), daemon=True).start()
        await noted
        self._telling = None
        if self._counts:
            self._plan()

    def _say(self) -> Counter[int]:
        counts, self._counts = self._counts, Counter()
        log.warning("webhooks.refused", refused=counts.total(), why=in_words(counts))
        return counts

    def _try_to_note(self, since: datetime, counts: Counter[int], noted: asyncio.Future[None]) -> None:
        """In a thread of its own, for which no process that ends waits, as it would for one of asyncio's."""
        with contextlib.suppress(Exception):
            self._note(since, counts)
        with contextlib.suppress(RuntimeError):  # the loop has ended
            noted.get_loop().call_soon_threadsafe(_done, noted)

    def _note(self, since: datetime, counts: Counter[int]) -> None:
        now = self._now()
        with self._ledger.writing() as book:
            for status in counts:
                book.health.beat(beat_of(status), now)
            if SIGNATURE in counts:
                self._spell = judged(joined(self._spell, Spell(since, counts[SIGNATURE]), now), book, now)


def _done(noted: asyncio.Future[None]) -> None:
    if not noted.done():  # as it is when its task was cancelled meanwhile
        noted.set_result(None)


def in_words(counts: Mapping[int, int]) -> str:
    """Each status with what it means and how often it was answered."""
    return ", ".join(f"{status} ({WHY.get(status, 'other')}) {number}" for status, number in sorted(counts.items()))


def beat_of(status: int) -> str:
    """Under which name, among the heartbeats, it stands when one was last refused with this status."""
    return f"refused/{status}"


def last(book: Book) -> dict[int, datetime]:
    """When a webhook was last refused, by status; none where that never happened."""
    return {status: at for status in WHY if (at := book.health.last_beat(beat_of(status))) is not None}


def joined(before: Spell | None, more: Spell, now: datetime) -> Spell:
    """What is counted from there on; what began too long ago is forgotten."""
    if before is None or before.since <= now - WITHIN:
        return more
    return Spell(before.since, before.number + more.number)


def judged(spell: Spell, book: Book, now: datetime) -> Spell | None:
    """Report that signatures fail, where many did for long and none held meanwhile. Returns what is counted on with.

    A burst alone is anybody's who sends rubbish.
    """
    if book.inbox.came_since(spell.since):
        return None
    if spell.number >= MANY and now - spell.since >= LASTING:
        book.health.report(
            SUBJECT,
            f"{spell.number} webhooks were refused since {spell.since:%Y-%m-%d %H:%M} UTC because their signature is "
            "wrong, and none was kept meanwhile: is GITHUB_WEBHOOK_SECRET the App's?",
            now,
        )
    return spell


def fails(book: Book, before: datetime | None = None) -> bool:
    """It stands there that signatures fail; `before`: and was last found before then."""
    found = [problem.last_at for problem in book.health.problems() if problem.subject == SUBJECT]
    return any(before is None or at < before for at in found)
