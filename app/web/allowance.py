"""How often something may be done for a stranger: so many times within a while, for all threads of this process."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Allowance:
    """At most `most` times within `within`."""

    most: int
    within: timedelta
    _taken: deque[datetime] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now: datetime) -> bool:
        """Take one; False when there is none left."""
        with self._lock:
            while self._taken and now - self._taken[0] >= self.within:
                self._taken.popleft()
            if len(self._taken) >= self.most:
                return False
            self._taken.append(now)
            return True
