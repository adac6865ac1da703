"""Incidents: what is worth saying about a verdict that changed, and to which alert it belongs. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.model import (
    Incident,
    IncidentState,
    Member,
    Mute,
    NoticeKind,
    Outcome,
    Verdict,
    Version,
    Waiver,
    Weight,
)

TOGETHER = timedelta(hours=24)
"""Versions of one repository noticed within this time are one incident: TanStack is one alert, not 84."""


GONE_AFTER = timedelta(hours=24)
"""A version taken down so long ago is settled: whoever watches has had a day to see that it was there."""

NEAR_INCIDENT = timedelta(days=7)
"""Within this time of an incident, unexplained kin is looked at again."""


def what_changed(known: Member | None, member: Member) -> NoticeKind | None:
    """What a member's new state is worth saying; None when it is nothing new."""
    if known is None:
        return _first(member) if member.open else None
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
    if member.open and member.fingerprint != known.fingerprint:
        return NoticeKind.CHANGED
    return None


def _first(member: Member) -> NoticeKind:
    if member.outcome is Outcome.NON_COMPLIANT:
        return NoticeKind.ROGUE
    return NoticeKind.SUSPECT if member.suspect else NoticeKind.ANOMALY


def standing_waiver(fingerprint: str, waivers: Iterable[Waiver], now: datetime) -> Waiver | None:
    """By which somebody answers now for exactly these files; of several the one that lasts longest; None: nobody does.

    Of one author the last word counts: it may end an earlier one.
    """
    given = [w for w in waivers if w.given_at <= now and w.fingerprint == fingerprint]
    last = {waiver.by: waiver for waiver in sorted(given, key=by_word)}
    standing = [waiver for waiver in last.values() if now < waiver.expires_at]
    return max(standing, key=lambda waiver: waiver.expires_at, default=None)


def by_word(waiver: Waiver) -> tuple[datetime, float]:
    """Which of one author's waivers was said last; of two at the same time the one that ends earlier."""
    return waiver.given_at, -waiver.expires_at.timestamp()


def muted(version: Version, verdict: Verdict, mutes: Iterable[Mute], now: datetime) -> bool:
    """Its line is muted now. What is proven against a version is never muted."""
    if any(finding.weight is Weight.CONTRADICTS for finding in verdict.findings):
        return False
    return any(m.line == version.line and m.starts_at <= now < m.expires_at for m in mutes)


def member_of(
    version: Version, verdict: Verdict, detected_at: datetime, now: datetime, *, waived: bool, muted: bool = False
) -> Member:
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
        muted=muted,
        gone=version.removed_at is not None and now - version.removed_at >= GONE_AFTER,
        odd=tuple(dict.fromkeys(finding.reason for finding in verdict.anomalies)),
    )


def place(recent: Iterable[Incident], repository_id: int, member: Member, now: datetime) -> Incident:
    """The incident that a member newly stands in: the repository's of the last 24 hours, else a new one."""
    for incident in recent:
        if incident.repository_id == repository_id and now - incident.opened_at <= TOGETHER:
            return with_member(incident, member, now)
    seed = f"{repository_id} {member.artifact.purl} {member.number} {member.fingerprint}"
    name = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return with_member(Incident(name, repository_id, now, IncidentState.OPEN, rogue=False, members=()), member, now)


def find(incident: Incident, member: Member) -> Member | None:
    """The same version in an incident."""
    return next((m for m in incident.members if _key(m) == _key(member)), None)


def with_member(incident: Incident, member: Member, now: datetime) -> Incident:
    """The incident with this member's newest state. It is resolved when nothing in it stands open; else open.

    A member keeps the time at which it was first noticed, whatever is found out about it later. Since when it stands as
    it does is another time: other files, and whatever is worse, begin anew.
    """
    known = find(incident, member)
    first = min(known.detected_at, member.detected_at) if known is not None else member.detected_at
    same = known is not None and not _worse(known, member)
    since = known.as_it_is_since if known is not None and same else max(now, member.detected_at)
    member = replace(member, detected_at=first, since=since)
    members = (*(m for m in incident.members if _key(m) != _key(member)), member)
    ordered = tuple(sorted(members, key=lambda m: (m.published_at or m.detected_at, m.artifact.purl, m.number)))
    rogue = incident.rogue or member.outcome is Outcome.NON_COMPLIANT
    return as_of(replace(incident, members=ordered, rogue=rogue), now)


def as_of(incident: Incident, now: datetime) -> Incident:
    """The incident with the state that its members and its acknowledgement give it now.

    An acknowledgement is about what was known when it was given. What is noticed later stands open again: another
    version, other files of the same, or worse of the same files.
    """
    open_, given = [m for m in incident.members if m.open], incident.acknowledged
    if not open_:
        return replace(incident, state=IncidentState.RESOLVED)
    held = given is not None and given.at <= now < given.until and all(m.as_it_is_since <= given.at for m in open_)
    return replace(incident, state=IncidentState.ACKNOWLEDGED if held else IncidentState.OPEN)


def step(before: Incident | None, after: Incident, now: datetime) -> NoticeKind | None:
    """What happened to the incident as a whole; None when it stands as it stood."""
    if before is None:
        return NoticeKind.OPENED
    if before.state is after.state:
        renewed = after.acknowledged != before.acknowledged and after.state is IncidentState.ACKNOWLEDGED
        return NoticeKind.ACKNOWLEDGED if renewed else None
    if after.state is IncidentState.RESOLVED:
        return NoticeKind.RESOLVED
    if before.state is IncidentState.RESOLVED:
        return NoticeKind.REOPENED
    if after.state is IncidentState.ACKNOWLEDGED:
        return NoticeKind.ACKNOWLEDGED
    return (
        NoticeKind.LAPSED if after.acknowledged is not None and after.acknowledged.until <= now else NoticeKind.REOPENED
    )


def _worse(known: Member, member: Member) -> bool:
    """It has other files than were known, stands worse, is odd in a new way, or is there again after a take-down."""
    return (
        member.fingerprint != known.fingerprint
        or _gravity(member) > _gravity(known)
        or (member.stands and not set(member.odd) <= set(known.odd))
        or (known.removed and not member.removed)
    )


def _gravity(member: Member) -> int:
    """How badly it stands: nothing, odd, suspect, non-compliant."""
    if member.outcome is Outcome.NON_COMPLIANT:
        return 3
    return 2 if member.suspect else int(member.stands)


def _key(member: Member) -> tuple[str, str]:
    return member.artifact.purl, member.number
