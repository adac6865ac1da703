"""What is played: how many artifacts, at what scale, for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.settings import Settings
from sandbox.scale.parameters import Parameters

START = datetime(2026, 7, 1, tzinfo=UTC)
DAY = 86_400.0


@dataclass(frozen=True)
class Play:
    """`artifacts` stand for as many in the world, and one in `factor` of them is simulated, with as much less budget.

    `warm`: days before anything is counted. `feeds`: the registries whose feeds are read. `strangers`: how many
    publications of strangers there are, at random artifacts. `workers`: processes that do polls: they
    decide how soon one comes by.
    """

    artifacts: int
    factor: float = 1.0
    days: float = 1.0
    warm: float = 0.0
    seed: int = 1
    feeds: frozenset[str] = frozenset()
    strangers: int = 1000
    workers: int = 2
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def simulated(self) -> int:
        """So many artifacts are simulated."""
        return max(1, round(self.artifacts / self.factor))

    @property
    def settings(self) -> Settings:
        """The monitor's own, with a budget as much smaller as there are fewer artifacts."""
        return Settings(host_interval=timedelta(seconds=self.factor / self.parameters.budget))

    @property
    def ends(self) -> float:
        """Seconds from the beginning to the end."""
        return (self.warm + self.days) * DAY

    def requests_a_look(self, registry: str) -> float:
        """What a look takes there: a page of versions, and for an image of a plain registry each of its tags."""
        return 1.0 + self.parameters.tags if registry.startswith("oci") else 1.0


def at(now: float) -> datetime:
    """A simulated moment as the monitor's code wants it."""
    return START + timedelta(seconds=now)
