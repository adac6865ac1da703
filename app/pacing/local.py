"""Turns of one process, shared by its threads."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from app.pacing.turns import granted

TIDIED = 1_000
"""With so many names known, those whose turns are all free again are forgotten."""


@dataclass
class LocalPace:
    """Satisfies `app.pacing.Pace`."""

    _used_up: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tidy_at: int = TIDIED

    def turn(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        """Take a turn, or say how many seconds to wait; by `time.monotonic` where no `now` is given."""
        at = time.monotonic() if now is None else now
        with self._lock:
            wait, self._used_up[name] = granted(self._used_up.get(name), every.total_seconds(), burst, at)
            if len(self._used_up) > self._tidy_at:
                self._used_up = {known: until for known, until in self._used_up.items() if until > at}
                self._tidy_at = max(TIDIED, 2 * len(self._used_up))
        return wait

    def peek(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        """What `turn` would say; takes nothing."""
        at = time.monotonic() if now is None else now
        with self._lock:
            kept = self._used_up.get(name)
            wait, standing = granted(kept, every.total_seconds(), burst, at)
            if wait and standing != kept:
                self._used_up[name] = standing  # the clock was set back
        return wait
