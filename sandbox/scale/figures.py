"""What a play comes to, for the whole world: everything simulated is multiplied by the factor again."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from sandbox.scale.asked import HOUR
from sandbox.scale.measures import busiest, latency, quantile
from sandbox.scale.play import DAY
from sandbox.scale.population import YEAR
from sandbox.scale.simulate import Played

WORKED = 0.7
"""How much of its time a worker may be busy, so that what comes at once is done soon."""


def figures(played: Played) -> dict[str, Any]:
    """Everything as JSON holds it."""
    play = played.play
    return {
        "artifacts": play.artifacts,
        "factor": play.factor,
        "days": play.days,
        "warm_days": play.warm,
        "seed": play.seed,
        "feeds": sorted(play.feeds),
        "hosts": {name: _host(played, name) for name in played.hosts},
        "latency_s": _latencies(played),
        "github": _github(played),
        "work": _work(played),
        "database": _database(played),
    }


def _host(played: Played, name: str) -> dict[str, Any]:
    play, host = played.play, played.hosts[name]
    begin = play.warm * DAY
    within = [at for at in host.requests if begin <= at <= play.ends]
    load = host.load(play.ends)
    window = 10.0 * play.factor
    feed = played.feeds.get(name)
    return {
        "watched": round(host.watched * play.factor),
        "hot": round(load.hot * play.factor),
        "budget": play.parameters.budget,
        "requests_per_s": round(len(within) / (play.days * DAY) * play.factor, 2),
        "most_per_s_in_10_s": round(busiest(within, window) / window * play.factor, 2),
        "wanted_per_s_at_every_5_min": round(host.watched * play.factor * host.cost / 300, 1),
        "late_s": {"p50": round(quantile(host.late, 0.5), 1), "p99": round(quantile(host.late, 0.99), 1)},
        "looks_by_feed_per_s": round(feed.wanted / play.ends * play.factor, 2) if feed else 0.0,
        "first_pass_h": round(host.watched * play.factor * host.cost / play.parameters.budget / 0.9 / HOUR, 1),
    }


def _latencies(played: Played) -> dict[str, Any]:
    """By registry and by whom: the workflow, a hand or a stranger on a hot or quiet artifact."""
    found: dict[str, Any] = {}
    for name in played.hosts:
        mine = [made for made in played.counted if made.registry == name]
        groups = {
            "workflow": [made for made in mine if made.by == "ci"],
            "hot": [made for made in mine if made.by != "ci" and made.hot],
            "quiet": [made for made in mine if made.by != "ci" and not made.hot],
        }
        found[name] = {group: asdict(latency(made, played.play.ends)) for group, made in groups.items()}
    return found


def _github(played: Played) -> dict[str, Any]:
    asked, play = played.asked, played.play
    hours = sorted(asked.wanted_by_hour.values())
    busiest_hour: dict[int, int] = {}
    for (owner, _), reads in asked.wanted_by_hour.items():
        busiest_hour[owner] = max(reads, busiest_hour.get(owner, 0))
    return {
        "installations_simulated": len(asked.owners),
        "repositories_of_the_largest": max(asked.owners),
        "reads_per_h_all": round(sum(hours) / (play.ends / HOUR) * play.factor),
        "reads_in_an_installations_busiest_hour": {
            "p50": quantile(busiest_hour.values(), 0.5),
            "p99": quantile(busiest_hour.values(), 0.99),
            "most": max(busiest_hour.values(), default=0),
        },
        "share_over_the_limit": round(len(asked.exhausted) / max(len(asked.owners), 1), 5),
        "share_put_off_by_our_pace": round(len(asked.put_off) / max(len(asked.owners), 1), 5),
        "longest_wait_s": round(max(asked.waits), 1),
    }


def rates(played: Played) -> dict[str, float]:
    """What comes in a second, in the whole world."""
    play = played.play
    whole = play.factor / play.ends
    runs = played.publishing.runs * whole
    versions = sum(made.by != "stranger" for made in played.publishing.publications) * whole
    every_run = runs * (1 + play.parameters.other_runs)
    deliveries = every_run * play.parameters.deliveries_run + runs * play.parameters.deliveries_release
    looks = sum(host.looks for host in played.hosts.values()) * whole
    return {"publish_runs": runs, "versions": versions, "runs": every_run, "deliveries": deliveries, "looks": looks}


def _work(played: Played) -> dict[str, Any]:
    """Cores, and workers: each does one thing after the other, and waits for its turn and for answers meanwhile."""
    of, parameters = rates(played), played.play.parameters
    polls = played.crew.cpu_ms / 1000 / played.play.ends * played.play.factor
    waiting = played.crew.busy / played.play.ends * played.play.factor
    hearing = of["deliveries"] * parameters.ms_hear / 1000
    inspecting = of["publish_runs"] * parameters.ms_run / 1000
    examining = of["versions"] * parameters.ms_version / 1000
    asking = (
        of["publish_runs"] * parameters.reads_run + of["versions"] * parameters.reads_version
    ) * parameters.answer_takes
    busy = waiting + hearing + inspecting + examining + asking
    return {
        "per_s": {name: round(rate, 2) for name, rate in of.items()},
        "cores": {
            "web": round(of["deliveries"] * parameters.ms_deliver / 1000, 3),
            "hear": round(hearing, 3),
            "poll": round(polls, 3),
            "inspect": round(inspecting, 3),
            "examine": round(examining, 3),
        },
        "workers_busy": round(busy, 2),
        "workers_needed": math.ceil(busy / WORKED),
    }


def _database(played: Played) -> dict[str, Any]:
    """Rows a year, and what they take."""
    of, parameters, play = rates(played), played.play.parameters, played.play
    runs, versions = of["runs"] * YEAR, of["versions"] * YEAR
    facts = runs * parameters.facts_run + of["publish_runs"] * YEAR * parameters.facts_publish
    facts += versions * parameters.facts_version
    sizes = {
        "artifacts": (float(play.artifacts), parameters.bytes_artifact),
        "versions": (versions, parameters.bytes_version),
        "runs": (runs, parameters.bytes_run),
        "facts": (facts, parameters.bytes_fact),
    }
    return {
        "rows_a_year": {name: round(rows) for name, (rows, _) in sizes.items()},
        "gb_a_year": {name: round(rows * size / 1e9, 1) for name, (rows, size) in sizes.items()},
        "gb_a_year_together": round(sum(rows * size for rows, size in sizes.values()) / 1e9, 1),
    }
