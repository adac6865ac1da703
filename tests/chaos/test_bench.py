"""The real processes on servers of their own, broken twenty times: nothing is lost, doubled or invented."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.chaos.bench import Bench
from sandbox.chaos.faults import FAULTS
from sandbox.chaos.report import line, replay
from sandbox.chaos.schedule import plan
from sandbox.chaos.servers import Missing, binaries
from sandbox.chaos.story import draw

COUNT = 20


@pytest.fixture
def seed() -> int:
    """The same each time, so that a change is judged by what it changed; `make chaos` draws others."""
    if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
        pytest.skip("DATABASE_URL and REDIS_URL are not set; the bench starts servers of its own beside them")
    try:
        binaries()
    except Missing as error:
        pytest.skip(str(error))
    return 21


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own folder: PostgreSQL runs as another user, and may not go through that one."""
    with tempfile.TemporaryDirectory(prefix="artifact-monitor-chaos-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def test_twenty_faults_lose_nothing_say_nothing_twice_and_invent_nothing(folder: Path, seed: int) -> None:
    schedule = plan(seed, COUNT, [fault.name for fault in FAULTS])
    with Bench(draw(seed, COUNT), seed, folder) as bench:
        for done in bench.run(schedule):
            assert not done.failures, f"{line(done)}\n{replay(seed, COUNT)}"
        assert [] == bench.rebuild(), replay(seed, COUNT)


def test_what_was_not_accepted_the_monitor_itself_asks_github_for_again(folder: Path, seed: int) -> None:
    schedule = plan(seed, 6, ["web killed", "PostgreSQL down", "every process killed"])
    with Bench(draw(seed, 6), seed, folder, redeliver=False) as bench:
        for done in bench.run(schedule):
            assert not done.failures, line(done)
        assert any(one.times > 1 for one in bench.site.sender.sent), "no fault hit a delivery: choose another seed"
