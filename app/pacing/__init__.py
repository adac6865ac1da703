"""How often something may be done: turns that are counted in one process, or in Redis for all of them.

Registries' hosts are asked at such a pace, and whatever else has a rate. What others say about their limits while they
answer is kept elsewhere (`app.network.budgets`): a pace is what we promise unasked.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from app.pacing.local import LocalPace
from app.pacing.turns import Pace, wait_for_turn

__all__ = ["LocalPace", "Pace", "pace_of", "wait_for_turn"]


def pace_of(redis_url: str) -> Pace:
    """One for all workers where there is a Redis, else one for this process."""
    return Later(redis_url) if redis_url else LocalPace()


class Later:
    """Satisfies `Pace`: the one in Redis, whose client is loaded at the first turn. Web processes take none."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url

    def turn(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        """Take a turn, or say how many seconds to wait."""
        return self._shared.turn(name, every, burst, now)

    @cached_property
    def _shared(self) -> Pace:
        from app.pacing.shared import SharedPace

        return SharedPace(self._redis_url)
