"""What a registry says about how much it may still be asked, from the headers of its answers. Pure; never raises.

Source: docs.docker.com, "Docker Hub pull usage and limits" (`ratelimit-remaining: 20;w=21600`) and its API reference
(`X-RateLimit-Remaining`, `X-RateLimit-Reset` and `X-Retry-After` as Unix times); RFC 9110, section 10.2.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""The longest that a registry is left alone on its word."""

_COUNT = re.compile("[0-9]{1,9}")
_SECONDS = re.compile("([0-9]{1,12})(?:[.][0-9]{0,9})?")
_WINDOW = re.compile(r";\s*w\s*=\s*([0-9]{1,9})")


@dataclass(frozen=True)
class Limit:
    """How many requests are left, and until when that is all: 0 left means not to ask before then."""

    left: int
    until: datetime


def read(headers: Mapping[str, str], now: datetime) -> Limit | None:
    """The tightest limit that an answer names; None where it names none. Header names are lower-case."""
    waits = [_seconds_or_date(headers.get("retry-after"), now), _unix(headers.get("x-retry-after"), now)]
    found = [Limit(0, until) for until in waits if until is not None and until > now]
    for name in ("ratelimit", "x-ratelimit"):
        left = _COUNT.match(headers.get(f"{name}-remaining", "").strip())
        until = _until(headers, name, now)
        if left is not None and until is not None and until > now:
            found.append(Limit(int(left[0]), until))
    return min(found, key=lambda limit: (limit.left, -limit.until.timestamp()), default=None)


def _until(headers: Mapping[str, str], name: str, now: datetime) -> datetime | None:
    """When a count begins anew; a window that is rolling has room again within its length."""
    reset = headers.get(f"{name}-reset")
    if reset is not None:
        return _unix(reset, now) or _seconds_or_date(reset, now)
    for written in (headers.get(f"{name}-remaining", ""), headers.get(f"{name}-limit", "")):
        window = _WINDOW.search(written[:200])
        if window is not None:
            return _after(int(window[1]), now)
    return None


def _seconds_or_date(value: str | None, now: datetime) -> datetime | None:
    if value is None:
        return None
    seconds = _SECONDS.fullmatch(value.strip())
    if seconds is not None:
        return _after(int(seconds[1]), now)
    try:
        at = parsedate_to_datetime(value)
        return min(max(at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC), now), now + LONGEST)
    except (ValueError, OverflowError, TypeError):
        return None


def _unix(value: str | None, now: datetime) -> datetime | None:
    """A Unix time; None for what is none, or so small that it can only be seconds to wait."""
    found = _SECONDS.fullmatch((value or "").strip())
    if found is None or int(found[1]) < 1_000_000_000:
        return None
    return _after(max(int(found[1]) - int(now.timestamp()), 0), now)


def _after(seconds: int, now: datetime) -> datetime:
    return now + min(timedelta(seconds=min(seconds, 10**9)), LONGEST)
