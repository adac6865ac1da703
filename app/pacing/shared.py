"""Turns in Redis, for workers on several machines: one script, so that two of them never take the same turn.

Redis may be slow, down or emptied at any moment. Every process therefore also counts what it took itself, and takes no
more than that allows: an emptied Redis forgets, and each process that asks it again does not. While Redis does not
answer nobody knows how many others ask, so each process keeps to its own count at a part of the pace (`SHARERS`).

The same where nobody has had a turn for long, although it was asked for all the time: whoever can write there could
hold everybody up for ever. Who has a turn therefore says so now and then, under a seal that Redis never sees.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from app.pacing.local import TIDIED, LocalPace
from app.signin.seal import Seal

PREFIX = "am:turns:"
_PURPOSE = "turn"
PATIENCE = 0.5
"""Seconds to wait for Redis."""
MUTE = 5.0
"""Seconds without a try after Redis did not answer: not every turn may wait for it."""
SHARERS = 4
"""How many processes are taken to ask while Redis cannot say: each keeps to a quarter of the pace meanwhile."""

HAD = "am:had:"
HELD_UP = 900.0
"""Seconds of refusals, in which no other had a turn either, after which Redis is not believed for that name."""
SAID_EVERY = 60.0
"""Seconds between two times that a process says it had a turn of a name."""
GAP = 60.0
"""Whoever comes back so many seconds later than he was told to wait was not held up meanwhile."""

# The same arithmetic as `app.pacing.turns.granted`, in whole microseconds: a double holds those exactly. What is kept
# ends by itself when it says nothing any more. What somebody else wrote there holds nobody up for longer than a burst.
_SCRIPT = """
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local whole = every * burst
local kept = tonumber(redis.call('GET', KEYS[1])) or now
if kept ~= kept then kept = now end
local standing = math.min(math.max(kept, now), now + whole)
local wait = standing + every - whole - now
local after = standing
if wait <= 1 then
  wait, after = 0, standing + every
end
if after ~= kept then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 1)
end
return string.format('%.0f', wait)
"""

log = structlog.get_logger("pace")


class _Refused(NamedTuple):
    """Since when every turn of a name was refused, and until when the last refusal said to wait; monotonic seconds."""

    since: float
    until: float


class SharedPace:
    """Satisfies `app.pacing.Pace`. One monitor per Redis database; `seal` is the same for all who share it."""

    def __init__(self, redis_url: str, seal: Seal) -> None:
        self._redis = redis.Redis.from_url(
            redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._seal = seal
        self._own = LocalPace()
        self._alone = LocalPace()
        self._mute_until = 0.0
        self._answers = True
        self._refused = dict[str, _Refused]()
        self._said = dict[str, float]()

    def turn(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        """Take a turn, or say how many seconds to wait; by Redis' own time where no `now` is given."""
        if every <= timedelta():
            return 0.0
        if wait := self._own.peek(name, every, burst, now):
            return wait
        shared = self._shared(name, every, burst, now)
        if shared is None or self._is_held_up(name, shared, every.total_seconds()):
            shared = self._alone.turn(name, every * SHARERS, max(1, burst // SHARERS), now)
        if not shared:
            self._own.turn(name, every, burst, now)
        return shared

    def _is_held_up(self, name: str, wait: float, every: float) -> bool:
        """Note what Redis said of a turn; it has refused everybody's for too long."""
        long = max(HELD_UP, 2 * every)
        at, before = time.monotonic(), self._refused.get(name)
        if not wait:
            self._refused.pop(name, None)
            self._say(name, at, long)
            return False
        since = before.since if before is not None and at <= before.until + GAP else at
        if at >= since + long and (had := self._had(name)) < long:
            since = at - had
        self._refused[name] = _Refused(since, at + wait)
        if at < since + long:
            return False
        if before is not None and before.until - before.since < long:
            log.warning("Redis grants nobody a turn, going on alone", name=name)
        return True

    def _say(self, name: str, at: float, seconds: float) -> None:
        """That we had a turn, so that one who has none for so long knows that others have."""
        if at < self._said.get(name, -SAID_EVERY) + SAID_EVERY:
            return
        for known in (self._said, self._refused):
            if len(known) > TIDIED:
                known.clear()
        self._said[name] = at
        sealed = self._seal.close(_PURPOSE, {"at": time.time()}, datetime.now(UTC), name)
        with suppress(RedisError, OSError):
            self._redis.set(HAD + name, sealed, ex=int(seconds))

    def _had(self, name: str) -> float:
        """How many seconds ago somebody had a turn; infinite where nobody says so."""
        try:
            sealed: Any = self._redis.get(HAD + name)
        except (RedisError, OSError):
            return math.inf
        if not sealed:
            return math.inf
        said = self._seal.open(_PURPOSE, sealed.decode("ascii", "replace"), datetime.now(UTC), place=name)
        return max(time.time() - float(said["at"]), 0.0) if said is not None else math.inf

    def _shared(self, name: str, every: timedelta, burst: int, now: float | None) -> float | None:
        """What Redis says; None where it does not."""
        if time.monotonic() < self._mute_until:
            return None
        step, at = every // timedelta(microseconds=1), "" if now is None else round(now * 1_000_000)
        try:
            answer = float(self._script(keys=[PREFIX + name], args=[step, burst, at]))
        except (RedisError, OSError, ValueError, TypeError) as error:
            self._mute_until = time.monotonic() + MUTE
            if self._answers:
                log.warning("Redis keeps no turns, each process keeps its own", error=type(error).__name__)
            self._answers = False
            return None
        if not self._answers:
            log.info("Redis keeps the turns again")
        self._answers = True
        return min(max(answer / 1_000_000, 0.0), (every * burst).total_seconds())
