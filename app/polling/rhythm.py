"""Whom there is room to ask now, and what a look there costs: what one process knows of the registries it asks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.network.addresses import Unusable, name, origin
from app.network.places import place_of_registry
from app.pacing.hosts import is_paced
from app.pacing.turns import Pace
from app.polling.schedule import Means
from app.settings import Settings
from verifier.ledger.looks import Load
from verifier.ledger.protocol import Book

LOOKS = 0.9
"""How much of a host's turns new looks may take; the rest is for what comes of them, like evidence to be read."""
AT_ONCE = timedelta(seconds=2)
"""How much of a host's turns may be taken at once: what workers miss between two rounds a second apart is not lost."""
COUNTED_EVERY = timedelta(minutes=1)
"""How old the count of artifacts may be."""
_LEARNS = 0.05


@dataclass
class Rhythm:
    """Safe to be forgotten: it is learned again. The count of artifacts is one query a minute."""

    chance: Callable[[], float] = lambda: 0.0
    """From 0 to 1: by how much of what may be an interval is shortened."""
    _costs: dict[str, float] = field(default_factory=dict)
    _loads: dict[str, Load] = field(default_factory=dict)
    _counted_at: datetime | None = None

    def wait(self, settings: Settings, pace: Pace, registry: str) -> float:
        """Take a turn to look at something there: 0, or the seconds until there is room."""
        host = host_of(settings, registry)
        if not host or not is_paced(settings, host):
            return 0.0
        every = settings.host_interval * (self.cost(registry) / LOOKS)
        burst = max(1, math.floor(AT_ONCE / every))
        return pace.turn(f"look/{host}", every, burst)

    def cost(self, registry: str) -> float:
        """How many requests a look takes there, as it was lately; at least 1."""
        return max(1.0, self._costs.get(registry, 1.0))

    def spent(self, registry: str, requests: int) -> None:
        """A look took so many."""
        before = self._costs.get(registry, float(max(requests, 1)))
        self._costs[registry] = before + _LEARNS * (requests - before)

    def means(self, settings: Settings, book: Book, registry: str, now: datetime) -> Means:
        """What there is to share out among the artifacts of one host, whatever registries it holds."""
        if self._counted_at is None or not timedelta() <= now - self._counted_at < COUNTED_EVERY:
            self._loads, self._counted_at = dict(book.looks.load(now)), now
        host = host_of(settings, registry)
        every = settings.host_interval if host and is_paced(settings, host) else timedelta()
        sharing = {name: load for name, load in self._loads.items() if host_of(settings, name) == host}
        hot, quiet = sum(load.hot for load in sharing.values()), sum(load.quiet for load in sharing.values())
        looks = max(hot + quiet, 1)
        costs = sum((load.hot + load.quiet) * self.cost(name) for name, load in sharing.items()) / looks
        return Means(settings.poll_interval, every, costs or self.cost(registry), Load(hot, quiet))


def host_of(settings: Settings, registry: str) -> str:
    """The host whose turns are taken, with a port where it is not the usual one; '' where nothing is known of it."""
    base = place_of_registry(settings, registry)
    try:
        return name(origin(base)) if base else ""
    except Unusable:
        return ""
