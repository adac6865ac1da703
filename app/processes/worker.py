"""The worker: does the six steps when woken, and all of them each tick. An exception never ends it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from app.processes import heap
from app.processes.keeper import keep
from app.wake import STEPS

if TYPE_CHECKING:
    from app.deps import Deps

Step = Callable[["Deps", str], int]
"""Does one batch of a step and says how much it did (`app.jobs.run_step`)."""

TICK = timedelta(seconds=1)
"""How long lost wake-ups may stay unnoticed."""
TURNS = 20
"""After so many batches of each step the wake-ups are heard again; what is left is done at the next tick."""
BEAT = timedelta(seconds=15)
"""How often the worker says that it is alive."""
LANES_STOP_WITHIN = 15.0
"""Seconds that what is being sent gets to be sent; the supervisor kills after 20."""
END_WITHIN = 15.0
"""Seconds from being asked to end to its end: what is not done by then is given back. The supervisor waits 20."""
GIVE_BACK_WITHIN = 3.0
"""Seconds that giving back may take."""
LONGEST_PAUSE = timedelta(seconds=60)
"""The longest a failing step rests."""

log = structlog.get_logger("worker")


def pause(failures: int) -> timedelta:
    """How long a step rests after so many failures in a row: 1 s, doubling, at most `LONGEST_PAUSE`."""
    return min(timedelta(seconds=2.0 ** min(failures - 1, 10)), LONGEST_PAUSE)


class Stop:
    """Whether the worker shall end. Set by SIGTERM or SIGINT; the batch that runs is finished first."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def __call__(self) -> bool:
        """Somebody asked."""
        return self._asked.is_set()

    def ask(self, number: int = 0, frame: FrameType | None = None) -> None:
        """End after this batch. Has the shape of a signal handler."""
        self._asked.set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but no longer than until somebody asks to stop; says whether somebody did."""
        return self._asked.wait(seconds)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """A `Stop` that SIGTERM and SIGINT set; the handlers before are put back at the end."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class Rounds:
    """One worker's rounds through the steps, with what failed lately. Called with the step that was woken."""

    deps: Deps
    step: Step
    stop: Callable[[], bool]
    monotonic: Callable[[], float] = time.monotonic
    _failures: dict[str, int] = field(default_factory=dict)
    _rest_until: dict[str, float] = field(default_factory=dict)
    _beaten: float | None = None

    def __call__(self, woken: str) -> None:
        """Do a batch of this step and, where it did something, of every step in turn until nothing is left.

        In turn, so that an alarm never waits for the whole of what there is to inspect.
        """
        if woken not in STEPS:
            return
        steps: tuple[str, ...] = (woken,)
        for _ in range(TURNS):
            self._beat()
            if not sum([self._batch(step) for step in steps]):
                return
            steps = STEPS

    def _batch(self, step: str) -> int:
        if self.stop() or self.monotonic() < self._rest_until.get(step, 0.0):
            return 0
        try:
            done = self.step(self.deps, step)
        except Exception as error:  # a step must never end the worker; what it did not finish is still a row
            self._failed(step, error)
            return 0
        self._worked(step)
        return done

    def _failed(self, step: str, error: Exception) -> None:
        failures = self._failures.get(step, 0) + 1
        rest = pause(failures)
        self._failures[step] = failures
        self._rest_until[step] = self.monotonic() + rest.total_seconds()
        log.error("step failed", step=step, failures=failures, again_in_s=rest.total_seconds(), exc_info=error)
        sentence = f"The step {step} failed ({type(error).__name__}); it is tried again. The log has the details."
        # When the database itself is down there is nowhere to write this; the log has it.
        with contextlib.suppress(Exception), self.deps.ledger.writing() as book:
            book.health.report(f"step/{step}", sentence, self.deps.now())

    def _worked(self, step: str) -> None:
        """Note the success: at the first one of this process too, for what an earlier process reported."""
        if self._failures.get(step) == 0:
            return
        with contextlib.suppress(Exception), self.deps.ledger.writing() as book:
            book.health.solve(f"step/{step}")
            self._failures[step] = 0

    def _beat(self) -> None:
        self.deps.shift.beat()
        if self._beaten is not None and self.monotonic() < self._beaten + BEAT.total_seconds():
            return
        with contextlib.suppress(Exception), self.deps.ledger.writing() as book:
            book.health.beat("worker", self.deps.now())
            self._beaten = self.monotonic()


_serving: Callable[[str], None] | None = None


def heed(step: str) -> None:
    """The RQ job: tells the worker of this process that a step was woken. Bound by `heeding`."""
    if _serving is not None:
        _serving(step)


@contextlib.contextmanager
def heeding(note: Callable[[str], None]) -> Iterator[None]:
    """While this is open, `heed` calls `note`."""
    global _serving  # RQ finds the job's function by its dotted path, so what it calls must hang on the module
    before, _serving = _serving, note
    try:
        yield
    finally:
        _serving = before


def main(deps: Deps, step: Step | None = None, tick: timedelta = TICK, end_within: float = END_WITHIN) -> None:
    """Work until SIGTERM or SIGINT. `step` defaults to `app.jobs.run_step`.

    The piece of work that is under way then is finished, or given back after `end_within` seconds.
    """
    if step is None:
        # Late, because it brings githubkit along and the web process reads this module through `app.wake.rq`.
        from app.jobs import run_step, tell

        step = run_step
        # What cannot be tidied now is tidied at the next start; the database being down is waited for by the steps.
        with contextlib.suppress(Exception):
            tell.tidy(deps)
    heap.small()
    with stop_on_signals() as stop:
        log.info("worker started", tick_s=tick.total_seconds())
        threading.Thread(target=_end, args=(deps, stop, end_within), daemon=True, name="end").start()
        threading.Thread(target=keep, args=(deps,), daemon=True, name="keeper").start()
        deps.wake.serve(Rounds(deps, step, stop), stop, tick)
        deps.lanes.stop(LANES_STOP_WITHIN)
        log.info("worker stopped")


def _end(deps: Deps, stop: Stop, within: float) -> None:
    """Waits for the signal, and then ends the process where it has not ended by itself in time.

    What it holds is given back first, so that nobody waits out the lease. To be cut off where it is harms a piece of
    work no more than a power cut does.
    """
    while not stop.wait(60.0):
        continue
    until = time.monotonic() + within
    deps.shift.end()
    deps.lanes.stop(0)
    time.sleep(max(0.0, until - time.monotonic()))
    # A database that does not answer must not hold up the end: then the leases are waited out.
    overdue = threading.Timer(GIVE_BACK_WITHIN, os._exit, (1,))
    overdue.daemon = True
    overdue.start()
    with contextlib.suppress(Exception):
        give_back(deps)
    log.warning("worker ended in the middle of its work, which was given back")
    logging.shutdown()
    os._exit(0)


def give_back(deps: Deps) -> None:
    """Make all that this process holds due for others now."""
    now = deps.now()
    for hold in deps.shift.held():
        task = hold.end()
        with deps.ledger.writing() as book:
            book.work.failed(task, now, task.problem)
