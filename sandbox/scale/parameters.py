"""Every number that the simulation takes from outside of the code, each with where it comes from.

`measured`: a command of this repository printed it. `stated`: somebody's documentation says so. `assumed`: nobody
measured it; docs/scale.md says what changes with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

STEPS = "measured: python -m benchmarks.steps, 2026-11-28, SQLite, load 10 on 2 cores"
SEED = "measured: PostgreSQL filled by python -m benchmarks.seed, pg_total_relation_size / rows, 2026-11-28"


def known(value: float, source: str) -> Any:
    """A number and its source, as a field."""
    return field(default=value, metadata={"source": source})


@dataclass(frozen=True)
class Parameters:
    """What the world is like, and what the monitor's steps cost. Shares are of 1, times in seconds unless named."""

    npm: float = known(0.50, "assumed, as in benchmarks/population.py: share of the artifacts")
    pypi: float = known(0.20, "assumed, as in benchmarks/population.py")
    docker: float = known(0.15, "assumed, as in benchmarks/population.py")
    oci: float = known(0.15, "assumed, as in benchmarks/population.py; all on one host")

    releases_a_year: float = known(
        2.0, "assumed: median of a repository. With the spread 65 % release within a year (of all of PyPI 1/3 in 2018)"
    )
    spread: float = known(2.0, "assumed: sigma of the logarithm; the mean is then 14.8, as in benchmarks/population.py")
    releases_most: float = known(3650.0, "assumed: ten a day, canaries")
    home_size: float = known(1.15, "assumed: Pareto exponent of artifacts in one repository; smaller: larger monorepos")
    home_most: float = known(100, "assumed: the most artifacts of one repository")
    together: float = known(0.5, "assumed: share of the monorepos that publish all their artifacts at once")
    owner_size: float = known(1.2, "assumed: Pareto exponent of repositories in one installation")
    owner_most: float = known(2000, "assumed: the most repositories of one installation")
    by_hand: float = known(0.17, "assumed, as in sandbox/synthetic/projects.py: repositories that publish by hand")
    from_main: float = known(0.20, "assumed, as in sandbox/synthetic/projects.py: publish workflow runs at each push")
    idle_runs: float = known(10.0, "assumed: such runs without anything to publish, for each that publishes")
    other_runs: float = known(9.0, "assumed, as in benchmarks/audit.py: runs of other workflows for each publish run")
    peak: float = known(1.8, "assumed: the busiest hour of the day over the mean hour")
    run_lasts_least: float = known(60.0, "assumed, as in sandbox/synthetic/projects.py: until the publish step begins")
    run_lasts_most: float = known(600.0, "assumed, as in sandbox/synthetic/projects.py")
    step_lasts: float = known(60.0, "assumed, as in sandbox/synthetic/projects.py: the publish step")
    webhook_takes: float = known(2.0, "assumed: from the end of a run until its webhook is heard")

    budget: float = known(5.0, "code: requests a second to one host, HOST_INTERVAL as shipped")
    tags: float = known(20.0, "assumed: tags of an image; each is one HEAD in a look (docs/registries.md)")
    answer_takes: float = known(0.15, "assumed: how long a registry takes to answer one request")
    pypi_feed_holds: float = known(100, "stated: PyPI's own source, newest releases in the feed")
    pypi_others_a_day: float = known(3300.0, "assumed: releases on PyPI of projects that nobody here watches")

    github_an_hour: float = known(5000.0, "stated: GitHub, questions an hour of one installation")
    github_more: float = known(50.0, "stated: GitHub, more for each repository over 20")
    github_most: float = known(12_500.0, "stated: GitHub, the most that these make")

    ms_deliver: float = known(1.8, STEPS)
    ms_hear: float = known(13.5, STEPS)
    ms_poll_same: float = known(24.0, "measured: python -m benchmarks.polling, docs/polling.md")
    ms_poll_changed: float = known(32.0, STEPS)
    ms_run: float = known(57.0, STEPS + "; jobs, logs and the commit of one publish run")
    ms_version: float = known(108.0, STEPS + "; examining one version as often as it takes, with evidence and source")
    reads_run: float = known(10.5, STEPS + "; questions to GitHub for one publish run")
    reads_version: float = known(1.7, STEPS + "; questions to GitHub for one version")
    evidence: float = known(2.5, STEPS + "; requests to the registry for the evidence of one new version")
    deliveries_run: float = known(3.0, "code: workflow_run requested, in_progress, completed")
    deliveries_release: float = known(3.0, "assumed: push, create and release of one release")

    bytes_artifact: float = known(1652.0, SEED)
    bytes_version: float = known(2084.0, SEED)
    bytes_run: float = known(1059.0, SEED)
    bytes_fact: float = known(1168.0, SEED + "; one fact with its hashes and indexes")
    facts_run: float = known(1.65, STEPS + "; facts kept for a run that is only heard of")
    facts_publish: float = known(3.5, STEPS + "; further facts of a publish run: jobs, logs, vetting")
    facts_version: float = known(3.9, STEPS + "; facts of one version: seen, evidence, verdicts, source")


def sources() -> list[tuple[str, float, str]]:
    """Name, value and source of each number, in order."""
    # Every field has a default that is a number, which the type of `fields` does not say.
    return [(one.name, one.default, str(one.metadata["source"])) for one in fields(Parameters)]  # type: ignore[misc]
