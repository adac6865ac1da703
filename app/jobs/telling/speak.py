"""Speak: a verdict finds its incident, and an incident that changed is noted and wanted told. One transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from checks import CHANNELS
from verifier.ledger.apply import version_task
from verifier.ledger.images import mirrors_of
from verifier.ledger.protocol import Book, Dossier
from verifier.model import (
    Acknowledgement,
    Artifact,
    Bulletin,
    Incident,
    Member,
    Notice,
    NoticeKind,
    Outcome,
    Verdict,
    Version,
)
from verifier.verdict.image import digest_of
from verifier.verdict.incident import (
    GONE_AFTER,
    NEAR_INCIDENT,
    as_of,
    find,
    member_of,
    muted,
    place,
    standing_waiver,
    step,
    what_changed,
    with_member,
)
from verifier.verdict.logged import logged_digests

HEAD_START = timedelta(seconds=10)
"""How long GitHub's channels wait for the first attempt of those out of band: whoever took over an account reads, and
deletes, what stands on GitHub."""


def about(book: Book, dossier: Dossier, now: datetime) -> None:
    """Put the version into its incident and note what changed; history is never spoken about."""
    dossier = _with_waiver(book, dossier, now)
    version, verdict = dossier.version, dossier.verdict
    watch, publishers = book.versions.watch(version.artifact), book.repositories.publishers_of(version.artifact)
    if verdict is None or watch is None or version.at < watch.since(version) or not publishers:
        return
    member = _member(book, dossier, verdict, now)
    incident = book.incidents.get(dossier.incident_id) if dossier.incident_id is not None else None
    if incident is not None and incident.repository_id not in {p.repository_id for p in publishers}:
        _given_away(book, incident, member, now)
        incident = None
    known = find(incident, member) if incident is not None else None
    kind = what_changed(known, member)
    if incident is None and kind is None:
        return
    repository_id = publishers[0].repository_id
    placed = (
        with_member(incident, member, now)
        if incident is not None
        else place(book.incidents.recent(repository_id, now - NEAR_INCIDENT), repository_id, member, now)
    )
    if dossier.incident_id != placed.id:
        book.versions.put(replace(dossier, incident_id=placed.id))
    note = Notice(kind, placed.id, version.artifact, version.number, now) if kind is not None else None
    keep(book, placed, now, *([note] if note is not None else []))


def _given_away(book: Book, incident: Incident, member: Member, now: datetime) -> None:
    """Another repository publishes it now: it is told there, and stands no longer among what else this one has.

    An incident about nothing else stays as it was told last.
    """
    rest = tuple(m for m in incident.members if (m.artifact, m.number) != (member.artifact, member.number))
    if rest:
        keep(book, as_of(replace(incident, members=rest), now), now)


def acknowledge(book: Book, incident: Incident, given: Acknowledgement, now: datetime) -> None:
    """Somebody looks after the incident; who may is decided by the caller. It is looked at again when that ends."""
    for member in incident.members:
        if member.open:
            book.work.want("examine", version_task(member.artifact, member.number), given.until)
    keep(book, as_of(replace(incident, acknowledged=given), now), now)


def keep(book: Book, incident: Incident, now: datetime, *notices: Notice) -> None:
    """Keep an incident as it stands now, note what happened to it, and want it told, if anything is different."""
    before = book.incidents.get(incident.id)
    if before == incident:
        return
    book.incidents.put(incident)
    for notice in notices:
        book.incidents.add_notice(notice)
    kind = step(before, incident, now)
    if kind is not None:
        given = incident.acknowledged if kind is NoticeKind.ACKNOWLEDGED else None
        by, note = (given.by, given.reason) if given is not None else ("", "")
        book.incidents.add_notice(Notice(kind, incident.id, None, "", now, by, note))
    want_told(book, incident.id, now)


def want_told(book: Book, incident_id: str, now: datetime) -> None:
    """Every channel shall show the incident as it stands: out of band at once, GitHub's after a head start."""
    book.work.want("tell", incident_id, now)
    for channel in CHANNELS:
        book.work.want("report", f"{incident_id} {channel.NAME}", now + HEAD_START)


def no_longer_good(book: Book, version: Version, now: datetime) -> None:
    """Who is to be told to go back to this version shall be told so no longer: in alerts about later ones."""
    for publisher in book.repositories.publishers_of(version.artifact):
        for incident in book.incidents.recent(publisher.repository_id, version.at):
            if any(member.open and member.artifact == version.artifact for member in incident.members):
                want_told(book, incident.id, now)


def announce(book: Book, bulletin: Bulletin, now: datetime) -> None:
    """Tell a thing about a repository once, out of band; what was announced before is not repeated."""
    if book.incidents.put_bulletin(bulletin):
        book.work.want("tell", bulletin.id, now)


def turns(book: Book, artifact: Artifact, number: str, now: datetime) -> list[datetime]:
    """The times to come at which what is said of a version changes by itself."""
    return [at for at in _turns(book, artifact, number) if at > now]


def _turns(book: Book, artifact: Artifact, number: str) -> Iterator[datetime]:
    dossier = book.versions.get(artifact, number)
    if dossier is None:
        return
    for waiver in book.incidents.waivers(artifact, number):
        yield waiver.given_at
        yield waiver.expires_at
    for mute in book.incidents.mutes(artifact):
        if mute.line == dossier.version.line:
            yield mute.starts_at
            yield mute.expires_at
    incident = book.incidents.get(dossier.incident_id) if dossier.incident_id is not None else None
    if incident is not None and incident.acknowledged is not None:
        yield incident.acknowledged.until
    if incident is not None and dossier.version.removed_at is not None:
        yield dossier.version.removed_at + GONE_AFTER


def _with_waiver(book: Book, dossier: Dossier, now: datetime) -> Dossier:
    """The version as it is waived now, kept so: of history too, which nobody speaks about."""
    version = dossier.version
    waivers = book.incidents.waivers(version.artifact, version.number)
    holds = standing_waiver(version.fingerprint, waivers, now) is not None
    if holds != dossier.waived:
        dossier = replace(dossier, waived=holds)
        book.versions.put(dossier)
    return dossier


def _member(book: Book, dossier: Dossier, verdict: Verdict, now: datetime) -> Member:
    version = dossier.version
    silent = muted(version, verdict, book.incidents.mutes(version.artifact), now)
    member = member_of(version, verdict, dossier.verdict_at or now, now, waived=dossier.waived, muted=silent)
    return _with_digests(book, member, version, verdict)


def _with_digests(book: Book, member: Member, version: Version, verdict: Verdict) -> Member:
    """The member of an image's tag with the digest that it should hold, where that is, and what it held last.

    It should hold what a run's log says, else what it held last that was compliant, else what the same tag of another
    registry holds that is. Nothing of the kind is known of packages.
    """
    if not version.artifact.is_image:
        return member
    told = [f.run for f in verdict.findings if f.reason == "other-bytes-in-log" and f.run is not None]
    logged = [d for key in told if (run := book.runs.get(key)) is not None for d in logged_digests(version, run)]
    before = book.versions.earlier(version.artifact, version.number)
    held = [d for d in reversed(before) if digest_of(d.version) not in ("", digest_of(version))]
    own = [digest_of(d.version) for d in held if _is_compliant(d)]
    elsewhere = _elsewhere(book, version, verdict)
    good = next(iter([*logged, *own, *elsewhere]), "")
    where = "" if good in own else elsewhere.get(good, "")
    earlier = next((digest_of(d.version) for d in held), "")
    return replace(member, good_digest=good, good_image=where, earlier_digest=earlier)


def _elsewhere(book: Book, version: Version, verdict: Verdict) -> dict[str, str]:
    """What is compliant under this tag in the other registries, if they should agree: digest to image."""
    if all(finding.reason != "registries-disagree" for finding in verdict.findings):
        return {}
    kin = mirrors_of(book, version.artifact, book.repositories.publishers_of(version.artifact))
    others = [d for artifact in kin if (d := book.versions.get(artifact, version.number)) is not None]
    there = [d.version for d in others if _is_compliant(d) and d.version.removed_at is None]
    return {digest_of(other): other.artifact.image for other in reversed(there) if digest_of(other)}


def _is_compliant(dossier: Dossier) -> bool:
    return dossier.verdict is not None and dossier.verdict.outcome is Outcome.COMPLIANT
