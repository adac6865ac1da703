"""How much GitHub may be asked: what it says while it answers, and what it asks of everybody beforehand.

It counts for each installation, so that is how turns and silences are kept: for all workers in Redis where there is
one, else in this process. Source: docs.github.com/rest: "Rate limits for the REST API", "Best practices". Figures, and
how ours come from them: docs/github-limits.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.github.refusals import LONGEST_WAIT, SlowDown, until_reset
from app.settings import Settings, is_loopback

if TYPE_CHECKING:
    import httpx

    from app.github.silences import Silences
    from app.pacing import Pace

WRITE_EVERY = timedelta(seconds=1)
"""Between two of our writes: GitHub asks for at least this. That is 60 a minute, of the 80 that it takes."""
WRITES_AT_ONCE = 60
WRITES_AN_HOUR = 440
"""At an even pace; with the 60 that may come at once never more than the 500 that GitHub takes in any hour."""
READS_AT_ONCE = 100
READS_A_MINUTE = 500
"""At an even pace; with the 100 that may come at once 600 points a minute. 60 writes of 5 points make it the 900 that
GitHub takes."""
PATIENCE = 5.0
"""Seconds that are waited for a turn on the spot; for a longer wait the work is put off."""
RESERVE = 20
"""So many questions of the hour's are left to those that are on their way."""


def github_pace(settings: Settings, pace: Pace) -> Pace | None:
    """The pace at which this GitHub is asked: one on this machine is a pretended one, and not held back."""
    host = urlsplit(settings.github_api_url).hostname or ""
    return None if is_loopback(host) and not settings.pace_loopback else pace


class Limits:
    """What one GitHub grants each installation. `pace` None: turns are not counted (loopback, a replay); `shared` None:
    what it said is known to this process alone."""

    def __init__(
        self,
        host: str,
        pace: Pace | None = None,
        shared: Silences | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._host, self._pace, self._shared, self._sleep = host, pace, shared, sleep
        self._until: dict[int, float] = {}
        self._strikes: dict[int, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def before(self, installation_id: int, method: str, what: str) -> None:
        """Wait for our turn to ask. Raises SlowDown where that takes too long, or GitHub wants to hear nothing."""
        left = self._silence(installation_id)
        if left > 0:
            raise SlowDown(f"{what} was not asked", left, whom=self._whom(installation_id))
        if self._pace is None:
            return
        names = f"github/{self._host}/{installation_id}"
        if method == "GET":
            self._turn(f"{names}/read", timedelta(minutes=1) / READS_A_MINUTE, READS_AT_ONCE, what)
        else:
            self._turn(f"{names}/hour", timedelta(hours=1) / WRITES_AN_HOUR, WRITES_AT_ONCE, what)
            self._turn(f"{names}/write", WRITE_EVERY, 1, what)

    def answered(self, installation_id: int, response: httpx.Response) -> None:
        """Hear what an answer says of the limit: where nearly nothing is left, nobody asks until GitHub counts anew."""
        remaining = response.headers.get("x-ratelimit-remaining", "")
        counted = response.headers.get("x-ratelimit-resource", "core") == "core"
        if counted and remaining.isdecimal() and int(remaining) <= RESERVE:
            left = until_reset(response)
            if left is not None and left > 0:
                self._be_silent(installation_id, min(left, LONGEST_WAIT))

    def asked_to_slow_down(self, installation_id: int, refusal: SlowDown) -> SlowDown:
        """Nobody asks for this installation until then; the refusal with the time that is to be waited.

        Where GitHub does not say for how long, each further time within twice the wait is waited out twice as long.
        """
        wait = refusal.wait
        if not refusal.said:
            wait = min(wait * 2 ** (self._strike(installation_id, wait) - 1), LONGEST_WAIT)
        self._be_silent(installation_id, wait)
        return SlowDown(refusal.what, wait, whom=self._whom(installation_id))

    def _turn(self, name: str, every: timedelta, burst: int, what: str) -> None:
        left, pace = PATIENCE, self._pace
        while pace is not None and (wait := pace.turn(name, every, burst)):
            if wait > left:
                raise SlowDown(f"{what} waits for its turn", wait, by_us=True)
            self._sleep(wait)
            left -= wait

    def _silence(self, installation_id: int) -> float:
        left = self._until.get(installation_id, 0.0) - time.monotonic()
        if left > 0 or self._shared is None:
            return left
        left = self._shared.left(installation_id)
        if left > 0:
            self._until[installation_id] = time.monotonic() + left
        return left

    def _be_silent(self, installation_id: int, seconds: float) -> None:
        with self._lock:
            until = time.monotonic() + seconds
            self._until[installation_id] = max(until, self._until.get(installation_id, 0.0))
        if self._shared is not None:
            self._shared.hold(installation_id, seconds)

    def _strike(self, installation_id: int, wait: float) -> int:
        """How often in a row GitHub asked for this, this time included."""
        with self._lock:
            count, until = self._strikes.get(installation_id, (0, 0.0))
            count = min(count + 1 if time.monotonic() < until else 1, 16)
            if self._shared is not None:
                count = min(max(count, self._shared.strikes(installation_id) + 1), 16)
            lasts = 2 * wait * 2 ** (count - 1)
            if self._shared is not None:
                self._shared.strike(installation_id, count, lasts)
            self._strikes[installation_id] = count, time.monotonic() + lasts
        return count

    def _whom(self, installation_id: int) -> str:
        return f"{self._host}, installation {installation_id}"
