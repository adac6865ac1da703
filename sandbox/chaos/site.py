"""Everything that a fault may break: processes, servers, doors, deliveries and the clock, and how each is put right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.chaos.crew import Crew
from sandbox.chaos.doors import Door
from sandbox.chaos.sender import Sender
from sandbox.chaos.servers import Postgres, Redis
from sandbox.clock import SharedClock


@dataclass
class Site:
    """The running bench as faults see it."""

    crew: Crew
    postgres: Postgres
    redis: Redis
    github: Door
    registry: Door
    receiver: Door
    sender: Sender
    clock: SharedClock
    behind: timedelta = timedelta()
    """So much the monitor's clock is kept behind the world's."""
    frozen: list[str] = field(default_factory=list)

    def jump(self, by: timedelta) -> None:
        """The monitor's clock jumps; the world's does not."""
        self.clock.jump(by)
