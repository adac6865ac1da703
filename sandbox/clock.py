"""One simulated clock for several processes: a file says what time it was when it was set; it runs on from there."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SharedClock:
    """A clock kept in a file. Calling it gives its time in UTC; one process may set it, from any of its threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._setting = threading.RLock()

    def __call__(self) -> datetime:
        """The time it was set to, and as much as has passed since."""
        shown, set_at = self._path.read_text().split()
        return datetime.fromisoformat(shown) + timedelta(seconds=time.time() - float(set_at))

    def set(self, to: datetime) -> None:
        """Set it, never back: whoever reads meanwhile sees the old or the new time."""
        with self._setting:
            self.put(max(to, self()) if self._path.exists() else to)

    def jump(self, by: timedelta) -> None:
        """Set it forward or back by so much."""
        with self._setting:
            self.put(self() + by)

    def put(self, to: datetime) -> None:
        """Set it, back too: as when somebody corrects a machine's clock."""
        with self._setting:
            fresh = self._path.with_suffix(".new")
            fresh.write_text(f"{to.astimezone(UTC).isoformat()} {time.time()!r}")
            fresh.replace(self._path)
