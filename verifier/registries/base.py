"""The shape every registry has: which addresses to ask, and readers from bytes to facts. It never dials by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from verifier.model import Artifact, Attestation, Version


@dataclass(frozen=True)
class Ask:
    """One request to make. `limit` is the most bytes of body to accept."""

    url: str
    accept: str
    limit: int


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

    `retry_after` is in seconds, where the other side said when to come back.
    """

    url: str
    problem: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Snapshot:
    """One registry's whole view of one artifact, read at `read_at`.

    `removed` names versions that the registry says it had and has no more, with the time it gives for them.
    Versions it has simply forgotten are found by comparing with the ledger.
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


class Registry(Protocol):
    """One registry family. Everything here is a pure function of its arguments."""

    TYPE: str
    """The purl type it serves."""

    SOURCE: str
    """What its attestations are called, in words."""

    def ask(self, artifact: Artifact, base: str) -> Ask:
        """What to fetch to see every version. `base` is the registry's address from the settings."""

    def read(self, artifact: Artifact, page: Page, read_at: datetime) -> Snapshot | Unreadable:
        """The body of that answer as a snapshot; never raises on hostile input."""

    def ask_evidence(self, version: Version, base: str) -> tuple[Ask, ...]:
        """What to fetch to see the attestations of one version; empty when it has none."""

    def read_evidence(self, version: Version, page: Page) -> tuple[Attestation, ...]:
        """That answer taken apart into single attestations, none looked into; never raises on hostile input.

        What cannot be taken apart has a `problem`: announced is never the same as absent.
        """
