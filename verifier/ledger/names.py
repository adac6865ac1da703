"""Names that one process, or one thread of it, holds at a time: for what must not be done by two at once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Names:
    """The names held in this process. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[str] = set()

    @contextmanager
    def hold(self, name: str) -> Iterator[bool]:
        """Hold a name until the end; False where another thread does."""
        with self._lock:
            free = name not in self._held
            self._held.add(name)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._held.discard(name)


def number(name: str) -> int:
    """The name as a number of 64 bits with a sign, as PostgreSQL's advisory locks are named."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
