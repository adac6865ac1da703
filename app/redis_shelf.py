"""A few small things that workers share in Redis, and could do without: what is not there is worked out again.

Redis may be slow, down or emptied at any moment. Nothing here raises or waits for long; who asks gets None instead and
goes by what its own process knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds to wait for Redis."""
MUTE = 5.0
"""Seconds without a try after Redis did not answer: a question to GitHub must not wait for it each time."""

log = structlog.get_logger("github")

# Deleted only where it is still what was found wrong: somebody may have put a better one there meanwhile.
_DROP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class Shelf:
    """One Redis database, asked patiently and never twice in a row where it does not answer."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._mute_until = 0.0
        self._answers = True

    def get(self, name: str) -> str | None:
        """What stands under this name; None also where Redis does not answer."""
        held = self._asked(lambda: self._redis.get(name))
        return held.decode("ascii", "replace") if isinstance(held, bytes) else None

    def put_first(self, name: str, text: str, seconds: float) -> str | None:
        """Keep it for so long, unless somebody was faster: then what they keep is returned."""
        held = self._asked(lambda: self._redis.set(name, text, px=max(1, int(seconds * 1000)), nx=True, get=True))
        return held.decode("ascii", "replace") if isinstance(held, bytes) else None

    def drop(self, name: str, text: str) -> None:
        """Forget this text under this name, and no other that stands there by now."""
        self._asked(lambda: self._redis.eval(_DROP, 1, name, text))

    def put(self, name: str, text: str, seconds: float) -> None:
        """Keep it for so long, in place of what stands there."""
        self._asked(lambda: self._redis.set(name, text, px=max(1, int(seconds * 1000))))

    def _asked(self, ask: Callable[[], T]) -> T | None:
        if time.monotonic() < self._mute_until:
            return None
        try:
            held: Any = ask()
        except (RedisError, OSError, ValueError) as error:
            self._mute_until = time.monotonic() + MUTE
            if self._answers:
                log.warning("Redis does not answer, each process goes by what it knows", error=type(error).__name__)
            self._answers = False
            return None
        self._answers = True
        return held  # type: ignore[no-any-return]  # redis-py types every answer as that of its asynchronous twin, too
