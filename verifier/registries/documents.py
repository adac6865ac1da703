"""The plain conversations: one document that shows every version, and documents of attestations, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from verifier.model import Artifact, Attestation, Version
from verifier.registries.base import Absent, Ask, Conversation, Page, Snapshot, Unreadable

SETTLES_WITHIN = timedelta(hours=1)
"""How long a registry may announce attestations before it serves them."""


def document(
    ask: Ask, artifact: Artifact, read: Callable[[Page], Snapshot | Unreadable]
) -> Conversation[Snapshot | Unreadable | None]:
    """Ask for one document that shows everything. What is not there has no versions."""
    answer = yield ask
    match answer:
        case Unreadable():
            return answer
        case Absent():
            return Snapshot(artifact, ())
        case Page(status=304):
            return None
        case Page():
            return read(answer)


def attestations(
    version: Version,
    asks: Iterable[Ask],
    source: str,
    read: Callable[[Version, Page], tuple[Attestation, ...]],
    now: datetime,
) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """Ask for each document announced. One that is not served yet is waited for; one that never comes is said."""
    found: list[Attestation] = []
    for ask in asks:
        answer = yield ask
        match answer:
            case Unreadable():
                return answer
            case Absent() if now - version.at < SETTLES_WITHIN:
                return Unreadable(ask.url, "the registry announces attestations and does not serve them yet")
            case Absent():
                found.append(Attestation(source, problem="It is announced, but not there."))
            case Page():
                found += read(version, answer)
    return tuple(found)
