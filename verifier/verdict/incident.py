"""Incidents: what is worth saying about a verdict that changed, and to which alert it belongs. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.model import Incident, IncidentState, Member, NoticeKind, Outcome, Verdict, Version

TOGETHER = timedelta(hours=24)
"""Versions of one repository noticed within this time are one incident: TanStack is one alert, not 84."""


NEAR_INCIDENT = timedelta(days=7)
"""Within this time of an incident, unexplained kin is looked at again."""


def what_changed(known: Member | None, member: Member) -> NoticeKind | None:
    """What a member's new state is worth saying; None when it is nothing new."""
    if known is None:
        return _first(member) if member.stands else None
    if member.waived and not known.waived:
        return NoticeKind.WAIVED
    if not member.stands and known.stands:
        return NoticeKind.CLEARED
    if member.outcome is Outcome.NON_COMPLIANT and known.outcome is not Outcome.NON_COMPLIANT:
        return NoticeKind.ROGUE
    if member.suspect and not known.suspect and member.outcome is not Outcome.NON_COMPLIANT:
        return NoticeKind.SUSPECT
    if member.stands and member.outcome is Outcome.COMPLIANT and not set(member.odd) <= set(known.odd):
        return NoticeKind.ANOMALY
    if member.removed and not known.removed and member.stands:
        return NoticeKind.REMOVED
    return None


def _first(member: Member) -> NoticeKind:
    if member.outcome is Outcome.NON_COMPLIANT:
        return NoticeKind.ROGUE
    return NoticeKind.SUSPECT if member.suspect else NoticeKind.ANOMALY


def member_of(version: Version, verdict: Verdict, detected_at: datetime, waived: bool) -> Member:
    """One version as an incident lists it."""
    shown = verdict.reasons
    return Member(
        artifact=version.artifact,
        number=version.number,
        fingerprint=version.fingerprint,
        outcome=verdict.outcome,
        confidence=verdict.confidence.word,
        suspect=verdict.suspect,
        reasons=tuple(finding.reason for finding in shown),
        sentences=tuple(finding.sentence for finding in shown),
        links=tuple(dict.fromkeys(link for finding in shown for link in finding.links)),
        published_at=version.published_at,
        detected_at=detected_at,
        digests=tuple(digest for file in version.files for digest in file.digests),
        account=version.account.name if version.account is not None else "",
        anomalies=tuple(finding.sentence for finding in verdict.anomalies),
        removed=version.removed_at is not None,
        waived=waived,
        odd=tuple(dict.fromkeys(finding.reason for finding in verdict.anomalies)),
    )


def place(recent: Iterable[Incident], repository_id: int, member: Member, now: datetime) -> Incident:
    """The incident that a member newly stands in: the repository's of the last 24 hours, else a new one."""
    for incident in recent:
        if incident.repository_id == repository_id and now - incident.opened_at <= TOGETHER:
            return with_member(incident, member)
    seed = f"{repository_id} {member.artifact.purl} {member.number} {member.fingerprint}"
    name = hashlib.sha256(seed.encode()).hexdigest()[:16]
    return with_member(Incident(name, repository_id, now, IncidentState.OPEN, rogue=False, members=()), member)


def find(incident: Incident, member: Member) -> Member | None:
    """The same version in an incident."""
    return next((m for m in incident.members if _key(m) == _key(member)), None)


def with_member(incident: Incident, member: Member) -> Incident:
    """The incident with this member's newest state. It is resolved when nothing in it stands open; else open.

    A member keeps the time at which it was first noticed, whatever is found out about it later.
    """
    known = find(incident, member)
    if known is not None:
        member = replace(member, detected_at=min(known.detected_at, member.detected_at))
    members = (*(m for m in incident.members if _key(m) != _key(member)), member)
    ordered = tuple(sorted(members, key=lambda m: (m.published_at or m.detected_at, m.artifact.purl, m.number)))
    state = IncidentState.OPEN if any(m.open for m in ordered) else IncidentState.RESOLVED
    rogue = incident.rogue or member.outcome is Outcome.NON_COMPLIANT
    return replace(incident, members=ordered, state=state, rogue=rogue)


def _key(member: Member) -> tuple[str, str]:
    return member.artifact.purl, member.number
