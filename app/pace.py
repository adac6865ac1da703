"""How fast one host may be asked by this process. What registries say about their limits: `app.budgets`."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address


@dataclass
class Pace:
    """The least time between two requests to one host, for all threads of this process."""

    interval: timedelta
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: dict[str, float] = field(default_factory=dict)

    def turn(self, host: str, now: float) -> float:
        """Take the next turn at this host; returns how many seconds to wait for it."""
        if _is_loopback(host):
            return 0.0
        with self._lock:
            at = max(now, self._next.get(host, now))
            self._next = {name: then for name, then in self._next.items() if then > now}
            self._next[host] = at + self.interval.total_seconds()
        return at - now


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
