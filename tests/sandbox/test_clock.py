"""The clock that several processes share."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.clock import SharedClock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_threads_that_set_it_at_once_lose_no_jump(tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock")
    clock.put(NOON)

    def jump() -> None:
        for _ in range(200):
            clock.jump(timedelta(hours=1))
            clock.set(NOON)

    threads = [threading.Thread(target=jump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 800 == (clock() - NOON) // timedelta(hours=1)
