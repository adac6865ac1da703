"""Keeping the trust root fresh, beside the clock's turns and never in their way.

That it could not be fetched is nobody's trouble while the copy in use is good; offline, verification goes on with it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import structlog

from app.trust.root import folder
from checks.base import Temporary

if TYPE_CHECKING:
    from app.deps import Deps
    from app.trust.refresh import Source

EVERY = timedelta(days=1)
RETRY = timedelta(hours=1)
STALE_AFTER = timedelta(days=30)
"""A copy that was not renewed for so long is worth a look, even where what vouches for it has not run out."""
SUBJECT = "trust root"
RENEWED = "renewed"

log = structlog.get_logger("trust")


def in_thread(work: Callable[[], None]) -> Future[None]:
    """Do it in a thread that ends with the process."""
    future: Future[None] = Future()

    def run() -> None:
        try:
            work()
        except Exception as error:
            future.set_exception(error)
        else:
            future.set_result(None)

    Thread(target=run, daemon=True, name=SUBJECT).start()
    return future


class Freshness:
    """Call it as often as you like: it begins a renewal when one is due, and notes how the last one ended."""

    def __init__(
        self, deps: Deps, source: Source | None = None, start: Callable[[Callable[[], None]], Future[None]] = in_thread
    ) -> None:
        self._deps, self._source, self._start = deps, source, start
        self._folder = folder(deps.settings)
        self._running: Future[None] | None = None
        self._next_try: datetime | None = None

    def __call__(self) -> None:
        """Look whether something is to be done. Returns at once."""
        if not self._deps.settings.refreshes_trust:
            return
        now = self._deps.now()
        if self._running is not None and self._running.done():
            failure, self._running = self._running.exception(), None
            self._ended(failure, now)
        elif self._running is None and now >= self._due(now):
            self._running = self._start(self._renew)

    def _due(self, now: datetime) -> datetime:
        if self._next_try is None:
            last = self._last()
            # A time that lies ahead was written by a clock since set back.
            self._next_try = last + EVERY if last is not None and last <= now else now
        return self._next_try

    def _last(self) -> datetime | None:
        """When the copy was last renewed."""
        with contextlib.suppress(OSError, ValueError):
            return datetime.fromisoformat((self._folder / RENEWED).read_text("ascii"))
        return None

    def _renew(self) -> None:
        from app.trust.refresh import public, refresh  # costs a fifth of a second, once a day

        refresh(self._folder, self._deps.fetch, self._source or public())

    def _ended(self, failure: BaseException | None, now: datetime) -> None:
        if failure is None:
            self._next_try = now + EVERY
            (self._folder / RENEWED).write_text(now.isoformat(), "ascii")
            with self._deps.ledger.writing() as book:
                book.health.solve(SUBJECT)
            log.info("trust root is up to date")
            return
        self._next_try = now + RETRY
        why = str(failure) if isinstance(failure, Temporary) else type(failure).__name__
        log.warning("trust root could not be renewed, the copy in use stays", why=why, again_in_s=RETRY.total_seconds())
        if now >= self._good_until():
            with self._deps.ledger.writing() as book:
                book.health.report(SUBJECT, _sentence(why), now)

    def _good_until(self) -> datetime:
        from app.trust.refresh import good_until, public

        until, last = good_until(self._folder, self._source or public()), self._last()
        return until if last is None else min(until, last + STALE_AFTER)


def _sentence(why: str) -> str:
    return (
        f"The trust root in use is old and could not be renewed: {why} Provenance is verified with it all the same, "
        "except in logs that it does not know. Let the clock reach the address, or set TRUST_ROOT to a file that you "
        "renew yourself, or TUF_REFRESH=off."
    )
