"""What GitHub is asked for each installation, within its limits and those that the monitor keeps to by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import simpy

from app.github.limits import PATIENCE, READS_A_MINUTE, READS_AT_ONCE, RESERVE
from app.pacing.local import LocalPace
from sandbox.scale.crew import Process
from sandbox.scale.play import Play

HOUR = 3600.0
_READ = timedelta(minutes=1) / READS_A_MINUTE


class Asked:
    """Questions by installation and hour. Installations are a sample, each with its whole limit."""

    def __init__(self, env: simpy.Environment, play: Play, owners: Sequence[int]) -> None:
        self.env, self.play, self.owners = env, play, owners
        self.by_hour: Counter[tuple[int, int]] = Counter()
        self.wanted_by_hour: Counter[tuple[int, int]] = Counter()
        self.put_off: set[int] = set()
        """Installations whose questions had to wait for longer than a worker has patience."""
        self.exhausted: set[int] = set()
        """Installations that asked all that GitHub grants within an hour."""
        self.waits = [0.0]
        self._pace = LocalPace()

    def limit(self, owner: int) -> float:
        """Questions an hour, by GitHub's own rule."""
        parameters = self.play.parameters
        more = parameters.github_more * max(0, self.owners[owner] - 20)
        return min(parameters.github_an_hour + more, parameters.github_most)

    def run(self, owner: int, versions: int) -> None:
        """A publish run is over, and published so many versions."""
        parameters = self.play.parameters
        reads = round(parameters.reads_run + versions * parameters.reads_version)
        self.wanted_by_hour[owner, int(self.env.now // HOUR)] += reads
        self.env.process(self._ask(owner, reads))

    def _ask(self, owner: int, reads: int) -> Process:
        begun = self.env.now
        for _ in range(reads):
            while self.by_hour[owner, int(self.env.now // HOUR)] >= self.limit(owner) - RESERVE:
                self.exhausted.add(owner)
                yield self.env.timeout(HOUR - self.env.now % HOUR)
            while wait := self._pace.turn(f"{owner}/read", _READ, READS_AT_ONCE, self.env.now):
                if wait > PATIENCE:
                    self.put_off.add(owner)
                yield self.env.timeout(wait)
            self.by_hour[owner, int(self.env.now // HOUR)] += 1
        self.waits.append(self.env.now - begun)
