"""A process's shift: what it is at, whether it shall end, and its signs of life for whoever looks after it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from verifier.ledger.protocol import Task

LEASE = timedelta(minutes=5)
"""How long a claimed piece of work is ours, and how long again each time it is renewed (`app.processes.keeper`). A
process that dies gives it back by this."""
AT_ONE = timedelta(minutes=30)
"""How long one piece of work may be kept in all: what takes longer hangs, and somebody else shall try."""


class Hold:
    """A piece of work that is under way, under the lease by which it can be ended. Safe to share by threads."""

    def __init__(self, task: Task, until: datetime) -> None:
        self._task = task
        self._until = until
        self._lock = threading.Lock()
        self._kept = True

    def end(self) -> Task:
        """The task, to be ended under its last lease: it is lent no longer from here on."""
        with self._lock:
            self._kept = False
            return self._task

    def renew(self, lend: Callable[[Task, datetime], Task | None], now: datetime) -> None:
        """Have it lent for longer, unless it is being ended or was kept long enough.

        `lend` gives the task under its new lease, None where it is another's by now. Raises what that raises.
        """
        with self._lock:
            until = min(now + LEASE, self._until)
            if self._kept and (self._task.lent_until is None or self._task.lent_until < until):
                lent = lend(self._task, until)
                self._task, self._kept = lent or self._task, lent is not None


class Shift:
    """Safe to share by threads. `beat_file`: a file whose time of change is the process's last sign of life."""

    def __init__(self, beat_file: Path | None = None) -> None:
        self._beat_file = beat_file
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._held = dict[int, Hold]()

    def end(self) -> None:
        """Take up nothing more; what is under way goes on."""
        self._over.set()

    def ends(self) -> bool:
        """Nothing more shall be taken up."""
        return self._over.is_set()

    @contextlib.contextmanager
    def at(self, task: Task, now: datetime) -> Iterator[Hold]:
        """While this is open, a lease is ours that somebody would wait out if we were gone."""
        hold = Hold(task, now + AT_ONE)
        with self._lock:
            self._held[id(hold)] = hold
        try:
            yield hold
        finally:
            with self._lock:
                self._held.pop(id(hold), None)

    def held(self) -> list[Hold]:
        """What is under way."""
        with self._lock:
            return list(self._held.values())

    def beat(self) -> None:
        """Something was begun or done. A disk that takes no file is no reason to end."""
        if self._beat_file is None:
            return
        with contextlib.suppress(OSError):
            self._beat_file.parent.mkdir(parents=True, exist_ok=True)
            self._beat_file.touch()
