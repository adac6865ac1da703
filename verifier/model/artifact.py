"""What we watch: artifacts, their published versions and the files of a version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote


@dataclass(frozen=True, order=True)
class Artifact:
    """A package or image, named by its canonical purl without a version.

    Build one from text with `verifier.purls.artifact`, which checks and normalises it.
    Source: the package-url specification (github.com/package-url/purl-spec).
    """

    purl: str

    @property
    def type(self) -> str:
        """The purl type: `npm`, `pypi`, `docker`, `oci`."""
        return self.purl.removeprefix("pkg:").split("/", 1)[0]

    @property
    def name(self) -> str:
        """The name as its registry spells it: `@scope/name`, `widget`, `namespace/image`."""
        path = self.purl.removeprefix("pkg:").split("/", 1)[1]
        return unquote(path.split("?", 1)[0].split("#", 1)[0])

    @property
    def scope(self) -> str | None:
        """The part of the name that names an owner: `@scope`, `namespace`; None where there is none."""
        return self.name.rsplit("/", 1)[0] if "/" in self.name else None


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
class File:
    """One file of a version: an npm tarball, a wheel, an sdist, an image platform.

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


@dataclass(frozen=True, order=True)
class Line:
    """The release line a version belongs to; habits are learned per line.

    `channel` is the pre-release identifier (`alpha`, `rc`, …) or `release`; `major` the first number.
    """

    channel: str
    major: int

    def __str__(self) -> str:
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

    @property
    def fingerprint(self) -> str:
        """Hash of the names and digests of all files: a changed file set is judged anew."""
        lines = sorted(f"{file.name} {' '.join(file.digests)}" for file in self.files)
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def at(self) -> datetime:
        """When it was published as far as we can tell: the registry's time, else our first look."""
        return self.published_at or self.first_seen_at

    @property
    def last_at(self) -> datetime:
        """When its newest file was published: a wheel may come days after the rest."""
        return max([self.at, *(file.published_at for file in self.files if file.published_at is not None)])

    @property
    def attested(self) -> bool:
        """Every file has provenance at the registry (unverified)."""
        return bool(self.files) and all(file.attested for file in self.files)

    def __str__(self) -> str:
        return f"{self.artifact.name}@{self.number}"
