"""The shape of every export, and the case file that it is given: everything the ledger holds about one incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from verifier.ledger.protocol import Dossier, Posted
from verifier.model import (
    Answer,
    Bulletin,
    Command,
    Incident,
    Member,
    Mute,
    Notice,
    Outcome,
    Repository,
    Run,
    Severity,
    Verdict,
    Waiver,
)


class NothingToExport(ValueError):
    """The format has no words for anything in this incident; says which one has."""


@dataclass(frozen=True)
class Held:
    """One version of the incident with all that the ledger holds of it.

    `earlier` is what an image's tag held before, oldest first. `verdicts` is every verdict it ever had: (when, the
    fingerprint of the files judged, it), oldest first. `dossier` None: the ledger no longer knows the version.
    """

    member: Member
    dossier: Dossier | None = None
    earlier: tuple[Dossier, ...] = ()
    verdicts: tuple[tuple[datetime, str, Verdict], ...] = ()
    waivers: tuple[Waiver, ...] = ()
    mutes: tuple[Mute, ...] = ()
    """Those of its line."""


@dataclass(frozen=True)
class CaseFile:
    """One incident with everything the ledger holds about it, as it stood at `at`. All text is unescaped.

    `by` is who exports it ('' where nobody said). `posts` are those at GitHub; `told_elsewhere` counts the others,
    whose addresses are nobody's business. `runs` are those that evidence or a finding names and the ledger holds.
    """

    incident: Incident
    severity: Severity
    at: datetime
    repository: Repository | None = None
    versions: tuple[Held, ...] = ()
    history: tuple[Notice, ...] = ()
    commands: tuple[tuple[Command, Answer | None], ...] = ()
    runs: tuple[Run, ...] = ()
    posts: tuple[Posted, ...] = ()
    told_elsewhere: int = 0
    bulletins: tuple[Bulletin, ...] = ()
    by: str = ""

    @property
    def owner(self) -> str:
        """The account that owns the repository; '' where the ledger no longer knows it."""
        return self.repository.full_name.partition("/")[0] if self.repository is not None else ""


class Export(Protocol):
    """One format. A module with these names satisfies it. All is pure: the same case file gives the same bytes."""

    NAME: str
    """What `--format` says."""
    MEDIA_TYPE: str
    SUFFIX: str
    """How a file of it ends, with the dot."""

    def export(self, case: CaseFile) -> bytes:
        """The file. Raises NothingToExport where the format has no words for anything in the incident."""

    def notes(self, case: CaseFile) -> tuple[str, ...]:
        """What a person must know before they use it: plain sentences, also about what is left out."""


def stamp(at: datetime) -> str:
    """A time as RFC 3339 in UTC, to the second: `2026-03-31T00:21:58Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def against(member: Member) -> bool:
    """It is non-compliant, and no person has taken it on themselves."""
    return member.outcome is Outcome.NON_COMPLIANT and not (member.waived or member.muted)
