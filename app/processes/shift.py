"""A process's shift: what it is at, whether it shall end, and its signs of life for whoever looks after it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

from verifier.ledger.protocol import Task


class Shift:
    """Safe to share by threads. `beat_file`: a file whose time of change is the process's last sign of life."""

    def __init__(self, beat_file: Path | None = None) -> None:
        self._beat_file = beat_file
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._held = dict[int, Task]()

    def end(self) -> None:
        """Take up nothing more; what is under way goes on."""
        self._over.set()

    def ends(self) -> bool:
        """Nothing more shall be taken up."""
        return self._over.is_set()

    @contextlib.contextmanager
    def at(self, task: Task) -> Iterator[None]:
        """While this is open, a lease is ours that somebody would wait out if we were gone."""
        with self._lock:
            self._held[id(task)] = task
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(id(task), None)

    def held(self) -> list[Task]:
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
