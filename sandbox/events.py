"""What can happen in a scenario, as plain data. Repositories go by the name they had at the beginning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sandbox.attempt import Run
from sandbox.manifests import Manifest
from verifier.model import Artifact

TRUSTED_PUBLISHER = "trusted_publisher"
"""`by` of a version that a workflow published without any token."""


@dataclass(frozen=True)
class Attested:
    """What the provenance of a file says. It is signed while its run runs: from `starts` to `ends`, where known.

    With an `issuer` it was made elsewhere than at GitHub, by `identity`; then no run is named.
    """

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
    called: str = ""
    """The reusable workflow whose job signed, `owner/repository/path@ref`; empty: the calling one itself."""
    runner: str = "github-hosted"
    issuer: str = ""
    identity: str = ""
    kind: str = "dsse"
    """One of `sandbox.provenance.KINDS`."""
    signed: bool = True
    """False: the signature is no signature."""
    signed_at: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class File:
    """One file of a version and when it was uploaded. `digests` are `algorithm:hex`.

    `data` are its bytes where the scenario says what it contains: then it can be downloaded. `rogue`: a thief's, in a
    version that is not.
    """

    name: str
    at: datetime
    digests: tuple[str, ...]
    attested: Attested | None = None
    data: bytes = field(default=b"", repr=False)
    rogue: bool = False

    def digest(self, algorithm: str) -> str:
        """The hex digits of one digest; empty when it has none."""
        return next((d.partition(":")[2] for d in self.digests if d.startswith(algorithm + ":")), "")


@dataclass(frozen=True)
class Publish:
    """A version appears in its registry. `rogue` is the truth about it, which the monitor is never told."""

    at: datetime
    artifact: Artifact
    version: str
    by: str
    files: tuple[File, ...]
    approver: str = ""
    install_scripts: bool = False
    tag: str = "latest"
    rogue: bool = False


@dataclass(frozen=True)
class PushImage:
    """An image is pushed: these tags point at it from now on, whatever they pointed at before.

    `cosigned`: older cosign's signature and attestation are pushed with it, under tags of their own.
    """

    at: datetime
    artifact: Artifact
    tags: tuple[str, ...]
    manifest: Manifest
    by: str = ""
    attested: Attested | None = None
    cosigned: bool = False
    rogue: bool = False

    @property
    def file(self) -> File:
        """The image as the one file of a version."""
        return File("image", self.at, (self.manifest.digest,), self.attested, self.manifest.body)


@dataclass(frozen=True)
class Retag:
    """A tag is made to point at what is there already: at what the tag `source` holds, or at the digest it is.

    `as_of`: at what that tag held then.
    """

    at: datetime
    artifact: Artifact
    source: str
    tag: str
    by: str = ""
    as_of: datetime | None = None
    rogue: bool = False


@dataclass(frozen=True)
class Remove:
    """A version is taken out of its registry. npm keeps its time; of an image the tag goes."""

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
class Attest:
    """GitHub alone gets an attestation for the first file of a version. The registry serves none of it."""

    at: datetime
    artifact: Artifact
    version: str
    attested: Attested


@dataclass(frozen=True)
class Push:
    """Somebody pushes a commit to a branch; `forced`: over what was there."""

    at: datetime
    repository: str
    branch: str
    sha: str
    pusher: str
    forced: bool = False


@dataclass(frozen=True)
class DeleteBranch:
    """A branch is deleted; its commits are still known."""

    at: datetime
    repository: str
    name: str
    pusher: str


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
    Run
    | Publish
    | PushImage
    | Retag
    | Attest
    | Remove
    | Yank
    | Quarantine
    | Push
    | DeleteBranch
    | Tag
    | DeleteTag
    | Release
    | DeleteRelease
    | DeleteRun
    | Move
    | Outage
)
