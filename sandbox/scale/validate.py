"""Whether the simulator says what was measured: the situation of `benchmarks.polling`, without repositories."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.scale.measures import busiest, quantile
from sandbox.scale.play import DAY, Play
from sandbox.scale.population import Home, Population, Watched
from sandbox.scale.simulate import simulate

MEASURED_PER_S = 3.96
"""Requests a second to each host, docs/polling.md."""
HOT = 5
_WEEK = 7 * DAY


@dataclass(frozen=True)
class Validation:
    """For one host of the two: requests a second, most in any ten seconds, and how late looks began."""

    requests_per_s: float
    most_per_s_in_10_s: float
    late_p50: float
    late_most: float

    @property
    def off(self) -> float:
        """By how much of it the rate differs from the measured one."""
        return self.requests_per_s / MEASURED_PER_S - 1


def benchmark_population(count: int) -> Population:
    """Half npm and half PyPI, every fifth hot; nobody publishes."""
    homes = [Home(0, registry, 0.0, False, True, 0.0) for registry in ("npm", "pypi")]
    artifacts = []
    for number in range(count):
        home = homes[number % 2]
        artifacts.append(Watched(number, home, 6 * DAY if number // 2 % HOT == 0 else -_WEEK))
        home.artifacts.append(artifacts[-1])
    return Population(homes, artifacts, [2])


def validate(minutes: float = 6.5, count: int = 10_000, seed: int = 1) -> dict[str, Validation]:
    """As the benchmark does: begun, a minute not counted, then so many minutes."""
    play = Play(count, 1.0, minutes / 1440, 1 / 1440, seed, strangers=0, workers=2)
    played = simulate(play, benchmark_population(count), runs=False)
    found = {}
    for name in ("npm", "pypi"):
        host = played.hosts[name]
        within = [at for at in host.requests if 60 <= at <= play.ends]
        found[name] = Validation(
            round(len(within) / (60 * minutes), 2),
            busiest(within, 10) / 10,
            round(quantile(host.late, 0.5), 2),
            round(max(host.late), 2),
        )
    return found
