"""What the monitor said about each publication, and when it first spoke up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sandbox.corpus.truth import Publication, publications
from sandbox.results import Result, Stood, Told
from verifier.model import File, Line, Version


class Said(StrEnum):
    """The columns of the confusion matrix. `suspect` is an `unverifiable` that the maintainer is asked about."""

    NON_COMPLIANT = "non_compliant"
    SUSPECT = "suspect"
    COMPLIANT_ANOMALY = "compliant + anomaly"
    COMPLIANT = "compliant"
    PENDING = "pending"
    UNVERIFIABLE = "unverifiable"
    NOTHING = "nothing"


ALARMS = (Said.NON_COMPLIANT, Said.SUSPECT)


@dataclass(frozen=True)
class Answer:
    """What was said about one publication.

    `said` and `confidence` stood when it ended; `alarmed` is the loudest that was ever said meanwhile, and `alarm_at`
    when its first alarm was; `anomaly_at` when its first anomaly was said. None: never.
    """

    scenario: str
    kind: str
    publication: Publication
    said: Said
    confidence: str
    alarmed: Said | None
    alarm_at: datetime | None
    anomaly_at: datetime | None

    @property
    def delay(self) -> timedelta | None:
        """From the publication to the first alarm; None: there was none."""
        return self.alarm_at - self.publication.at if self.alarm_at else None


def answers(result: Result) -> tuple[Answer, ...]:
    """One answer for each publication of a scenario that was played."""
    told = {(told.artifact, told.version): told for told in result.versions}
    return tuple(
        _answer(result, publication, told.get((publication.artifact, publication.version)))
        for publication in publications(result.scenario)
    )


def _answer(result: Result, this: Publication, told: Told | None) -> Answer:
    ends = this.until == result.scenario.until
    about = [
        stood
        for stood in (told.history if told else ())
        if (stood.at <= this.until if ends else stood.at < this.until)
        and (not this.digest or stood.fingerprint == _fingerprint(this))
    ]
    meanwhile = [stood for stood in about if stood.at >= this.at]
    loud = [(stood, said(stood)) for stood in meanwhile if said(stood) in ALARMS]
    odd = [stood.at for stood in meanwhile if stood.anomalies]
    return Answer(
        scenario=result.scenario.name,
        kind=result.scenario.kind,
        publication=this,
        said=said(about[-1]) if about else Said.NOTHING,
        confidence=about[-1].confidence if about else "",
        alarmed=min((word for _, word in loud), key=ALARMS.index, default=None),
        alarm_at=loud[0][0].at if loud else None,
        anomaly_at=odd[0] if odd else None,
    )


def said(stood: Stood) -> Said:
    """A verdict in the words of the matrix."""
    if stood.outcome == Said.NON_COMPLIANT:
        return Said.NON_COMPLIANT
    if stood.suspect:
        return Said.SUSPECT
    if stood.outcome == Said.COMPLIANT and stood.anomalies:
        return Said.COMPLIANT_ANOMALY
    return Said(stood.outcome)


def _fingerprint(this: Publication) -> str:
    """That of a tag which points at these bytes."""
    files = (File("image", (this.digest,)),)
    return Version(this.artifact, this.version, Line("release", 0), (), this.at, files=files).fingerprint
