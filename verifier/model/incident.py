"""What we say: notices (what changed), incidents (what one alert is about) and waivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model.artifact import Artifact
from verifier.model.verdict import Outcome


class NoticeKind(StrEnum):
    """What changed and is worth saying. A first `compliant` makes no notice."""

    ROGUE = "rogue"
    """A version became `non_compliant`."""
    SUSPECT = "suspect"
    """An `unverifiable` version became suspect: "was this you?"."""
    ANOMALY = "anomaly"
    """Something about a `compliant` version is odd: a valid run may publish hostile code."""
    CLEARED = "cleared"
    """A version that was `non_compliant` or suspect no longer is."""
    REMOVED = "removed"
    """A version that is `non_compliant` or suspect was taken down."""
    WAIVED = "waived"
    """An authorised person acknowledged exactly this version."""


@dataclass(frozen=True)
class Member:
    """One version in an incident, as it stands now. `sentences` say why, strongest first; unescaped."""

    artifact: Artifact
    number: str
    fingerprint: str
    outcome: Outcome
    confidence: str
    suspect: bool
    reasons: tuple[str, ...]
    sentences: tuple[str, ...]
    links: tuple[str, ...]
    published_at: datetime | None
    detected_at: datetime
    digests: tuple[str, ...] = ()
    account: str = ""
    anomalies: tuple[str, ...] = ()
    removed: bool = False
    waived: bool = False
    good_digest: str = ""
    """What an image's tag should hold, where an approved run accounts for that; '' where none is known."""
    good_image: str = ""
    """The image in another registry that has the good digest, where this one never had any; else ''."""
    earlier_digest: str = ""
    """What an image's tag held last before, whether a run accounts for it or not; '' where nothing is known."""
    odd: tuple[str, ...] = ()
    """The reason ids of its anomalies."""

    @property
    def stands(self) -> bool:
        """Something speaks against the version, acknowledged or not: its outcome, a suspicion, or an anomaly."""
        odd = self.outcome is Outcome.COMPLIANT and bool(self.odd)
        return self.outcome is Outcome.NON_COMPLIANT or self.suspect or odd

    @property
    def open(self) -> bool:
        """It still stands and nobody has acknowledged it."""
        return self.stands and not self.waived


class IncidentState(StrEnum):
    """Where an incident stands. It is resolved when every verdict in it flipped or is waived."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Incident:
    """What one alert is about: one repository and one cause within 24 hours, with all its versions.

    `rogue` True when at least one member is (or was) `non_compliant`; False: suspects and anomalies only, said once and
    quietly.
    """

    id: str
    repository_id: int
    opened_at: datetime
    state: IncidentState
    rogue: bool
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Notice:
    """One change about one version in one incident, kept as the incident's history."""

    kind: NoticeKind
    incident_id: str
    artifact: Artifact
    number: str
    at: datetime


@dataclass(frozen=True)
class Waiver:
    """An authorised person's dated, expiring acknowledgement of one exact version. It never changes a verdict."""

    artifact: Artifact
    number: str
    fingerprint: str
    by: str
    reason: str
    given_at: datetime
    expires_at: datetime
