"""Feeds: what registries say has changed lately, read as `app.jobs.feed` reads it."""

from __future__ import annotations

import random
from collections import deque

import simpy

from app.jobs.feed import EVERY, MOST
from sandbox.scale.crew import Crew, Process
from sandbox.scale.play import DAY, Play
from sandbox.scale.population import Publication, Watched

_EVERY = EVERY.total_seconds()


class Feed:
    """One registry's feed. npm's tells each change once; of PyPI's, which holds the newest, each is taken twice.

    What a feed names, how many looks it causes and what a reading costs are smaller by the factor, like everything.
    """

    def __init__(self, env: simpy.Environment, play: Play, crew: Crew, registry: str, rng: random.Random) -> None:
        self.env, self.play, self.crew, self.registry, self.rng = env, play, crew, registry, rng
        holds = play.parameters.pypi_feed_holds if registry == "pypi" else 0
        self._newest: deque[Watched | None] = deque(maxlen=max(1, round(holds / play.factor)) if holds else None)
        self._before: list[Watched | None] = []
        self._most = max(1, round(MOST / play.factor))
        self.wanted = 0
        """Looks that it caused."""

    def begin(self) -> None:
        """It is read each minute; others publish there, too."""
        self.env.process(self._read())
        if self.registry == "pypi":
            self.env.process(self._others())

    def tell(self, one: Watched, made: Publication) -> None:
        """Something of ours was published."""
        if made.registry == self.registry:
            self._newest.append(one)

    def _others(self) -> Process:
        rate = self.play.parameters.pypi_others_a_day / DAY / self.play.factor
        while True:
            yield self.env.timeout(self.rng.expovariate(rate))
            self._newest.append(None)

    def _read(self) -> Process:
        while True:
            yield self.env.timeout(_EVERY)
            if self.rng.random() < 1 / self.play.factor:
                self.crew.ask(self.crew.hosts[self.registry], 1)
            named = sorted({one.number: one for one in (*self._before, *self._newest) if one is not None}.items())
            self._before = list(self._newest) if self.registry == "pypi" else []
            self._newest.clear()
            for _, one in named[: self._most]:
                if self.env.now - one.polled_at >= _EVERY / 2:
                    self.wanted += 1
                    self.crew.want(one, self.env.now)
