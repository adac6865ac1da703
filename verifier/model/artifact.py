"""What we watch: artifacts, their published versions and the files of a version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from urllib.parse import parse_qs, unquote

IMAGES = ("docker", "oci")
"""The purl types of container images: those of Docker Hub, and those of any other registry."""

UNTOLD = timedelta(days=31)
"""How long before first contact an image's tag may have been pushed, where nobody says when: what runs GitHub lists."""

DOCKER_HUB = "docker.io"
"""What people call Docker Hub in the name of an image."""


@dataclass(frozen=True, order=True)
class Artifact:
    """A package or image, named by its canonical purl without a version.

    Build one from text with `verifier.purls.artifact`, which checks and normalises it.
    Source: the package-url specification (github.com/package-url/purl-spec).
    """

    purl: str

    @cached_property
    def type(self) -> str:
        """The purl type: `npm`, `pypi`, `docker`, `oci`."""
        return self.purl.removeprefix("pkg:").split("/", 1)[0]

    @cached_property
    def name(self) -> str:
        """The name as its registry spells it: `@scope/name`, `widget`, `namespace/image`."""
        path = self.purl.removeprefix("pkg:").split("/", 1)[1]
        return unquote(path.split("?", 1)[0].split("#", 1)[0])

    @property
    def scope(self) -> str | None:
        """The part of the name that names an owner: `@scope`, `namespace`; None where there is none."""
        return self.name.rsplit("/", 1)[0] if "/" in self.name else None

    @property
    def label(self) -> str:
        """What people call it: the name, or for an image outside of Docker Hub its whole repository."""
        return self.image if self.type == "oci" else self.name

    def versioned(self, number: str) -> str:
        """One version as people call it: `@scope/name@1.2.3`, `namespace/image:1.2.3`."""
        return f"{self.label}{':' if self.is_image else '@'}{number}"

    @cached_property
    def is_image(self) -> bool:
        """It is a container image: its versions are tags, which can be made to point at other bytes."""
        return self.type in IMAGES

    @property
    def image(self) -> str:
        """An image's repository in full, host first: `docker.io/ns/name`, `ghcr.io/owner/name`; '' for packages."""
        if self.type == "docker":
            return f"{DOCKER_HUB}/{self.name}"
        qualifiers = parse_qs(self.purl.partition("?")[2].partition("#")[0])
        return qualifiers.get("repository_url", [""])[0] if self.type == "oci" else ""


class AccountKind(StrEnum):
    """Who the registry says published: a person's account (or token) or a trusted publisher (OIDC)."""

    PERSON = "person"
    TRUSTED_PUBLISHER = "trusted_publisher"


@dataclass(frozen=True)
class Account:
    """The publishing account as the *registry* states it (npm `_npmUser`); never a field the publisher writes."""

    name: str
    kind: AccountKind
    approver: str | None = None
    """Staged publishing: the person who approved it later, outside the run (npm `_npmUser.approver`)."""


@dataclass(frozen=True, order=True)
class Span:
    """From when to when: the earliest and the latest time at which something can have happened."""

    since: datetime
    until: datetime

    def around(self, margin: timedelta) -> Span:
        """The same, so much longer at either end."""
        return Span(self.since - margin, self.until + margin)

    def meets(self, since: datetime, until: datetime) -> bool:
        """It has a moment in common with the time from `since` to `until`."""
        return self.since <= until and since <= self.until


@dataclass(frozen=True, order=True)
class Part:
    """One platform of an image, in an index whose digest covers its own: `linux/arm64/v8`, `sha256:…`."""

    platform: str
    digest: str


@dataclass(frozen=True, order=True)
class File:
    """One file of a version: an npm tarball, a wheel, an sdist, the manifest or index that a tag points at.

    `digests` are `algorithm:lowercase-hex`, sorted. `published_at` is the registry's time, None where it gives none.
    """

    name: str
    digests: tuple[str, ...] = ()
    published_at: datetime | None = None
    yanked: bool = False
    attested: bool = False
    """The registry says that it holds provenance for this file; nobody has verified it by this."""
    removed: bool = False
    """The registry showed it once and no longer does; what we saw of it stays."""
    parts: tuple[Part, ...] = ()
    """The platforms of an image's index, signatures and attestations left out; empty: one manifest, or not read."""


@dataclass(frozen=True, order=True)
class Line:
    """The release line a version belongs to; habits are learned per line.

    `channel` is the pre-release identifier (`alpha`, `rc`, …) or `release`; `major` the first number, -1 for a tag that
    has none (`latest`, `sha-1f2e3d`): its line is called by its first word alone.
    """

    channel: str
    major: int

    def __str__(self) -> str:
        if self.major < 0:
            return self.channel
        return f"{self.major}.x" if self.channel == "release" else f"{self.major}.x {self.channel}"


@dataclass(frozen=True)
class Version:
    """One published version as its registry shows it, with the times the registry gives and our own first look.

    `published_at` is the registry's time of the version (its earliest file); it may be None for a version that
    was first seen already removed. `first_seen_at` is ours. `removed_at` is when *we* first saw it gone.
    `rank` orders versions within an artifact (numbers of the release, pre-releases before their release).
    """

    artifact: Artifact
    number: str
    line: Line
    rank: tuple[int, ...]
    first_seen_at: datetime
    published_at: datetime | None = None
    files: tuple[File, ...] = ()
    account: Account | None = None
    removed_at: datetime | None = None
    quarantined: bool = False
    placeholder: bool = False
    """The registry's own stand-in (npm `0.0.1-security`, `0.0.0-stage`): shown, never judged."""
    install_scripts: bool = False
    moving: bool = False
    """An image's tag that is made to move, by its shape: `latest`, `3.4`, `main`."""
    unseen_at: datetime | None = None
    """The last look that did not show it so: where the registry gives no time, it was published after this."""
    seen_at: datetime | None = None
    """The last look that showed a tag so, for what it held before; of what it holds now the ledger keeps that apart."""

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the names and digests of all files: a changed file set is judged anew."""
        lines = sorted(f"{file.name} {' '.join(file.digests)}" for file in self.files)
        return "sha256:" + hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def at(self) -> datetime:
        """When it was published as far as we can tell: the registry's time, else our first look."""
        return self.published_at or self.first_seen_at

    def span_of(self, file: File) -> Span:
        """When a file can have been published: the registry's time, else between our last two looks."""
        at = file.published_at or self.published_at
        if at is not None:
            return Span(at, at)
        since = self.unseen_at or self.first_seen_at
        if self.unseen_at is None and self.artifact.is_image and file.digests:
            since -= UNTOLD
        return Span(min(since, self.first_seen_at), self.first_seen_at)

    @property
    def spans(self) -> tuple[Span, ...]:
        """When its files can have been published, each by itself; the version's own where none was ever seen."""
        return tuple(sorted({self.span_of(file) for file in self.files or (File(""),)}))

    @property
    def last_at(self) -> datetime:
        """When its newest file was published: a wheel may come days after the rest."""
        return max([self.at, *(file.published_at for file in self.files if file.published_at is not None)])

    @property
    def attested(self) -> bool:
        """Every file has provenance at the registry (unverified)."""
        return bool(self.files) and all(file.attested for file in self.files)

    def __str__(self) -> str:
        return self.artifact.versioned(self.number)
