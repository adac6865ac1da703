"""One attempt of a workflow run, as plain data: its jobs and steps, its commit, its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.model import Artifact


@dataclass(frozen=True)
class Step:
    """One step of a job. A skipped step starts and ends at the same moment."""

    name: str
    starts: datetime
    ends: datetime
    conclusion: str


@dataclass(frozen=True)
class Job:
    """One job of an attempt."""

    name: str
    starts: datetime
    ends: datetime
    conclusion: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Made:
    """How a commit came about, where it is not as usual: signed, by somebody known here, merged after a review.

    `branches` are those that hold it (None: the one its run is on; for a tag the default branch; empty: none does).
    An `orphan` stands on no other commit. `committer` is an account, or `Name <e-mail>` of somebody without one; ''
    is who started the run. `pull_requests` None: one that was merged.
    """

    branches: tuple[str, ...] | None = None
    orphan: bool = False
    signed: bool = True
    committer: str = ""
    first_time: bool = False
    pull_requests: tuple[int, ...] | None = None
    files: tuple[tuple[str, str], ...] = ()
    """What it changes in the tree: paths with their new text."""


@dataclass(frozen=True)
class Log:
    """What the log of a run's publish step says, beside what every step's log says.

    `printed` are artifacts and versions in the exact words of their tool: with the registry's `real` digests, with
    those of `other` bytes, or with `none`. `gone`: GitHub has deleted it. `tool` is what pushed its images: `buildx`
    or `docker` itself.
    """

    lines: tuple[str, ...] = ()
    printed: tuple[tuple[Artifact, str], ...] = ()
    digests: str = "real"
    dry: bool = False
    staged: bool = False
    step: str = ""
    """The step's name; '': the first that is not skipped and whose name says publishing."""
    gone: bool = False
    tool: str = "buildx"


@dataclass(frozen=True)
class Approval:
    """Somebody let a job into a protected environment, or (`rejected`) did not."""

    environment: str
    user: str
    state: str = "approved"


@dataclass(frozen=True)
class Run:
    """One attempt of a workflow run, from its start at `at` to `ends` (None: it never ends).

    `created` is when attempt 1 was made: GitHub keeps it on a re-run.
    """

    at: datetime
    repository: str
    id: int
    attempt: int
    created: datetime
    workflow: str
    event: str
    ref: str
    sha: str
    title: str
    actor: str
    head_repository: str
    head_repository_id: int
    conclusion: str
    ends: datetime | None
    jobs: tuple[Job, ...]
    log: Log = Log()
    called: tuple[str, ...] = ()
    made: Made = Made()
    approvals: tuple[Approval, ...] = ()
    self_hosted: bool = False
