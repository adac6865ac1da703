"""Explain: what people decided and asked about one version: waivers, mutes, acknowledgement, commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from verifier.ledger.protocol import Book, Dossier
from verifier.model import Command, Verb

NEWEST = 10
"""How many commands are shown."""

Shown = Callable[[str, int], str]
"""Text from outside made harmless for a terminal, and cut."""


def said_of(book: Book, dossier: Dossier, shown: Shown) -> tuple[str, ...]:
    """The lines about it, under their heading; empty where nobody said anything."""
    lines = [*_waivers(book, dossier, shown), *_mutes(book, dossier, shown), *_incident(book, dossier, shown)]
    return ("", "What people said of it:", *lines) if lines else ()


def _waivers(book: Book, dossier: Dossier, shown: Shown) -> Iterator[str]:
    version = dossier.version
    for waiver in book.incidents.waivers(version.artifact, version.number):
        which = "these files" if waiver.fingerprint == version.fingerprint else "other files"
        span = f"{_at(waiver.given_at)} until {_at(waiver.expires_at)}"
        yield f"  waived        by {shown(waiver.by, 100)}, {span}, {which}: {shown(waiver.reason, 300)}"


def _mutes(book: Book, dossier: Dossier, shown: Shown) -> Iterator[str]:
    for mute in book.incidents.mutes(dossier.version.artifact):
        if mute.line == dossier.version.line:
            span = f"{_at(mute.starts_at)} until {_at(mute.expires_at)}"
            yield f"  line muted    by {shown(mute.by, 100)}, {span}: {shown(mute.reason, 300)}"


def _incident(book: Book, dossier: Dossier, shown: Shown) -> Iterator[str]:
    incident = book.incidents.get(dossier.incident_id) if dossier.incident_id is not None else None
    if incident is None:
        return
    given = incident.acknowledged
    if given is not None:
        span = f"{_at(given.at)} until {_at(given.until)}"
        yield f"  acknowledged  by {shown(given.by, 100)}, {span}: {shown(given.reason, 300)}"
    answers = book.incidents.answers(incident.id)
    for command in book.incidents.commands(incident.id)[-NEWEST:]:
        answer = answers.get(command.id)
        became = shown(answer.sentence, 500) if answer is not None else "not answered yet"
        asked = f"{_at(command.at)} {shown(command.actor, 100)}: {_word(command)}"
        yield f"  command       {asked} → {became}"


def _word(command: Command) -> str:
    return "what is no command" if command.problem and command.verb is Verb.HELP else command.verb.value


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
