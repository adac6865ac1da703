"""GitHub's registry of images: like any other, except for who may read what is private.

Public packages are read with the anonymous token. GitHub lets no App's own token read a private one: that takes a
classic token of a user (docs.github.com, "Working with the Container registry").
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from verifier.image_hosts import GITHUB
from verifier.model import Artifact, Attestation, Version
from verifier.registries import oci
from verifier.registries.base import Conversation, Memory, Place, Snapshot, Unreadable
from verifier.registries.distribution import referrers

TYPE = "oci"
SOURCE = referrers.SOURCE


def serves(host: str) -> bool:
    """Whether images of this host are this registry's."""
    return host == GITHUB


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """See which tags there are, and what some of them point at."""
    found = yield from oci.look(artifact, place, memory)
    return _explained(found, artifact) if isinstance(found, Unreadable) else found


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """The attestations of the digest that the tag points at."""
    found = yield from oci.gather(version, place, now)
    return _explained(found, version.artifact) if isinstance(found, Unreadable) else found


def _explained(refusal: Unreadable, artifact: Artifact) -> Unreadable:
    if not refusal.refused:
        return refusal
    problem = (
        f"{artifact.image} is private, or is not there ({refusal.status}). GitHub lets no App read private packages "
        "with its own token: put a classic token with read:packages of a machine user into the registry logins, or "
        "make the package public."
    )
    return replace(refusal, problem=problem)
