"""What can happen in a scenario, as plain data. Repositories go by the name they had at the beginning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.model import Artifact

TRUSTED_PUBLISHER = "trusted_publisher"
"""`by` of a version that a workflow published without any token."""


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
    log: tuple[str, ...] = ()
    called: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attested:
    """What the provenance of a file says; signed by nobody in the sandbox."""

    run: int
    attempt: int
    repository: str
    repository_id: int
    owner_id: int
    workflow: str
    ref: str
    event: str
    sha: str
    digest: str = ""
    """`algorithm:hex` it is for; empty: the file's own."""


@dataclass(frozen=True)
class File:
    """One file of a version and when it was uploaded. `digests` are `algorithm:hex`."""

    name: str
    at: datetime
    digests: tuple[str, ...]
    attested: Attested | None = None

    def digest(self, algorithm: str) -> str:
        """The hex digits of one digest; empty when it has none."""
        return next((d.partition(":")[2] for d in self.digests if d.startswith(algorithm + ":")), "")


@dataclass(frozen=True)
class Publish:
    """A version appears in its registry."""

    at: datetime
    artifact: Artifact
    version: str
    by: str
    files: tuple[File, ...]
    approver: str = ""
    install_scripts: bool = False
    tag: str = "latest"


@dataclass(frozen=True)
class Remove:
    """A version is taken out of its registry. npm keeps its time."""

    at: datetime
    artifact: Artifact
    version: str


@dataclass(frozen=True)
class Yank:
    """A version of PyPI is marked as not to be chosen."""

    at: datetime
    artifact: Artifact
    version: str
    reason: str


@dataclass(frozen=True)
class Quarantine:
    """PyPI hides every file of a project while it looks into it."""

    at: datetime
    artifact: Artifact


@dataclass(frozen=True)
class Tag:
    """A tag is pushed; a known one is moved."""

    at: datetime
    repository: str
    name: str
    sha: str
    pusher: str


@dataclass(frozen=True)
class DeleteTag:
    """A tag is deleted."""

    at: datetime
    repository: str
    name: str


@dataclass(frozen=True)
class Release:
    """A GitHub release is published; its tag is made where it is not there yet."""

    at: datetime
    repository: str
    tag: str
    author: str
    id: int


@dataclass(frozen=True)
class DeleteRelease:
    """A GitHub release is deleted; its tag stays."""

    at: datetime
    repository: str
    tag: str


@dataclass(frozen=True)
class DeleteRun:
    """A workflow run is deleted with all its attempts. GitHub sends no webhook for it."""

    at: datetime
    repository: str
    id: int


@dataclass(frozen=True)
class Move:
    """A repository gets another name, and with `owner_id` another owner. Its id stays."""

    at: datetime
    repository: str
    to: str
    owner_id: int | None = None


@dataclass(frozen=True)
class Outage:
    """Something does not answer from `at` to `ends`.

    `github` and `registry`: every request fails; `webhooks`: lost, not queued; `monitor`: it does not run, and what
    GitHub sends meanwhile is lost.
    """

    at: datetime
    of: str
    ends: datetime


Event = (
    Run | Publish | Remove | Yank | Quarantine | Tag | DeleteTag | Release | DeleteRelease | DeleteRun | Move | Outage
)
