"""What GitHub said about the source of a run and of a version: commit, workflow file, review, the files themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Commit:
    """The commit a run ran on. What nobody could tell us is None. Names and addresses are the committer's own words."""

    sha: str
    committer: str = ""
    """The GitHub login, '' where the e-mail belongs to no account."""
    email: str = ""
    signed: bool | None = None
    """GitHub verified a signature of it."""
    first_time: bool | None = None
    """Nobody of this name committed here before."""
    pull_requests: tuple[int, ...] | None = None
    """The merged pull requests that brought it; empty: none did."""


@dataclass(frozen=True)
class Approval:
    """One answer to a protected environment's question, as GitHub keeps it: `state` is approved or rejected."""

    environment: str
    user: str
    state: str


@dataclass(frozen=True)
class Vetting:
    """What GitHub said about a run's commit and workflow file, asked as soon as the run was known.

    `reachable_from` are the full refs, of those in `asked`, that held the commit when we asked. `stood`: the workflow
    file as it was at that commit stands, or stood before, on the default branch (None: it could not be told).
    """

    asked_at: datetime
    asked: tuple[str, ...] = ()
    reachable_from: tuple[str, ...] = ()
    workflow_blob: str = ""
    """git's blob id of the workflow file at the commit, '' where there is none."""
    stood: bool | None = None
    commit: Commit | None = None
    approvals: tuple[Approval, ...] = ()
    problem: str = ""
    """What could not be asked, in words; '' when everything was answered."""


@dataclass(frozen=True)
class ForcedPush:
    """A push that rewrote a branch's history: `before` is no ancestor of `after`."""

    repository_id: int
    ref: str
    before: str
    after: str
    at: datetime
    pusher: str = ""


@dataclass(frozen=True)
class Comparison:
    """What comparing a version's files with the source tree at one commit showed.

    `files` are the entries of the published archives; `compared` those of them that have a counterpart in the tree
    or should have one (files that a build makes are left out). Paths are hostile; `PATHS` of each kind are kept.
    """

    commit: str
    compared_at: datetime
    files: int = 0
    compared: int = 0
    differing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """In the archive, of a kind that no build makes, and not in the tree."""
    problem: str = ""
    """Why nothing could be compared; '' otherwise."""


PATHS = 20
"""The most paths that a comparison keeps of each kind."""


@dataclass(frozen=True)
class Proposal:
    """An artifact that a repository seems to publish, and how sure we are that it does.

    `clear`: the manifest, a publishing workflow and the registry's own repository field agree, and no one else claims
    it: it is enrolled. Otherwise `question` says what a person has to settle.
    """

    purl: str
    workflows: tuple[str, ...]
    found_in: str
    clear: bool = False
    question: str = ""
