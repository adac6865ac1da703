"""Who looks: what `app.jobs.poll` does at each host, with the monitor's own turns and schedule, by simulated time."""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Mapping
from typing import Any

import simpy

from app.pacing.local import LocalPace
from app.pacing.turns import granted
from app.polling.lively import HOT_FOR
from app.polling.rhythm import AT_ONCE, COUNTED_EVERY, LOOKS, host_of
from app.polling.schedule import AFTER_RUN, Facts, Means, next_poll
from app.processes.worker import TICK
from sandbox.scale.hosts import Host
from sandbox.scale.play import START, Play, at
from sandbox.scale.population import Watched

Process = Generator[simpy.Event, Any, None]
_COUNTED = COUNTED_EVERY.total_seconds()
_HOT_FOR = HOT_FOR.total_seconds()
_AFTER_RUN = AFTER_RUN[-1].total_seconds()


class Crew:
    """All workers together; there are enough of them, and how many that is comes out.

    `busy` is the time that they worked or waited (for a turn, for an answer), in the world's seconds for one of
    `Play.factor`; `cpu_ms` what they computed. A look is one moment here: it is over when its last answer is there.
    """

    def __init__(self, env: simpy.Environment, play: Play, hosts: Mapping[str, Host], chance: random.Random) -> None:
        self.env, self.play, self.hosts, self.chance = env, play, hosts, chance
        self.pace = LocalPace()
        self.settings = play.settings
        self.busy = 0.0
        self.cpu_ms = 0.0
        self.changed = 0
        self._names = {name: host_of(self.settings, name) for name in hosts}
        self._means: dict[str, tuple[float, Means]] = {}
        self._bells = {name: env.event() for name in hosts}

    def begin(self) -> None:
        """They come to work."""
        for host in self.hosts.values():
            self.env.process(self._work(host))

    def want(self, one: Watched, moment: float) -> None:
        """A look at it is wanted, sooner perhaps than anybody would wake up."""
        host, bell = self.hosts[one.home.registry], self._bells[one.home.registry]
        sooner = moment < host.next_due()
        host.want(one, moment)
        if sooner and not bell.triggered:
            bell.succeed()

    def means(self, host: Host) -> Means:
        """What there is to share out, counted once a minute as `Rhythm.means` does."""
        known = self._means.get(host.registry)
        if known is not None and self.env.now - known[0] < _COUNTED:
            return known[1]
        load = host.load(self.env.now)
        means = Means(self.settings.poll_interval, self.settings.host_interval, host.cost, load)
        self._means[host.registry] = (self.env.now, means)
        return means

    def room(self, host: Host) -> float:
        """Take a turn to look at something, or say how long to wait: `Rhythm.wait`, which finds the host each time."""
        every = self.settings.host_interval * (host.cost / LOOKS)
        burst = max(1, math.floor(AT_ONCE / every))
        return self.pace.turn(f"look/{self._names[host.registry]}", every, burst, self.env.now)

    def ask(self, host: Host, requests: float) -> float:
        """So many requests, each in its turn (`HostTurns`); returns when the last of them has its turn."""
        every = self.settings.host_interval.total_seconds()
        # Those before us have their turns already, some of them later than now.
        now = max(self.env.now, host.requests[-1] if host.requests else 0.0)
        for _ in range(round(requests)):
            wait, host.used_up = granted(host.used_up, every, 1, now)
            if wait:
                now += wait
                _, host.used_up = granted(host.used_up, every, 1, now)
            host.requests.append(now)
        return now

    def _work(self, host: Host) -> Process:
        """Whoever is free looks at what waits longest. Where there is no room, workers come back at a tick.

        Their ticks fall evenly: of several workers one comes sooner.
        """
        tick = TICK.total_seconds() / self.play.workers
        while True:
            ahead = host.next_due() - self.env.now
            if ahead > 0:
                bell = self._bells[host.registry] = self.env.event()
                yield self.env.timeout(max(ahead, tick) if ahead < 1e9 else 60.0) | bell
            elif wait := self.room(host):
                yield self.env.timeout(max(wait, tick))
            else:
                self._look(host, host.claim(self.env.now))

    def _look(self, host: Host, one: Watched) -> None:
        parameters, begun = self.play.parameters, self.env.now
        over = self.ask(host, host.cost)
        changed = any(made.by != "stranger" for made in one.unseen)
        for made in one.unseen:
            made.seen_at = over
        one.unseen.clear()
        one.polled_at = over
        if changed:
            self.changed += 1
            host.warm(one, begun, begun + _HOT_FOR)
            self.ask(host, parameters.evidence)
        ms = parameters.ms_poll_changed if changed else parameters.ms_poll_same
        self.cpu_ms += ms
        self.busy += (over - begun) / self.play.factor + ms / 1000 + parameters.answer_takes * host.cost
        host.done(one, self._next_poll(host, one))

    def _next_poll(self, host: Host, one: Watched) -> float:
        """`app.jobs.poll._next`: the facts from what is simulated, the decision by the monitor's own function."""
        now, home = self.env.now, one.home
        ran_at = at(home.ran_at) if home.ran_at >= now - _AFTER_RUN else None
        facts = Facts(one.hot_until > now, home.running > 0, ran_at)
        return (next_poll(facts, self.means(host), at(now), self.chance.random()) - START).total_seconds()
