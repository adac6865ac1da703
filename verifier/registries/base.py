"""The shape every registry has: which addresses to ask, and readers from bytes to facts. It never dials by itself."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from verifier.model import Artifact, Attestation, File, Version

T = TypeVar("T")


@dataclass(frozen=True)
class Ask:
    """One request to make. `limit` is the most bytes of body to accept.

    `method` is GET or HEAD. `scope` is what the registry's token must be good for (`repository:ns/name:pull`); '':
    asked without one. `conditional`: only for what changed since the last look, by its ETag.
    """

    url: str
    accept: str
    limit: int
    method: str = "GET"
    scope: str = ""
    conditional: bool = False


@dataclass(frozen=True)
class Call:
    """One call of Amazon's API: `service` and `operation` as boto3 names them, `parameters` as it takes them.

    What comes back is a page with the answer as JSON, times in ISO 8601.
    """

    service: str
    region: str
    operation: str
    parameters: Mapping[str, object]

    @property
    def url(self) -> str:
        """What stands for an address: a call has none that a person could open."""
        return f"aws:{self.service}/{self.region}/{self.operation}"


@dataclass(frozen=True)
class Page:
    """An answer: `status` 200 with its body, or 304 with none. Header names are lower-case."""

    url: str
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str | None:
        """The validator to send back next time."""
        return self.headers.get("etag")


@dataclass(frozen=True)
class Absent:
    """The registry says that there is no such thing (404, 410). Not the same as "we could not look"."""

    url: str


@dataclass(frozen=True)
class Unreadable:
    """We could not look, or could not read what we got. `problem` says why, in words for people.

    `retry_after` is in seconds, where the other side said when to come back. `status` is HTTP's (0: none came), and
    `headers` are those of a refusal, lower-case: what it says about logging in and about limits.
    """

    url: str
    problem: str
    retry_after: float | None = None
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """We may not look: without a login, or with this one."""
        return self.status in (401, 403)


Answer = Page | Absent | Unreadable
Conversation = Generator[Ask | Call, Answer, T]
"""Questions handed out one by one, each answered before the next, and what comes of them: no socket in here."""


@dataclass(frozen=True)
class Place:
    """Where a registry is, by the settings. `api` is its own interface beside the common one: Docker Hub's."""

    base: str
    api: str = ""


@dataclass(frozen=True)
class Memory:
    """What earlier looks at an artifact left for the next. Registries whose pages show everything need none of it.

    `versions` are those known by their number, removed ones too; `seen` says when each was last seen as it stands.
    `first`: the first full pass is not done. `cursor` is the registry's own note about where to go on. `hint` is the
    one tag that somebody says was pushed ('': look at everything), `moving` the patterns of tags that move by the
    configuration, `checks` how many tags may be asked about one by one.
    """

    now: datetime
    versions: Mapping[str, Version] = field(default_factory=dict)
    seen: Mapping[str, datetime] = field(default_factory=dict)
    first: bool = True
    polled_at: datetime | None = None
    cursor: str = ""
    hint: str = ""
    moving: tuple[str, ...] = ()
    checks: int = 50

    def by_digest(self) -> dict[str, File]:
        """The files that earlier looks saw, by each of their digests."""
        files = (file for version in self.versions.values() for file in version.files)
        return {digest: file for file in files for digest in file.digests}


@dataclass(frozen=True)
class Snapshot:
    """One look's view of one artifact.

    `whole`: `versions` are all there are, and `removed` names versions that the registry says it had and has no more,
    with the time it gives for them. Versions it has simply forgotten are found by comparing with the ledger.
    Otherwise (images) `versions` are those that this look saw the digest of, known or new, and `gone` the numbers
    that it saw to be no longer there.
    """

    artifact: Artifact
    versions: tuple[Version, ...]
    removed: tuple[Version, ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    quarantined: bool = False
    repository: str = ""
    """What the artifact's publisher says its repository is. Never proof."""
    unread: tuple[str, ...] = ()
    """What of the answer could not be read, a sentence each naming the field. What is not named here was read."""
    whole: bool = True
    gone: tuple[str, ...] = ()
    cursor: str = ""


class Registry(Protocol):
    """One registry family. A conversation is a pure function of its arguments and of the answers it is given."""

    TYPE: str
    """The purl type it serves."""

    SOURCE: str
    """What its attestations are called, in words."""

    def look(self, artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
        """See what is published; None: nothing has changed. Never raises on hostile input."""

    def gather(
        self, version: Version, place: Place, now: datetime
    ) -> Conversation[tuple[Attestation, ...] | Unreadable]:
        """The attestations of one version, as they are served, none looked into; never raises on hostile input.

        What cannot be fetched or taken apart has a `problem`: announced is never the same as absent.
        """
