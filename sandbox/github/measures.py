"""How much the pretended GitHub lets each installation ask: the hour's limit, and the secondary limits where told to.

Source: docs.github.com/rest: "Rate limits for the REST API", "Conditional requests". Hours are real ones: tokens know
no scenario.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from flask import Response, jsonify

HOUR = 5_000
"""Questions an hour; a 304 is not counted."""
WRITES_A_MINUTE, WRITES_AN_HOUR, POINTS_A_MINUTE, AT_ONCE = 80, 500, 900, 100

_DOCS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID."
)


@dataclass(frozen=True)
class Asked:
    """One question as it came in: when (monotonic seconds), of whom, what, and what it was answered with."""

    at: float
    installation: int
    method: str
    path: str
    status: int


@dataclass
class Measures:
    """The counts of all installations. `strict`: who breaks a secondary limit is refused.

    `retry_after` is what a secondary refusal says to wait, in seconds; None: it does not say.
    """

    hour: int = HOUR
    strict: bool = False
    retry_after: int | None = 60
    status: int = 403
    asked: list[Asked] = field(default_factory=list)
    refusing: deque[int] = field(default_factory=deque)
    """So many further questions are refused for a secondary limit, whatever was asked: one number, each once."""
    _used: dict[tuple[int, int], int] = field(default_factory=dict)
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self, installation: int, method: str) -> Response | None:
        """The answer to who has asked too much; None: go on. Each question that goes on is under way until `heard`."""
        with self._lock:
            self._under_way += 1
            if self._used.get(self._now(installation), 0) >= self.hour:
                return self._said(f"API rate limit exceeded for installation ID {installation}.", 403)
            if self.refusing or (self.strict and self._too_much(installation, method)):
                if self.refusing:
                    self.refusing.popleft()
                return self._said(_SECONDARY, self.status, self.retry_after)
        return None

    def heard(self, installation: int, method: str, path: str, response: Response) -> None:
        """Count it, and say in the headers what is left."""
        with self._lock:
            self._under_way -= 1
            self.asked.append(Asked(time.monotonic(), installation, method, path, response.status_code))
            if not installation:
                return
            key = self._now(installation)
            if response.status_code != 304:
                self._used[key] = self._used.get(key, 0) + 1
            used = min(self._used.get(key, 0), self.hour)
        response.headers["x-ratelimit-limit"] = str(self.hour)
        response.headers["x-ratelimit-remaining"] = str(self.hour - used)
        response.headers["x-ratelimit-used"] = str(used)
        response.headers["x-ratelimit-reset"] = str((key[1] + 1) * 3600)
        response.headers["x-ratelimit-resource"] = "core"

    def _now(self, installation: int) -> tuple[int, int]:
        return installation, int(time.time() // 3600)

    def _too_much(self, installation: int, method: str) -> bool:
        now = time.monotonic()
        ours = [asked for asked in self.asked if asked.installation == installation and asked.at > now - 3600]
        last = [asked for asked in ours if asked.at > now - 60]
        points = sum(1 if asked.method == "GET" else 5 for asked in last)
        if method != "GET" and (
            sum(asked.method != "GET" for asked in last) >= WRITES_A_MINUTE
            or sum(asked.method != "GET" for asked in ours) >= WRITES_AN_HOUR
        ):
            return True
        return points >= POINTS_A_MINUTE or self._under_way > AT_ONCE

    def _said(self, message: str, status: int, retry_after: int | None = None) -> Response:
        response = jsonify({"message": message, "documentation_url": _DOCS, "status": str(status)})
        response.status_code = status
        if retry_after is not None:
            response.headers["retry-after"] = str(retry_after)
        return response
