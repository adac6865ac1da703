"""Facts as lines of the audit log: what people decided, and what changed by their hand."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from verifier.ledger.views import Deed, DeedKind
from verifier.model import (
    Act,
    Answer,
    Artifact,
    Command,
    CommandGiven,
    Conduct,
    ConductSet,
    Enrolment,
    EnrolmentAnswered,
    Fact,
    LineMuted,
    Publisher,
    PublishersSet,
    Reply,
    WaiverGiven,
)

SHOWN = 20
"""The most artifacts that one line names."""


@dataclass(frozen=True)
class Subject:
    """What a deed is about: who may see one of these may see it. `command_id` leads to the answer."""

    repository_id: int | None = None
    artifact: Artifact | None = None
    command_id: str | None = None


def subject_of(fact: Fact) -> Subject | None:
    """What the line of this fact is about; None where the fact is nobody's deed."""
    match fact:
        case WaiverGiven(waiver):
            return Subject(artifact=waiver.artifact)
        case LineMuted(mute):
            return Subject(artifact=mute.artifact)
        case CommandGiven(command):
            return Subject(command.repository_id, command_id=command.id)
        case ConductSet(repository_id) | PublishersSet(repository_id):
            return Subject(repository_id)
        case EnrolmentAnswered(asked, reply):
            return _enrolled_about(asked, reply)
        case _:
            return None


def deed_of(sequence: int, recorded_at: datetime, fact: Fact, answer: Answer | None = None) -> Deed:
    """The line of one fact. Raises ValueError where `subject_of` gives None."""
    match fact:
        case WaiverGiven(waiver):
            sentence = f"Waived {waiver.number} until {waiver.expires_at:%Y-%m-%d %H:%M} UTC{_why(waiver.reason)}"
            return Deed(
                sequence,
                DeedKind.WAIVED,
                waiver.given_at,
                waiver.by,
                sentence,
                artifact=waiver.artifact,
                number=waiver.number,
            )
        case LineMuted(mute):
            span = f"from {mute.starts_at:%Y-%m-%d %H:%M} to {mute.expires_at:%Y-%m-%d %H:%M} UTC"
            sentence = f"Muted the line {mute.line} {span}{_why(mute.reason)}"
            return Deed(sequence, DeedKind.MUTED, mute.given_at, mute.by, sentence, artifact=mute.artifact)
        case CommandGiven(command):
            return _commanded(sequence, command, answer)
        case ConductSet(repository_id, conduct):
            sentence = f"Changed how the repository is spoken to: {_differing(conduct)}."
            return Deed(sequence, DeedKind.CONDUCT, recorded_at, "config", sentence, repository_id)
        case PublishersSet(repository_id, source, publishers):
            return Deed(sequence, DeedKind.PUBLISHERS, recorded_at, source, _named(publishers), repository_id)
        case EnrolmentAnswered(asked, reply):
            return _enrolled(sequence, asked, reply)
        case _:
            raise ValueError(f"{type(fact).__name__} is nobody's deed")


def _commanded(sequence: int, command: Command, answer: Answer | None) -> Deed:
    asked = f"Asked: {command.verb.value}{_why(command.reason)}"
    became = "Not answered yet." if answer is None else answer.sentence
    return Deed(
        sequence,
        DeedKind.COMMANDED,
        command.at,
        command.actor,
        f"{asked} {became}",
        command.repository_id,
        incident_id=command.incident_id,
    )


def _enrolled_about(asked: Enrolment, reply: Reply) -> Subject:
    """Whoever asked about a repository is read about there. What those who run the monitor did to an artifact: by all
    who see it; that they were refused, by themselves alone."""
    if not asked.of_operator:
        return Subject(asked.repository_id)
    return Subject(artifact=asked.artifact) if reply.accepted else Subject()


def _enrolled(sequence: int, asked: Enrolment, reply: Reply) -> Deed:
    if asked.act is Act.WATCH:
        files = ", ".join(path.removeprefix(".github/workflows/") for path in asked.workflows[:SHOWN])
        what = f"Asked to watch it, published by {files} of {asked.repository}"
    else:
        what = "Asked to stop watching it" if asked.act is Act.STOP else "Asked to watch it again"
    sentence = f"{what}{_why(asked.reason)} {reply.sentence}"
    about = asked.repository_id or None
    return Deed(sequence, DeedKind.ENROLLED, asked.at, asked.actor, sentence, about, asked.artifact)


def _why(reason: str) -> str:
    return f": {reason.rstrip('.')}." if reason else "."


def _differing(conduct: Conduct) -> str:
    usual = Conduct()
    changed = [f.name for f in fields(Conduct) if getattr(conduct, f.name) != getattr(usual, f.name)]
    return ", ".join(f"{name} {_value(getattr(conduct, name))}" for name in changed) or "as usual"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return " ".join(value) or "none" if isinstance(value, tuple) else str(value)


def _named(publishers: tuple[Publisher, ...]) -> str:
    labels = list(dict.fromkeys(publisher.artifact.label for publisher in publishers))
    if not labels:
        return "Publishes nothing any more."
    more = f" and {len(labels) - SHOWN:,} more" if len(labels) > SHOWN else ""
    return f"Publishes {', '.join(labels[:SHOWN])}{more}."
