"""The truth about every publication of a scenario, as its author wrote it down. The monitor is never told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.attempt import Run
from sandbox.events import Publish, PushImage, Retag
from sandbox.scenario import Scenario
from verifier.model import Artifact

_NUMBER = re.compile(r"v?(\d+)(?:\.|$)")


@dataclass(frozen=True)
class Publication:
    """One version of a package, or one tag of an image pointed at bytes: what there is an answer about.

    It stands from `at` until something else stands under its name, or the play ends. `before`: it was there before the
    monitor was. `from_ci`: its line is published by CI (see `_from_ci`). `digest` is that of an image.
    """

    artifact: Artifact
    version: str
    at: datetime
    until: datetime
    rogue: bool
    before: bool
    from_ci: bool = False
    digest: str = ""


def publications(scenario: Scenario) -> tuple[Publication, ...]:
    """All of a scenario, in the order of time."""
    found = list(_published(scenario))
    for number, this in enumerate(found):
        later = (p.at for p in found[number + 1 :] if (p.artifact, p.version) == (this.artifact, this.version))
        found[number] = replace(this, until=next(later, scenario.until))
    return tuple(replace(this, from_ci=_from_ci(this, found, scenario)) for this in found)


def _published(scenario: Scenario) -> Iterator[Publication]:
    """Each publication, as if it stood to the end of the play."""
    holds: dict[tuple[Artifact, str], list[tuple[datetime, str]]] = {}
    late: list[Publication] = []

    def made(artifact: Artifact, version: str, at: datetime, rogue: bool, digest: str = "") -> Publication:
        if digest:
            holds.setdefault((artifact, version), []).append((at, digest))
        return Publication(artifact, version, at, scenario.until, rogue, at <= scenario.installed, digest=digest)

    for event in scenario.events:
        for this in [publication for publication in late if publication.at <= event.at]:
            late.remove(this)
            yield this
        if isinstance(event, Publish):
            yield made(event.artifact, event.version, event.at, event.rogue)
            late += [made(event.artifact, event.version, file.at, True) for file in event.files if file.rogue]
        elif isinstance(event, PushImage):
            for tag in event.tags:
                yield made(event.artifact, tag, event.at, event.rogue, event.manifest.digest)
        elif isinstance(event, Retag):
            held = holds.get((event.artifact, event.source), [])
            then = event.as_of or event.at
            digest = next((digest for at, digest in reversed(held) if at <= then), event.source)
            yield made(event.artifact, event.tag, event.at, event.rogue, digest)
    yield from late


def _from_ci(this: Publication, all_of_them: list[Publication], scenario: Scenario) -> bool:
    """Whether CI publishes the line: the configuration says so, or a run was at work at most of its honest releases.

    The line are the earlier versions with the same first number; where there are none, all earlier versions.
    """
    package = next(package for package in scenario.packages if package.artifact == this.artifact)
    if package.manual is not None:
        return not package.manual
    earlier = [p for p in all_of_them if p.artifact == this.artifact and not p.rogue and p.at < this.at]
    line = [p for p in earlier if _major(p.version) == _major(this.version)] or earlier
    runs = [
        event
        for event in scenario.events
        if isinstance(event, Run) and event.repository == package.repository and event.workflow in package.workflows
    ]
    by_run = [p for p in line if any(run.at <= p.at <= (run.ends or scenario.until) for run in runs)]
    return 2 * len(by_run) > len(line)


def _major(version: str) -> str:
    found = _NUMBER.match(version)
    return found[1] if found else ""
