"""A replay that is lived through moment by moment, with what its GitHub was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sandbox.events import Event, Remove
from sandbox.replay import Replay
from sandbox.scenario import Scenario
from sandbox.state import Repo, Webhook
from tests.sandbox.github import scenario

ROGUE = scenario("small-rogue")
"""1.4.0 by CI on March 1 at 10:02:30; 1.4.1 beside it on March 2 at 03:00:10."""
Keep = Callable[[Webhook], bool]


def rogue(*more: Event) -> Scenario:
    """The scenario with the rogue version left standing, and what else happens."""
    stays = [event for event in ROGUE.events if not isinstance(event, Remove)]
    return replace(ROGUE, events=(*stays, *more), poll=timedelta(minutes=30))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of that March."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


class Living:
    """The monitor in its world. `heard` says which webhooks arrive."""

    def __init__(self, played: Scenario, version: str = "", heard: Keep = lambda webhook: True) -> None:
        self.stage = Replay(played, version=version)
        self.world, self.ledger = self.stage.world, self.stage.ledger
        self.heard = heard
        self._to(played.installed)

    @property
    def repo(self) -> Repo:
        (repo,) = self.world.repos.values()
        return repo

    @property
    def installation(self) -> int:
        return max(self.world.installations)

    def until(self, to: datetime) -> None:
        """Do everything that is due until then."""
        while True:
            wanted = [moment for moment in (self.stage.next_due(), self.stage.next_poll()) if moment is not None]
            ahead = max(min(wanted, default=to), self.world.now + timedelta(seconds=1))
            self._to(min(ahead, to))
            if ahead >= to:
                return

    def asked(self) -> list[tuple[str, str, int]]:
        """What GitHub was asked since the last time this was called, tokens left out: method, path, status."""
        asked = [(a.method, a.path, a.status) for a in self.stage.measures.asked if "access_tokens" not in a.path]
        self.stage.measures.asked.clear()
        return asked

    def _to(self, to: datetime) -> None:
        for webhook in self.stage.set_clock(to):
            if self.heard(webhook):
                self.stage.deliver(webhook)
        self.stage.settle()
