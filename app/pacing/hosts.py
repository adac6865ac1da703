"""The turns of hosts that are asked over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

from app.pacing.turns import Pace
from app.settings import Settings, is_loopback


@dataclass(frozen=True)
class HostTurns:
    """One request to one host each `HOST_INTERVAL`, of all who share the pace."""

    pace: Pace
    settings: Settings

    def turn(self, host: str) -> float:
        """Take a turn at this host, or say how many seconds to wait. `host` may have a port behind it."""
        if not is_paced(self.settings, host):
            return 0.0
        return self.pace.turn(f"host/{host}", self.settings.host_interval)


def is_paced(settings: Settings, host: str) -> bool:
    """It is asked no faster than the settings say; this machine only where they say that, too."""
    return bool(settings.host_interval) and (settings.pace_loopback or not is_loopback(_without_port(host)))


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host
