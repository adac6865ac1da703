"""What happens in repositories: runs, versions, and looks after runs; and versions of strangers."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import simpy

from sandbox.scale.asked import Asked
from sandbox.scale.crew import Crew, Process
from sandbox.scale.play import DAY, Play
from sandbox.scale.population import YEAR, Home, Population, Publication, Watched

Tell = Callable[[Watched, Publication], None]
"""Hears of every publication: feeds do."""


class Publishing:
    """Everybody who publishes. `publications` is every version there was, in order."""

    def __init__(
        self, env: simpy.Environment, play: Play, people: Population, crew: Crew, asked: Asked, rng: random.Random
    ) -> None:
        self.env, self.play, self.people, self.crew, self.asked, self.rng = env, play, people, crew, asked, rng
        self.publications: list[Publication] = []
        self.runs = 0
        self.tell: list[Tell] = []

    def begin(self) -> None:
        """Every repository lives, and strangers come."""
        for home in self.people.homes:
            self.env.process(self._live(home))
        if self.play.strangers:
            self.env.process(self._strangers())

    def publish(self, one: Watched, by: str) -> None:
        """A new version is there."""
        made = Publication(self.env.now, by, one.hot_until > self.env.now, one.home.registry)
        self.publications.append(made)
        one.unseen.append(made)
        for tell in self.tell:
            tell(one, made)

    def _live(self, home: Home) -> Process:
        """Releases at random, more of them by day than by night; between them runs with nothing to publish."""
        each = home.a_year * (1 + home.idle_runs) / YEAR
        peak = self.play.parameters.peak
        while True:
            yield self.env.timeout(self.rng.expovariate(each * peak))
            if self.rng.random() * peak > self._liveliness():
                continue
            idle = self.rng.random() >= 1 / (1 + home.idle_runs)
            if home.by_hand:
                self._out(home, "hand")
            else:
                self.env.process(self._run(home, publishes=not idle))

    def _liveliness(self) -> float:
        """How much happens now, over the mean: one peak a day."""
        return 1 + (self.play.parameters.peak - 1) * math.sin(2 * math.pi * self.env.now / DAY)

    def _run(self, home: Home, publishes: bool) -> Process:
        parameters = self.play.parameters
        self.runs += 1
        home.running += 1
        yield self.env.timeout(self.rng.uniform(parameters.run_lasts_least, parameters.run_lasts_most))
        inside = self.rng.random() * parameters.step_lasts
        yield self.env.timeout(inside)
        versions = self._out(home, "ci") if publishes else 0
        yield self.env.timeout(parameters.step_lasts - inside + parameters.webhook_takes)
        home.running -= 1
        home.ran_at = self.env.now
        for one in home.artifacts:
            self.crew.want(one, self.env.now)
        self.asked.run(home.owner, versions)

    def _out(self, home: Home, by: str) -> int:
        chosen = home.artifacts if home.together else [self.rng.choice(home.artifacts)]
        for one in chosen:
            self.publish(one, by)
        return len(chosen)

    def _strangers(self) -> Process:
        """Evenly over the time that counts; half of them where it is hot, if anywhere is."""
        play = self.play
        yield self.env.timeout(play.warm * DAY)
        for number in range(play.strangers):
            one = self.rng.choice(self.people.artifacts)
            for _ in range(50 if number % 2 else 0):
                if one.hot_until > self.env.now:
                    break
                one = self.rng.choice(self.people.artifacts)
            self.publish(one, "stranger")
            yield self.env.timeout(play.days * DAY / play.strangers)
