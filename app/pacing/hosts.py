"""The turns of hosts that are asked over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.pacing.turns import Pace
from app.settings import Settings, is_loopback


@dataclass(frozen=True)
class HostTurns:
    """One request to one host each `every`; loopback is exempt, unless it is paced like any other."""

    pace: Pace
    every: timedelta
    loopback: bool = False

    def turn(self, host: str) -> float:
        """Take a turn at this host, or say how many seconds to wait. `host` may have a port behind it."""
        if not self.loopback and is_loopback(_without_port(host)):
            return 0.0
        return self.pace.turn(f"host/{host}", self.every)


def turns_of(settings: Settings, pace: Pace) -> HostTurns:
    """As the settings say."""
    return HostTurns(pace, settings.host_interval, settings.pace_loopback)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host
