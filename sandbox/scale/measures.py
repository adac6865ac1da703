"""How late versions were seen, with those that were not seen yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.scale.population import NEVER, Publication


@dataclass(frozen=True)
class Latency:
    """Seconds from a publication until it was seen. None: later than anything that was still to be seen at the end."""

    count: int
    not_yet: int
    p50: float | None
    p95: float | None
    p99: float | None


def latency(publications: Iterable[Publication], end: float) -> Latency:
    """Of these, when the play ended then."""
    known = [
        (made.seen_at - made.at, True) if made.seen_at != NEVER else (end - made.at, False) for made in publications
    ]
    seen = sum(was for _, was in known)
    return Latency(len(known), len(known) - seen, *(survived(known, share) for share in (0.5, 0.95, 0.99)))


def survived(known: Sequence[tuple[float, bool]], share: float) -> float | None:
    """The quantile of times of which some are only known to be longer (Kaplan and Meier, 1958)."""
    left, standing = len(known), 1.0
    for time, was in sorted(known):
        if was:
            standing *= 1 - 1 / left
            if standing <= 1 - share + 1e-12:
                return time
        left -= 1
    return None


def busiest(times: Sequence[float], window: float) -> int:
    """The most requests within any such window; times in order."""
    most = first = 0
    for last, moment in enumerate(times):
        while moment - times[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def quantile(values: Iterable[float], share: float) -> float:
    """The simple one; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
