"""A neighbour's rule asked about a publication: with what registry and GitHub would have shown it."""

from __future__ import annotations

import re
from datetime import datetime

from sandbox import attempt
from sandbox.corpus.neighbours import Ruling, macaron, pnpm
from sandbox.corpus.truth import Publication
from sandbox.events import TRUSTED_PUBLISHER, DeleteRun, Publish, Push, Remove, Tag
from sandbox.names import Package
from sandbox.scenario import Scenario

_PUBLISHES = re.compile(r"publish|push|changesets", re.IGNORECASE)
"""How the scenarios' workflows call the step that publishes."""


def pnpm_says(scenario: Scenario, this: Publication) -> Ruling:
    """pnpm at the moment of the publication; of npm only."""
    if this.artifact.type != "npm":
        return Ruling.NOT_ASKED
    mine = [
        event for event in scenario.events if isinstance(event, Publish | Remove) and event.artifact == this.artifact
    ]
    gone = {event.version for event in mine if isinstance(event, Remove) and event.at <= this.at}
    there = {
        event.version: pnpm.Release(event.version, event.at, _trust(event))
        for event in mine
        if isinstance(event, Publish) and event.version not in gone
    }
    return pnpm.no_downgrade(there[this.version], there.values())


def macaron_says(scenario: Scenario, this: Publication) -> Ruling:
    """Macaron at the end of the play; not of images, for it asks no registry of theirs when they were pushed."""
    if this.artifact.is_image:
        return Ruling.NOT_ASKED
    event = next(
        event
        for event in scenario.events
        if isinstance(event, Publish) and (event.artifact, event.version) == (this.artifact, this.version)
    )
    package = next(package for package in scenario.packages if package.artifact == this.artifact)
    signed = next((file.attested for file in event.files if file.attested and not file.attested.issuer), None)
    sha = signed.sha if signed else _tagged(scenario, package, this.version)
    return macaron.infer(
        this.at,
        _committed(scenario, sha),
        _runs(scenario, package),
        signed.run if signed else None,
        scenario.until,
    )


def _trust(event: Publish) -> pnpm.Trust:
    if event.by == TRUSTED_PUBLISHER:
        return pnpm.Trust.TRUSTED_PUBLISHER
    return pnpm.Trust.PROVENANCE if event.files[0].attested else pnpm.Trust.NONE


def _tagged(scenario: Scenario, package: Package, version: str) -> str:
    """The commit of the version's tag: `1.0`, `v1.0`, `name@1.0` or `name-v1.0`."""
    ends = re.compile(rf"(?:^|[@/v-]){re.escape(version)}$")
    return next(
        (
            event.sha
            for event in scenario.events
            if isinstance(event, Tag) and event.repository == package.repository and ends.search(event.name)
        ),
        "",
    )


def _committed(scenario: Scenario, sha: str) -> datetime | None:
    """A scenario does not date its commits: one is as old as the first thing that happened on it."""
    on_it = [e.at for e in scenario.events if isinstance(e, Tag | Push | attempt.Run) and e.sha == sha]
    return min(on_it, default=None)


def _runs(scenario: Scenario, package: Package) -> list[macaron.Run]:
    """Of the publish workflow, the first that is configured: the latest attempt of each that GitHub has at the end."""
    gone = {(event.repository, event.id) for event in scenario.events if isinstance(event, DeleteRun)}
    path = next(iter(package.workflows), "")
    latest: dict[int, attempt.Run] = {}
    for event in scenario.events:
        if isinstance(event, attempt.Run) and event.repository == package.repository:
            called = {reference.partition("@")[0].partition("/")[2].partition("/")[2] for reference in event.called}
            if path in (event.workflow, *called) and (event.repository, event.id) not in gone:
                latest[event.id] = event
    return [
        macaron.Run(
            run.id,
            run.created,
            tuple(
                macaron.Step(step.conclusion, step.starts)
                for job in run.jobs
                for step in job.steps
                if _PUBLISHES.search(step.name)
            ),
        )
        for run in latest.values()
    ]
