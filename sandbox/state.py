"""What GitHub and the registries hold at one moment, changed in place by the world as time goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.events import File, Publish, Run
from verifier.model import Artifact


@dataclass(frozen=True)
class Webhook:
    """One delivery that GitHub makes: its event, its id and what it says."""

    at: datetime
    event: str
    id: str
    payload: dict[str, Any]


@dataclass
class Installation:
    """The App on one account, with the ids of the repositories that were granted."""

    id: int
    account: str
    account_id: int
    created_at: datetime
    updated_at: datetime
    repositories: set[int] = field(default_factory=set)


@dataclass
class Release:
    """A published release."""

    id: int
    tag: str
    author: str
    published_at: datetime


@dataclass
class Repo:
    """One repository with its runs, refs, releases and everything that was filed in it."""

    scenario: str
    id: int
    owner_id: int
    full_name: str
    default_branch: str
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    config: bytes
    """What stands in its `.github/artifact-monitor.yml`; empty: no such file."""
    runs: dict[tuple[int, int], Run] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    advisories: list[dict[str, Any]] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """The account's name."""
        return self.full_name.split("/", 1)[0]

    @property
    def name(self) -> str:
        """The name without its owner."""
        return self.full_name.split("/", 1)[1]

    def attempts(self, run_id: int) -> list[Run]:
        """All attempts of one run that have started, first to last."""
        return [run for key, run in sorted(self.runs.items()) if key[0] == run_id]

    def latest(self) -> list[Run]:
        """The latest attempt of every run, newest run first: what GitHub's list shows."""
        newest = {run.id: run for _, run in sorted(self.runs.items())}
        return sorted(newest.values(), key=lambda run: (run.created, run.id), reverse=True)


@dataclass
class Project:
    """One package in its registry. `times` keeps what is gone; `files` holds what is uploaded so far."""

    scenario: str
    artifact: Artifact
    repository: int
    modified: datetime | None = None
    versions: dict[str, Publish] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    files: dict[str, list[File]] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    yanked: dict[str, str] = field(default_factory=dict)
    quarantined: bool = False
