"""Who is watched: artifacts in repositories in installations, few of which do most of what is done."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from sandbox.scale.parameters import Parameters

YEAR = 365 * 86_400.0
NEVER = float("inf")
REGISTRIES = ("npm", "pypi", "docker", "oci/images.example")


@dataclass(slots=True, eq=False)
class Publication:
    """One new version. `by`: `ci`, `hand`, or `stranger`, whose version makes nothing hot."""

    at: float
    by: str
    hot: bool
    registry: str
    seen_at: float = NEVER


@dataclass(slots=True, eq=False)
class Home:
    """A repository. `running`: how many of its publish runs are active; `ran_at`: when the last one ended."""

    owner: int
    registry: str
    a_year: float
    together: bool
    by_hand: bool
    idle_runs: float
    artifacts: list[Watched] = field(default_factory=list)
    running: int = 0
    ran_at: float = -NEVER


@dataclass(slots=True, eq=False)
class Watched:
    """An artifact. `due`: when it is looked at next; `unseen`: what was published since it was looked at last."""

    number: int
    home: Home
    hot_until: float
    due: float = NEVER
    polled_at: float = -NEVER
    unseen: list[Publication] = field(default_factory=list)


@dataclass(frozen=True)
class Population:
    """Everybody, and how many repositories each installation has."""

    homes: list[Home]
    artifacts: list[Watched]
    owners: list[int]


def populate(parameters: Parameters, count: int, hot_for: float, rng: random.Random) -> Population:
    """So many artifacts, as they are long after the beginning: hot is whose last version is young enough."""
    homes: list[Home] = []
    artifacts: list[Watched] = []
    owners: list[int] = []
    shares = [parameters.npm, parameters.pypi, parameters.docker, parameters.oci]
    left = 0
    while len(artifacts) < count:
        if not left:
            left = _pareto(parameters.owner_size, parameters.owner_most, rng)
            owners.append(0)
        left -= 1
        owners[-1] += 1
        home = _home(parameters, len(owners) - 1, rng.choices(REGISTRIES, shares)[0], rng)
        homes.append(home)
        size = min(_pareto(parameters.home_size, parameters.home_most, rng), count - len(artifacts))
        rate = home.a_year / (1 if home.together else size) / YEAR
        at_once = -rng.expovariate(rate)
        for _ in range(size):
            last = at_once if home.together else -rng.expovariate(rate)
            one = Watched(len(artifacts), home, last + hot_for)
            home.artifacts.append(one)
            artifacts.append(one)
    return Population(homes, artifacts, owners)


def _home(parameters: Parameters, owner: int, registry: str, rng: random.Random) -> Home:
    a_year = min(rng.lognormvariate(math.log(parameters.releases_a_year), parameters.spread), parameters.releases_most)
    by_hand = rng.random() < parameters.by_hand
    idle = parameters.idle_runs if not by_hand and rng.random() < parameters.from_main else 0.0
    return Home(owner, registry, a_year, rng.random() < parameters.together, by_hand, idle)


def _pareto(exponent: float, most: float, rng: random.Random) -> int:
    return int(min(rng.paretovariate(exponent), most))
