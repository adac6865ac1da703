"""A registry's host: what is due there, whom of it is hot, and every request that it got."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from sandbox.scale.population import NEVER, Watched
from verifier.ledger.looks import Load


class Host:
    """The rows of work of one registry, kept as `verifier.ledger.lease` keeps them."""

    def __init__(self, registry: str, cost: float) -> None:
        self.registry = registry
        self.cost = cost
        """Requests that a look takes."""
        self.used_up: float | None = None
        """When all its turns for requests are used up (`app.pacing.turns`)."""
        self.watched = 0
        self.requests = array("d")
        self.looks = 0
        self.late = array("d")
        self._due: list[tuple[float, int, Watched]] = []
        self._hot: deque[tuple[float, Watched]] = deque()
        self._hot_now = 0

    def begin(self, artifacts: Iterable[Watched], now: float) -> None:
        """Everybody who is watched here; each has a `due` already."""
        mine = list(artifacts)
        self.watched = len(mine)
        self._due = [(one.due, one.number, one) for one in mine]
        heapify(self._due)
        hot = sorted((one for one in mine if one.hot_until > now), key=lambda one: one.hot_until)
        self._hot = deque((one.hot_until, one) for one in hot)
        self._hot_now = len(hot)

    def warm(self, one: Watched, now: float, until: float) -> None:
        """It changed: it is hot until then."""
        if one.hot_until <= now:
            self._hot_now += 1
        one.hot_until = until
        self._hot.append((until, one))

    def load(self, now: float) -> Load:
        """How many are hot and how many are not."""
        while self._hot and self._hot[0][0] <= now:
            until, one = self._hot.popleft()
            if one.hot_until == until:
                self._hot_now -= 1
        return Load(self._hot_now, self.watched - self._hot_now)

    def want(self, one: Watched, at: float) -> None:
        """It is due then, or sooner where it is due sooner."""
        if at < one.due:
            one.due = at
            heappush(self._due, (at, one.number, one))

    def next_due(self) -> float:
        """When the first is due; NEVER where nobody is watched."""
        while self._due and self._due[0][0] != self._due[0][2].due:
            heappop(self._due)
        return self._due[0][0] if self._due else NEVER

    def claim(self, now: float) -> Watched:
        """Whoever waits for longest. Somebody must be due."""
        due, _, one = heappop(self._due)
        self.late.append(now - due)
        self.looks += 1
        return one

    def done(self, one: Watched, again_at: float) -> None:
        """The look is over, and the next is due."""
        one.due = again_at
        heappush(self._due, (again_at, one.number, one))
