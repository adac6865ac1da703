"""Wake-ups: "there is work for this step". They may be lost or doubled; the work itself is rows in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

STEPS = ("hear", "inspect", "poll", "examine", "tell", "report")


class Wake(Protocol):
    """Two implementations: within the process tree (`app.wake.local`) and over Redis with RQ (`app.wake.rq`)."""

    def wake(self, step: str) -> None:
        """Say that there is work for this step. Never raises: a lost wake-up is found by the clock."""

    def serve(self, run: Callable[[str], None], stop: Callable[[], bool], tick: timedelta) -> None:
        """Call `run(step)` for each wake-up, and for every step at least each `tick`, until `stop()`."""


class Nobody:
    """Nobody is told: whoever does the steps does them at once, or looks for work by themselves. Satisfies `Wake`."""

    def wake(self, step: str) -> None:
        """Nothing to do."""

    def serve(self, run: Callable[[str], None], stop: Callable[[], bool], tick: timedelta) -> None:
        """Never called: no worker has this. Raises NotImplementedError."""
        raise NotImplementedError("no worker waits here")
