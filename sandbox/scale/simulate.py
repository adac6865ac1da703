"""One play from its beginning to its end, and what came of it."""

from __future__ import annotations

import random
from dataclasses import dataclass

import simpy

from app.polling.lively import HOT_FOR
from app.polling.schedule import intervals
from sandbox.scale.asked import Asked
from sandbox.scale.crew import Crew
from sandbox.scale.feeds import Feed
from sandbox.scale.hosts import Host
from sandbox.scale.play import DAY, Play
from sandbox.scale.population import REGISTRIES, Population, Publication, Watched, populate
from sandbox.scale.publishing import Publishing


@dataclass(frozen=True)
class Played:
    """Everything that is to be known of a play: figures are made of it, and tests look into it."""

    play: Play
    people: Population
    hosts: dict[str, Host]
    crew: Crew
    asked: Asked
    publishing: Publishing
    feeds: dict[str, Feed]

    @property
    def counted(self) -> list[Publication]:
        """What was published after the warm-up."""
        return [made for made in self.publishing.publications if made.at >= self.play.warm * DAY]


def simulate(play: Play, people: Population | None = None, runs: bool = True) -> Played:
    """Play it. `people`: who is watched, where it is not to be made up; `runs`: whether repositories live."""
    rng = random.Random(play.seed)  # noqa: S311 - a play, no secret
    env = simpy.Environment()
    people = people or populate(play.parameters, play.simulated, HOT_FOR.total_seconds(), rng)
    hosts = {name: Host(name, play.requests_a_look(name)) for name in REGISTRIES}
    crew = Crew(env, play, hosts, random.Random(rng.random()))  # noqa: S311 - a play
    asked = Asked(env, play, people.owners)
    publishing = Publishing(env, play, people, crew, asked, random.Random(rng.random()))  # noqa: S311 - a play
    # Drawn for a play, no secret.
    feeds = {name: Feed(env, play, crew, name, random.Random(rng.random())) for name in sorted(play.feeds)}  # noqa: S311
    by_host: dict[str, list[Watched]] = {name: [] for name in hosts}
    for one in people.artifacts:
        by_host[one.home.registry].append(one)
    for name, host in hosts.items():
        host.begin(by_host[name], env.now)
        planned = intervals(crew.means(host))
        for one in by_host[name]:
            one.due = rng.random() * (planned.hot if one.hot_until > 0 else planned.quiet).total_seconds()
        host.begin(by_host[name], env.now)
    for feed in feeds.values():
        publishing.tell.append(feed.tell)
        feed.begin()
    crew.begin()
    if runs:
        publishing.begin()
    env.run(until=play.ends)
    return Played(play, people, hosts, crew, asked, publishing, feeds)
