"""When an artifact is looked at next. Pure: no clock, and chance is an argument.

Everything is looked at each interval as long as the host's budget lasts, because a stolen token publishes where nobody
has published for years just as well. Only where it does not last is there anything to share out: hot artifacts (they
changed lately, or publish now) come first, and the quiet ones share what is left, but never less than `KEPT` of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.ledger.looks import Load

PLANNED = 0.8
"""How much of a host's turns is planned for looks. The rest is for looks after runs, for evidence, and for catching up
after the monitor or a registry was down."""
KEPT = 0.1
"""How much of that is kept for quiet artifacts, however many are hot."""
AFTER_RUN = (timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5))
"""How long after the end of a publish run it is looked again: what registries show is made known bit by bit."""
LONGEST = timedelta(days=3650).total_seconds()
"""No interval is longer, however little a host allows."""
SOONER = 0.1
"""By how much of itself chance shortens an interval, so that what began together does not stay together."""


@dataclass(frozen=True)
class Facts:
    """What is known of an artifact when its next look is planned. `ran_at`: when its last publish run ended."""

    hot: bool
    running: bool = False
    ran_at: datetime | None = None


@dataclass(frozen=True)
class Means:
    """How often what may be asked: `interval` is how often everybody should be looked at.

    `every` is the least time between two requests to the host (zero: no limit), `cost` how many requests a look there
    takes, `load` how many artifacts share the host.
    """

    interval: timedelta
    every: timedelta
    cost: float
    load: Load

    @property
    def looks_a_second(self) -> float:
        """How many looks are planned in a second; infinite without a limit."""
        if self.every <= timedelta():
            return float("inf")
        return PLANNED / (self.every.total_seconds() * max(self.cost, 1.0))


@dataclass(frozen=True)
class Intervals:
    """How often an artifact is looked at, by how lively it is: the bound on how late a new version is seen."""

    hot: timedelta
    quiet: timedelta


def intervals(means: Means) -> Intervals:
    """The shortest that the host's budget allows, and never shorter than asked for."""
    wanted, whole = means.interval.total_seconds(), means.looks_a_second
    for_hot = whole * (1 - KEPT) if means.load.quiet else whole
    hot = max(wanted, means.load.hot / for_hot)
    quiet = max(hot, means.load.quiet / (whole - means.load.hot / hot)) if means.load.quiet else hot
    # What chance takes from each interval is given to each beforehand, where it counts.
    return Intervals(_stretched(hot, wanted), _stretched(quiet, wanted))


def next_poll(facts: Facts, means: Means, now: datetime, jitter: float) -> datetime:
    """When to look next; `jitter` is from 0 to 1. Never later than the artifact's interval."""
    found = intervals(means)
    interval = found.hot if facts.hot or facts.running else found.quiet
    regular = now + interval * (1 - SOONER * jitter)
    if facts.ran_at is None:
        return regular
    soon = next((facts.ran_at + after for after in AFTER_RUN if facts.ran_at + after > now), regular)
    return min(soon, regular)


def _stretched(seconds: float, wanted: float) -> timedelta:
    stretched = seconds if seconds <= wanted else max(wanted, seconds / (1 - SOONER / 2))
    return timedelta(seconds=min(stretched, LONGEST))
