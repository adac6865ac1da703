"""How often something may be done: turns that are counted in one process, or in Redis for all of them.

Registries' hosts are asked at such a pace, and whatever else has a rate. What others say about their limits while they
answer is kept elsewhere (`app.network.budgets`): a pace is what we promise unasked.
"""

from __future__ import annotations

from app.pacing.local import LocalPace
from app.pacing.turns import Pace, wait_for_turn
from app.settings import Settings
from app.signin.seal import seal_of_app

__all__ = ["LocalPace", "Pace", "pace_of", "wait_for_turn"]


def pace_of(settings: Settings) -> Pace:
    """One for all workers where there is a Redis, else one for this process."""
    if not settings.redis_url:
        return LocalPace()
    from app.pacing.shared import SharedPace  # the embedded default does without redis

    return SharedPace(settings.redis_url, seal_of_app(settings.github_private_key))
