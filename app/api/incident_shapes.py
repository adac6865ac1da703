"""Incidents as the API answers with them, and what becomes of what somebody asks about one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from checks.report import headline
from verifier.model import (
    Acknowledgement,
    Answer,
    Command,
    Incident,
    IncidentState,
    Member,
    Notice,
    NoticeKind,
    Outcome,
    Severity,
    Verb,
)
from verifier.verdict.commands import code_of
from verifier.verdict.severity import severity_of


@dataclass(frozen=True)
class AcknowledgedShown:
    """Who looks after it, until when."""

    by: str
    reason: str
    at: datetime
    until: datetime

    @classmethod
    def of(cls, given: Acknowledgement | None) -> AcknowledgedShown | None:
        """The same, or nothing."""
        return None if given is None else cls(given.by, given.reason, given.at, given.until)


@dataclass(frozen=True)
class IncidentShown:
    """One incident in one line. `code` binds an action to what stands open now; null: nothing does."""

    id: str
    state: IncidentState
    severity: Severity
    rogue: bool
    title: str
    repository_id: int
    opened_at: datetime
    versions: int
    open_versions: int
    acknowledged: AcknowledgedShown | None
    code: str | None

    @classmethod
    def of(cls, incident: Incident) -> IncidentShown:
        """What is said of an incident in a list."""
        stands = sum(member.open for member in incident.members)
        return cls(
            incident.id,
            incident.state,
            severity_of(incident),
            incident.rogue,
            headline(incident) if incident.members else "Nothing is left in it",
            incident.repository_id,
            incident.opened_at,
            len(incident.members),
            stands,
            AcknowledgedShown.of(incident.acknowledged),
            code_of(incident) if stands else None,
        )


@dataclass(frozen=True)
class MemberShown:
    """One version in an incident, as it stands now. `sentences` say why, strongest first."""

    purl: str
    version: str
    fingerprint: str
    outcome: Outcome
    confidence: str
    suspect: bool
    open: bool
    waived: bool
    muted: bool
    removed: bool
    gone: bool
    reasons: tuple[str, ...]
    sentences: tuple[str, ...]
    anomalies: tuple[str, ...]
    links: tuple[str, ...]
    digests: tuple[str, ...]
    account: str
    published_at: datetime | None
    detected_at: datetime

    @classmethod
    def of(cls, member: Member) -> MemberShown:
        """What is said of a version in an incident."""
        m = member
        return cls(
            m.artifact.purl,
            m.number,
            m.fingerprint,
            m.outcome,
            m.confidence,
            m.suspect,
            m.open,
            m.waived,
            m.muted,
            m.removed,
            m.gone,
            m.reasons,
            m.sentences,
            m.anomalies,
            m.links,
            m.digests,
            m.account,
            m.published_at,
            m.detected_at,
        )


@dataclass(frozen=True)
class NoticeShown:
    """One change; `purl` null: of the incident as a whole."""

    kind: NoticeKind
    at: datetime
    purl: str | None
    version: str
    by: str
    note: str

    @classmethod
    def of(cls, notice: Notice) -> NoticeShown:
        """What is said of a change."""
        purl = notice.artifact.purl if notice.artifact is not None else None
        return cls(notice.kind, notice.at, purl, notice.number, notice.by, notice.note)


@dataclass(frozen=True)
class CommandShown:
    """What somebody asked, and what became of it; null while nobody answered."""

    verb: Verb
    by: str
    at: datetime
    reason: str
    accepted: bool | None
    waits: bool | None
    answer: str | None

    @classmethod
    def of(cls, command: Command, answer: Answer | None) -> CommandShown:
        """What is said of a command."""
        said = (None, None, None) if answer is None else (answer.accepted, answer.waits, answer.sentence)
        return cls(command.verb, command.actor, command.at, command.reason, *said)


@dataclass(frozen=True)
class IncidentInFull:
    """One incident with its versions, its history, and what people asked."""

    summary: IncidentShown
    repository: str | None
    members: tuple[MemberShown, ...]
    history: tuple[NoticeShown, ...]
    commands: tuple[CommandShown, ...]

    @classmethod
    def of(
        cls,
        incident: Incident,
        repository: str | None,
        history: Iterable[Notice],
        commands: Iterable[tuple[Command, Answer | None]],
    ) -> IncidentInFull:
        """Everything that is known of an incident."""
        return cls(
            IncidentShown.of(incident),
            repository,
            tuple(MemberShown.of(member) for member in incident.members),
            tuple(NoticeShown.of(notice) for notice in history),
            tuple(CommandShown.of(command, answer) for command, answer in commands),
        )


@dataclass(frozen=True)
class Done:
    """What an action did, in words. `waits`: it takes effect later."""

    sentence: str
    waits: bool
    at: datetime

    @classmethod
    def of(cls, answer: Answer) -> Done:
        """What became of a command that was obeyed."""
        return cls(answer.sentence, answer.waits, answer.at)
