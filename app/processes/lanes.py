"""Lanes: work that waits for others runs in a thread of its own, one for each lane that is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger("lanes")

Run = Callable[[Callable[[], bool]], None]
"""Drives one lane until nothing is due there. It is given whether it shall stop after what it is at."""


class Inline:
    """Lanes that are driven where they are started, one after another: for tests, the replay and the command line."""

    def start(self, name: str, run: Run) -> None:
        """Drive it now, to its end."""
        run(lambda: False)

    def stop(self, seconds: float) -> None:
        """Nothing runs."""


class Lanes:
    """One thread for each busy lane. One that hangs holds up itself, and nobody else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Thread] = {}
        self._again: set[str] = set()
        self._stopped = threading.Event()

    def start(self, name: str, run: Run) -> None:
        """Drive the lane, or once more after this where it is driven already. Returns at once."""
        with self._lock:
            if self._stopped.is_set():
                return
            if name in self._busy:
                self._again.add(name)
                return
            thread = threading.Thread(target=self._drive, args=(name, run), name=f"lane {name}", daemon=True)
            self._busy[name] = thread
        thread.start()

    def stop(self, seconds: float) -> None:
        """Let every lane finish the sending that it is at, and wait for that long at most."""
        until = time.monotonic() + seconds
        with self._lock:
            self._stopped.set()
            running = list(self._busy.values())
        for thread in running:
            thread.join(max(0.0, until - time.monotonic()))

    def _drive(self, name: str, run: Run) -> None:
        while True:
            try:
                run(self._stopped.is_set)
            except Exception as error:  # the thread must go on keeping its books; the tick starts the lane anew
                log.error("lane broke", lane=name, exc_info=error)
            with self._lock:
                if name not in self._again or self._stopped.is_set():
                    del self._busy[name]
                    self._again.discard(name)
                    return
                self._again.discard(name)
