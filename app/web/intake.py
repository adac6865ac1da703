"""Deliveries on their way into the ledger: those that arrive while one commit is under way go together in the next.

A commit waits for a disk, and that wait is what one delivery costs most. Shared by those that arrive in the meantime
it costs each a part; a lonely delivery waits for nobody, but for a moment after a group. Each is answered after its
own commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from app.web.webhooks import NOT_KEPT, Answer, keep
from verifier.ledger.protocol import Delivery, Ledger

GROUP_ROWS = 128
GROUP_BYTES = 4 * 1024 * 1024
"""What one insert takes at most; a delivery that is larger by itself goes alone."""
WAITING_ROWS = 1024
WAITING_BYTES = 16 * 1024 * 1024
"""What may wait for the next insert in one process. More is refused: a slow database must cost no memory."""
GATHER = 0.002
"""Seconds that a group may gather for after one of several: until as many are there, who mostly come again."""
WAKE_EVERY = 0.02
"""Seconds between two wake-ups at least: the step that is woken takes all that is there."""

BUSY = Answer(503, "More arrives at once than can be kept; please deliver it again.")

log = structlog.get_logger("intake")


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    answered: asyncio.Future[Answer]


class Intake:
    """The one writer of one web process. Deliveries come from its event loop, and are kept by a thread of its own."""

    def __init__(self, ledger: Ledger, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._wanted = 1
        """Deliveries for which the writer is woken."""
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="intake")
        self._bell = Bell(wake)

    def start(self) -> None:
        """Begin to write."""
        self._bell.start()
        self._thread.start()

    async def keep(self, delivery: Delivery) -> Answer:
        """Its answer, once its commit is durable or failed; `BUSY` at once where too much waits already."""
        loop = asyncio.get_running_loop()
        entry = _Waiting(delivery, loop.create_future())
        with self._changed:
            full = len(self._waiting) >= WAITING_ROWS or self._bytes + len(delivery.body) > WAITING_BYTES
            if self._closed or (full and self._waiting):
                return BUSY
            self._waiting.append(entry)
            self._bytes += len(delivery.body)
            if len(self._waiting) >= self._wanted:
                self._changed.notify()
        return await entry.answered

    def close(self) -> None:
        """Keep what waits, and end. What comes later is refused."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()
        self._bell.close()

    def _write(self) -> None:
        group: Sequence[_Waiting] = ()
        while group := self._next(len(group)):
            answers = self._kept(group)
            _answer(group, answers)
            if any(answer.kept for answer in answers):
                self._bell.ring()

    def _kept(self, group: Sequence[_Waiting]) -> Sequence[Answer]:
        """Their answers, whatever happens: a full disk takes neither the row nor the line that says so."""
        try:
            return keep(self._ledger, [entry.delivery for entry in group])
        except Exception:
            _noted("deliveries.not_kept")
            return [NOT_KEPT for _ in group]

    def _next(self, before: int) -> list[_Waiting]:
        """The next group, waited for; empty at the end. `before`: how many the last one had."""

        def enough() -> bool:
            return self._closed or len(self._waiting) >= self._wanted

        with self._changed:
            if before > 1:
                self._wanted = before
                self._changed.wait_for(enough, GATHER)
            self._wanted = 1
            self._changed.wait_for(enough)
            group: list[_Waiting] = []
            size = 0
            while self._waiting and len(group) < GROUP_ROWS:
                size += len(self._waiting[0].delivery.body)
                if group and size > GROUP_BYTES:
                    break
                entry = self._waiting.popleft()
                self._bytes -= len(entry.delivery.body)
                group.append(entry)
            return group


def _answer(group: Sequence[_Waiting], answers: Sequence[Answer]) -> None:
    """Say it to those who wait, in their own thread."""

    def say() -> None:
        for entry, answer in zip(group, answers, strict=True):
            if not entry.answered.done():  # whoever asked may have gone away
                entry.answered.set_result(answer)

    try:
        group[0].answered.get_loop().call_soon_threadsafe(say)
    except RuntimeError:  # the loop was closed under us; what was kept is kept
        _noted("deliveries.nobody_was_there_to_hear")


def _noted(event: str) -> None:
    """Into the log, where that takes it: its end is no reason for these threads to end, which nobody starts again."""
    with contextlib.suppress(Exception):
        log.exception(event)


class Bell:
    """Wakes the worker from a thread of its own: Redis may be slow, and no delivery waits for it."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._rung = False
        self._over = threading.Event()
        self._stirred = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="bell")

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def ring(self) -> None:
        """Wake soon; several rings in a short time are one."""
        self._rung = True
        self._stirred.set()

    def close(self) -> None:
        """Wake if it was rung, and end."""
        self._over.set()
        self._stirred.set()
        self._thread.join()

    def _serve(self) -> None:
        over = False
        while not over:
            self._stirred.wait()
            self._stirred.clear()
            over = self._over.is_set()
            if self._rung:
                self._rung = False
                try:
                    self._wake()
                except Exception:  # the clock finds what nobody was woken for
                    _noted("wake.broke")
            self._over.wait(WAKE_EVERY)
