"""What we say: notices (what changed), incidents (what one alert is about) and waivers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model.artifact import Artifact, Line
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
    CHANGED = "changed"
    """The files of a version that stands open are other ones than were told of."""
    WAIVED = "waived"
    """An authorised person said of exactly this version that it is theirs."""
    OPENED = "opened"
    """The incident began."""
    ACKNOWLEDGED = "acknowledged"
    """An authorised person looks after the incident, until a date."""
    LAPSED = "lapsed"
    """An acknowledgement ran out, and the incident still stands open."""
    RESOLVED = "resolved"
    """Nothing in the incident stands open any more."""
    REOPENED = "reopened"
    """Something stands open that its resolution, or its acknowledgement, was not about."""
    TAMPERED = "tampered"
    """What we said on GitHub was closed or deleted by somebody without the right to end the incident."""


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
    gone: bool = False
    """It was taken down so long ago that nothing is left to be done about it here."""
    muted: bool = False
    """Its line is muted, and nothing but an absence or a suspicion speaks against it."""
    since: datetime | None = None
    """When it came to stand as badly as it does, with these files; None: since it was detected."""

    @property
    def as_it_is_since(self) -> datetime:
        """What was said of it before this time was about other files, or about less."""
        return self.since or self.detected_at

    @property
    def stands(self) -> bool:
        """Something speaks against the version, waived or not: its outcome, a suspicion, or an anomaly."""
        odd = self.outcome is Outcome.COMPLIANT and bool(self.odd)
        return self.outcome is Outcome.NON_COMPLIANT or self.suspect or odd

    @property
    def open(self) -> bool:
        """It still stands, nobody has taken it on themselves, and it is still there."""
        return self.stands and not (self.waived or self.gone or self.muted)


class IncidentState(StrEnum):
    """Where an incident stands. It is resolved when every verdict in it flipped, is waived, or its version is gone."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """It stands open, and an authorised person looks after it."""
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Acknowledgement:
    """An authorised person looks after an incident until `until`. It ends nothing and changes no verdict."""

    by: str
    reason: str
    at: datetime
    until: datetime


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
    acknowledged: Acknowledgement | None = None
    """The last one, also when it ran out."""


@dataclass(frozen=True)
class Notice:
    """One change about one version in one incident, or about the incident, kept as its history.

    `by` is who did it ('' where that is nobody's act), `note` what they said; both unescaped.
    """

    kind: NoticeKind
    incident_id: str
    artifact: Artifact | None
    """None: the incident as a whole."""
    number: str
    at: datetime
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Waiver:
    """An authorised person's dated, expiring word for one exact version. It never changes a verdict."""

    artifact: Artifact
    number: str
    fingerprint: str
    by: str
    reason: str
    given_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Mute:
    """An authorised person silences absences and suspicions of one release line from `starts_at` to `expires_at`.

    What is proven against a version is never muted.
    """

    artifact: Artifact
    line: Line
    by: str
    reason: str
    given_at: datetime
    starts_at: datetime
    expires_at: datetime
