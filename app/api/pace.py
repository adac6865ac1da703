"""How often a token may ask: a bucket for each, in the memory of one web process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

BURST = 120
"""How many requests a token that was quiet may make at once."""
EACH = timedelta(milliseconds=200)
"""After how long it may make one more: five a second."""
MOST_KNOWN = 10_000
"""How many tokens a process remembers; the one that asked longest ago is forgotten first."""


@dataclass
class Pace:
    """When each bucket will be full again. Several web processes each have their own."""

    burst: int = BURST
    each: timedelta = EACH
    _full_at: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: str, now: datetime) -> timedelta:
        """Zero, and one request is counted; or how long to wait first."""
        with self._lock:
            full_at = max(self._full_at.pop(key, now), now)
            over = full_at + self.each - (now + self.burst * self.each)
            if over > timedelta(0):
                self._full_at[key] = min(full_at, now + self.burst * self.each)
                return over
            self._full_at[key] = full_at + self.each
            while len(self._full_at) > MOST_KNOWN:
                self._full_at.popitem(last=False)
            return timedelta(0)
