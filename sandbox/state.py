"""What GitHub and the registries hold at one moment, changed in place by the world as time goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.attempt import Run
from sandbox.events import Attest, File, Publish, PushImage, Quarantine, Remove, Retag, Yank
from sandbox.shelf import Shelf
from sandbox.source import Source
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
    suspended_at: datetime | None = None


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
    source: Source
    runs: dict[tuple[int, int], Run] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    advisories: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    """Those on all its issues, oldest first; `issue_url` says on which."""
    written: int = 0
    """How many comments there ever were."""
    roles: dict[str, str] = field(default_factory=dict)
    """Who was given which role, by login in lower case: `triage`, `write`, `maintain`, `admin`, or one of its own."""
    deleted: set[int] = field(default_factory=set)
    """The numbers of issues that were deleted."""

    def commit_of(self, ref: str) -> str | None:
        """The commit that a branch, a tag or a commit's own id names; None for anything else."""
        name = ref.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
        known = self.source.heads.get(name) or self.tags.get(name)
        return known or (ref if ref in self.source.commits else None)

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
    """One artifact in its registry. `times` keeps what is gone; `files` holds what is uploaded so far.

    An image has neither: its tags and what they point at lie on the `shelf`.
    """

    scenario: str
    artifact: Artifact
    repository: int
    modified: datetime | None = None
    versions: dict[str, Publish] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    files: dict[str, list[File]] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    yanked: dict[str, str] = field(default_factory=dict)
    backfilled: list[Attest] = field(default_factory=list)
    """Attestations that only GitHub has."""
    quarantined: bool = False
    shelf: Shelf = field(default_factory=Shelf)

    def change(self, event: Publish | PushImage | Retag | Remove | Yank | Quarantine, now: datetime) -> None:
        """Something happens to a version. A publication happens again whenever one of its files arrives late."""
        self.modified = now
        match event:
            case Publish() if now > event.at:
                if event.version in self.versions:
                    self.files[event.version] = [file for file in event.files if file.at <= now]
            case Publish():
                self.versions[event.version] = event
                self.times[event.version] = event.at
                self.files[event.version] = [file for file in event.files if file.at <= now]
                self.channels[event.tag] = event.version
            case PushImage():
                self.shelf.push(event)
            case Retag():
                held = self.shelf.held(event.source, event.as_of) if event.as_of else ""
                self.shelf.point(event.tag, held or self.shelf.digest_of(event.source), now, event.by)
            case Remove() if self.artifact.is_image:
                self.shelf.remove(event.version)
            case Remove():
                self.versions.pop(event.version, None)
                self.files.pop(event.version, None)
                left = sorted(self.versions, key=lambda version: self.times[version])
                for channel in [c for c, version in self.channels.items() if version == event.version]:
                    del self.channels[channel]
                    if channel == "latest" and left:
                        self.channels["latest"] = left[-1]
            case Yank():
                self.yanked[event.version] = event.reason
            case Quarantine():
                self.quarantined = True
