"""A registry that does not answer: it backs off alone, is told of once, and its artifacts just wait."""

from __future__ import annotations

from datetime import datetime

from app.polling.rhythm import host_of
from app.settings import Settings
from verifier.ledger.looks import POLL, Silence, failed, registry_name
from verifier.ledger.protocol import Book
from verifier.model import Artifact
from verifier.registries.base import Unreadable


def heard_nothing(book: Book, settings: Settings, artifact: Artifact, answer: Unreadable, now: datetime) -> bool:
    """Note that an artifact could not be looked at. True where it is the registry and not the artifact.

    An answer that is about this artifact (a refusal, a page that cannot be read) says nothing about the others.
    """
    if not _is_silence(answer):
        return False
    registry = registry_name(artifact)
    before = book.looks.silence(registry)
    silence = failed(before, registry, artifact.purl, answer.problem, now, answer.retry_after)
    book.looks.put_silence(silence)
    if not silence.silent:
        return False
    if before is None or not before.silent:
        for purl in silence.failed:
            book.health.solve(f"{POLL} {purl}")
    book.health.report(_subject(registry), _sentence(silence, host_of(settings, registry)), now)
    return True


def answered(book: Book, registry: str) -> None:
    """It is there."""
    if book.looks.silence(registry) is not None:
        book.looks.end_silence(registry)
        book.health.solve(_subject(registry))


def _is_silence(answer: Unreadable) -> bool:
    """No answer came, or one that is about the host."""
    return answer.status in (0, 429) or answer.status >= 500


def _subject(registry: str) -> str:
    return f"registry {registry}"


def _sentence(silence: Silence, host: str) -> str:
    return (
        f"{host or silence.registry} has not answered since {silence.since:%Y-%m-%d %H:%M} UTC, so nothing new of it "
        f"is seen: {silence.problem} One artifact at a time is tried until it answers; the others wait."
    )
