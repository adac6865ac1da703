"""What a repository holds before anything happens in a scenario, and what its commits will be."""

from __future__ import annotations

from typing import Any

import yaml

from sandbox import workflow_files
from sandbox.attempt import Run
from sandbox.events import Publish
from sandbox.names import Repository
from sandbox.scenario import Scenario
from sandbox.source import Plan

CONFIG = ".github/artifact-monitor.yml"


def files(scenario: Scenario, repository: Repository) -> dict[str, bytes]:
    """Its first tree: workflow files, the configuration, and what the scenario writes down, which goes first."""
    packages = [package for package in scenario.packages if package.repository == repository.name]
    staged = any(isinstance(event, Publish) and event.approver for event in scenario.events)
    runs = [event for event in scenario.events if isinstance(event, Run)]
    config = _config(scenario, repository.name)
    return {
        **workflow_files.files(repository.name, runs, packages, staged),
        **({CONFIG: config} if config else {}),
        **{path: text.encode() for path, text in repository.files},
    }


def plans(scenario: Scenario, repository: Repository) -> dict[str, Plan]:
    """What the commits of its runs will be, by their ids. Of several runs on one commit the first says it."""
    found: dict[str, Plan] = {}
    for event in scenario.events:
        if isinstance(event, Run) and event.repository == repository.name and event.sha not in found:
            kind, _, name = event.ref.removeprefix("refs/").partition("/")
            branch = name if kind == "heads" else repository.default_branch
            if event.head_repository_id != repository.id or event.event.startswith("pull_request"):
                branch = ""
            found[event.sha] = Plan(event.title, event.actor, branch, event.made)
    return found


def _config(scenario: Scenario, repository: str) -> bytes:
    """The configuration file of a repository, as the scenario's `artifacts` say."""
    entries = []
    for package in scenario.packages:
        if package.repository == repository and package.watched:
            entry: dict[str, Any] = {"purl": package.artifact.purl}
            if package.workflows or not (package.manual or any(package.signer)):
                entry["workflows"] = list(package.workflows)
            if package.refs:
                entry["refs"] = list(package.refs)
            entry["events"] = list(package.events)
            if package.manual is not None:
                entry["manual"] = package.manual
            if package.environment:
                entry["environment"] = package.environment
            for key in ("moving", "mirrors"):
                if getattr(package, key):
                    entry[key] = list(getattr(package, key))
            if any(package.signer):
                entry["signer"] = dict(zip(("issuer", "identity"), package.signer, strict=True))
            entries.append(entry)
    if not entries:
        return b""
    return yaml.safe_dump({"version": 1, "artifacts": entries}, sort_keys=False).encode()
