"""The clock: looks at what is due and wakes the steps, says that it is alive, and notices when it was not.

What it would wake is found by the workers' own ticks too; the clock's own part is the heartbeat, by which a stop of
the monitor is seen afterwards, and the webhooks missed meanwhile are made up for.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from app import anchors
from app.polling.wanted import want_feeds
from app.processes.worker import pause, stop_on_signals
from app.wake import STEPS
from handlers import missed
from handlers.record import list_task, missed_since
from verifier.ledger.protocol import Book, Task, Unavailable
from verifier.model.backfill import Gap

if TYPE_CHECKING:
    from app.deps import Deps

EVERY = timedelta(seconds=1)
"""How often it looks at what is due."""
BEAT = timedelta(seconds=10)
"""How often the acting clock renews its turn and writes its heartbeat."""
LEASE = 3 * BEAT
"""How long the turn of a clock that died is kept from the others; they look every `BEAT`, so one acts after both."""
GIVE_BACK_WITHIN = 3.0
"""Seconds that giving the turn back may take."""
MISSING_AFTER = timedelta(minutes=10)
"""A heartbeat older than this means that webhooks may have been missed: GitHub does not send them again by itself."""

NAME = "clock"
TURN = "turn"

log = structlog.get_logger(NAME)


@dataclass(frozen=True)
class Due:
    """What a clock sees when it looks: webhooks not heard yet, and each step's earliest due date (None: nothing)."""

    waiting: int
    next_due: Mapping[str, datetime | None]


def to_wake(due: Due, now: datetime) -> tuple[str, ...]:
    """The steps that have something to do now, in their order."""

    def ready(step: str) -> bool:
        at = due.next_due.get(step)
        return (step == "hear" and due.waiting > 0) or (at is not None and at <= now)

    return tuple(step for step in STEPS if ready(step))


def missing_since(last_beat: datetime | None, now: datetime, missing_after: timedelta) -> datetime | None:
    """Since when webhooks may be missing; None when the clock has been alive, or has never been before."""
    if last_beat is None or now - last_beat <= missing_after:
        return None
    return last_beat


def look(book: Book) -> Due:
    """Read what is due."""
    return Due(book.inbox.waiting(), {step: book.work.next_due(step) for step in STEPS})


def take_turn(book: Book, mine: Task | None, now: datetime) -> Task | None:
    """Claim or renew the turn, so that of several clocks one acts; None when it is another's.

    `mine` is the task of our last turn; giving it back changes nothing where another clock holds it by now.
    """
    if not book.work.all(NAME):
        book.work.want(NAME, TURN, now)
    if mine is not None:
        book.work.done(mine, again_at=now)
    return next(iter(book.work.claim(NAME, 1, now, LEASE)), None)


def beat(book: Book, now: datetime, missing_after: timedelta) -> datetime | None:
    """Write the heartbeat. Where the last one is too old, mark the gap on every repository, and want it healed.

    That is: GitHub's deliveries looked through and, where those do not heal it, the repository's past read.

    Returns since when webhooks may be missing, None when none are. A gap that is already open keeps its earlier start.
    """
    since = missing_since(book.health.last_beat(NAME), now, missing_after)
    if since is not None:
        for repository in book.repositories.all():
            if repository.removed:
                continue
            gap = Gap(since, now)
            missed_since(repository.id, gap, book, now)
            book.work.want("inspect", list_task(repository.id), missed.read_at(gap, now))
        book.work.want("inspect", missed.TASK, now)
    book.health.beat(NAME, now)
    return since


class Clock:
    """One clock process's turns. Call it as often as you like: `EVERY` when it runs by itself."""

    def __init__(self, deps: Deps, missing_after: timedelta = MISSING_AFTER) -> None:
        self._deps = deps
        self._missing_after = missing_after
        self._mine: Task | None = None
        self._next_try: datetime | None = None

    def __call__(self) -> tuple[str, ...]:
        """Take or renew the turn where it is time, then wake what is due. Returns the steps woken."""
        now = self._deps.now()
        # A clock that was set back must not stop the turns until the old time comes round again.
        if self._next_try is None or not self._next_try - BEAT <= now < self._next_try:
            self._turn(now)
        if self._mine is None:
            return ()
        with self._deps.ledger.reading() as book:
            woken = to_wake(look(book), now)
        for step in woken:
            self._deps.wake.wake(step)
        return woken

    def end(self) -> None:
        """Give the turn back, so that another clock has it when it looks next.

        Never raises, and waits for a slow database no longer than `GIVE_BACK_WITHIN`: the turn ends by itself, too.
        """
        if self._mine is not None:
            giving = threading.Thread(target=self._give_back, args=(self._mine,), daemon=True)
            giving.start()
            giving.join(GIVE_BACK_WITHIN)
            self._mine = None

    def _give_back(self, mine: Task) -> None:
        with contextlib.suppress(Exception), self._deps.ledger.writing() as book:
            book.work.done(mine, again_at=self._deps.now())

    def _turn(self, now: datetime) -> None:
        with self._deps.ledger.writing() as book:
            mine = take_turn(book, self._mine, now)
            since = beat(book, now, self._missing_after) if mine is not None else None
            anchor = None
            if mine is not None:
                anchor = anchors.due(book, now)
                want_feeds(book, self._deps.settings, now)
                if self._deps.settings.github_app_id:
                    missed.keep_sweeping(book, now)
            book.health.solve(NAME)
        self._mine, self._next_try = mine, now + BEAT
        if anchor is not None:
            log.info(anchors.EVENT, **anchors.as_document(anchor))
        if since is not None:
            log.warning("webhooks may be missing, GitHub's lists will be read", since=since.isoformat())


def main(
    deps: Deps,
    every: timedelta = EVERY,
    missing_after: timedelta = MISSING_AFTER,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGTERM or SIGINT. A database that is down is waited for.

    `beside` is what else is done with each look; it must return at once.
    """
    clock, failures = Clock(deps, missing_after), 0
    with stop_on_signals() as stop:
        log.info("clock started", every_s=every.total_seconds())
        while not stop():
            try:
                clock()
                beside()
                deps.shift.beat()
                failures = 0
                rest = every
            except Exception as error:  # the ledger is down, or something in it: the clock must outlive both
                failures += 1
                rest = max(every, pause(failures))
                if isinstance(error, Unavailable):  # to start another clock would not bring the database back
                    deps.shift.beat()
                log.error("clock failed", failures=failures, again_in_s=rest.total_seconds(), exc_info=error)
                _report(deps, error)
            stop.wait(rest.total_seconds())
        clock.end()
        log.info("clock stopped")


def _report(deps: Deps, error: Exception) -> None:
    sentence = f"The clock failed ({type(error).__name__}); it is tried again. The log has the details."
    with contextlib.suppress(Exception), deps.ledger.writing() as book:
        book.health.report(NAME, sentence, deps.now())
