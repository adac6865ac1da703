"""What a fact changes on the shelves, and what it makes us look at again. Shared by both twins of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from verifier.ledger.asking import (
    VETTED,
    concerns,
    is_undated,
    published_by,
    want_jobs,
    want_looks,
    want_runs_of,
    want_vetting,
)
from verifier.ledger.protocol import Book, Dossier, Watch
from verifier.model import (
    Act,
    Artifact,
    ArtifactsProposed,
    CommandAnswered,
    CommandGiven,
    ConductSet,
    EnrolmentAnswered,
    EnrolmentAsked,
    EvidenceRead,
    Fact,
    ForcedPush,
    ForcedPushSeen,
    IncidentState,
    Installation,
    InstallationSeen,
    JobsState,
    LineMuted,
    Outcome,
    PublishersSet,
    Ref,
    RefSeen,
    Release,
    ReleaseSeen,
    Repository,
    RepositorySeen,
    Run,
    RunRead,
    RunSeen,
    RunsListed,
    RunVetted,
    SourceCompared,
    VerdictReached,
    Version,
    VersionSeen,
    WaiverGiven,
    merge_installations,
    merge_refs,
    merge_releases,
    merge_repositories,
    merge_runs,
    reading_order,
    with_reading,
)

T = TypeVar("T")

KEPT = timedelta(days=90)
"""How long GitHub keeps the jobs and logs of a run by default."""

AFTER_PUSH = timedelta(days=1)
"""A push that rewrote a branch concerns the versions published within this time after it."""


def version_task(artifact: Artifact, number: str) -> str:
    """The work key under which a version is examined: a purl holds no space, so the first one ends it."""
    return f"{artifact.purl} {number}"


def apply(book: Book, fact: Fact, now: datetime) -> bool:
    """Derive from one fact; False when the shelves say it already.

    What people decided, and verdicts, are history: always True.
    A closed union with no fallback: a new kind of fact must say what it changes.
    """
    match fact:
        case InstallationSeen(installation):
            return _installation_seen(book, installation)
        case RepositorySeen(repository):
            return _repository_seen(book, repository)
        case PublishersSet():
            return _publishers_set(book, fact, now)
        case RunSeen(run):
            return _run_seen(book, run, now)
        case RunRead():
            return _run_read(book, fact, now)
        case RunVetted(key, vetting):
            known = book.runs.get(key)
            if known is None:
                return False
            return _run_changed(book, merge_runs(known, replace(known, vetting=vetting)), known, now)
        case RunsListed(repository_id, since, until):
            listed_at = book.runs.listed_at(repository_id, since)
            if listed_at is not None and listed_at >= until:
                return False
            book.runs.put_listed(repository_id, since, until)
            return True
        case RefSeen(ref):
            return _ref_seen(book, ref) and _look_at_suspects(book, ref.repository_id, now)
        case ForcedPushSeen(push):
            return book.refs.put_forced(push) and _look_after(book, push, now)
        case ReleaseSeen(release):
            return _release_seen(book, release) and _look_at_suspects(book, release.repository_id, now)
        case VersionSeen(version):
            return _version_seen(book, version, now)
        case EvidenceRead():
            return _evidence_read(book, fact, now)
        case SourceCompared(artifact, number, fingerprint, comparison):
            dossier = book.versions.get(artifact, number)
            if dossier is None or dossier.version.fingerprint != fingerprint or dossier.source == comparison:
                return False
            book.versions.put(replace(dossier, source=comparison))
            _examine_line(book, dossier.version, now)
            return True
        case ArtifactsProposed(repository_id, proposals):
            if book.repositories.proposals(repository_id) == proposals:
                return False
            book.repositories.put_proposals(repository_id, proposals)
            return True
        case VerdictReached(artifact, number, fingerprint, verdict, at):
            book.versions.put_verdict(artifact, number, fingerprint, verdict, at)
            dossier = book.versions.get(artifact, number)
            if dossier is not None:
                book.versions.put(replace(dossier, verdict=verdict, verdict_at=at, judged=fingerprint))
            return True
        case WaiverGiven(waiver):
            book.incidents.put_waiver(waiver)
            book.work.want("examine", version_task(waiver.artifact, waiver.number), now)
            return True
        case LineMuted(mute):
            book.incidents.put_mute(mute)
            for dossier in book.versions.of(mute.artifact):
                if dossier.version.line == mute.line and dossier.incident_id is not None:
                    book.work.want("examine", version_task(mute.artifact, dossier.version.number), mute.starts_at)
            return True
        case ConductSet(repository_id, conduct):
            if book.repositories.conduct(repository_id) == conduct:
                return False
            book.repositories.put_conduct(repository_id, conduct)
            return True
        case CommandGiven(command):
            return book.incidents.put_command(command)
        case CommandAnswered(answer):
            book.incidents.put_answer(answer)
            return True
        case EnrolmentAsked(enrolment):
            return book.enrolments.ask(enrolment)
        case EnrolmentAnswered(enrolment, reply):
            if not book.enrolments.answer(reply):
                return False
            if reply.accepted and enrolment.act is not Act.STOP:
                book.work.want("poll", enrolment.artifact.purl, now)
            return True


def _merged(known: T | None, seen: T, merge: Callable[[T, T], T], put: Callable[[T], None]) -> bool:
    """Put one more sight of a thing together with what is known of it; False when it adds nothing."""
    merged = seen if known is None else merge(known, seen)
    if merged == known:
        return False
    put(merged)
    return True


def _installation_seen(book: Book, seen: Installation) -> bool:
    shelf = book.repositories
    return _merged(shelf.installation(seen.id), seen, merge_installations, shelf.put_installation)


def _repository_seen(book: Book, seen: Repository) -> bool:
    return _merged(book.repositories.get(seen.id), seen, merge_repositories, book.repositories.put)


def _ref_seen(book: Book, seen: Ref) -> bool:
    return _merged(book.refs.tag(seen.repository_id, seen.name), seen, merge_refs, book.refs.put_tag)


def _release_seen(book: Book, seen: Release) -> bool:
    return _merged(book.refs.release(seen.repository_id, seen.id), seen, merge_releases, book.refs.put_release)


def _look_at_suspects(book: Book, repository_id: int, now: datetime) -> bool:
    """A tag that came late may answer "was this you?"."""
    for publisher in book.repositories.publishers(repository_id):
        for dossier in book.versions.of(publisher.artifact):
            if dossier.verdict is not None and dossier.verdict.suspect:
                book.work.want("examine", version_task(publisher.artifact, dossier.version.number), now)
    return True


def _look_after(book: Book, push: ForcedPush, now: datetime) -> bool:
    """A webhook of a rewritten branch that came late is said of what was published after it."""
    for publisher in book.repositories.publishers(push.repository_id):
        for dossier in book.versions.of(publisher.artifact):
            if push.at <= dossier.version.at <= push.at + AFTER_PUSH:
                book.work.want("examine", version_task(publisher.artifact, dossier.version.number), now)
    return True


def _version_seen(book: Book, version: Version, now: datetime) -> bool:
    known = book.versions.get(version.artifact, version.number)
    if known is not None and known.version == version:
        return False
    if known is None:
        kept = Dossier(version)
    elif version.artifact.is_image and known.version.files and known.version.fingerprint != version.fingerprint:
        kept = _replaced(book, known, version)
    else:
        same = _same_evidence(known.version, version)
        kept = known if same else replace(known, evidence=None, github_asked=False)
        if known.version.fingerprint != version.fingerprint:
            kept = replace(kept, source=None, waived=False)
        kept = replace(kept, version=version)
    book.versions.put(kept)
    if version.artifact.is_image and _settles_nothing(book, version):
        return True
    want_runs_of(book, kept, now)
    book.work.want("examine", version_task(version.artifact, version.number), now)
    return True


def _settles_nothing(book: Book, version: Version) -> bool:
    """One of an image's thousand old tags of which nothing can be said: its digest is not read, or its run not listed.

    What announces attestations is looked at, however old it is.
    """
    if is_undated(version):
        return not version.files
    watch = book.versions.watch(version.artifact)
    old = watch is not None and version.at < watch.first_contact - KEPT
    return old and not any(file.attested for file in version.files)


def _replaced(book: Book, known: Dossier, version: Version) -> Dossier:
    """A tag points at other bytes: what it held is kept with all that hangs on it, and nothing of it passes on.

    But the incident, while it stands open: what is said there is about the tag, and must be told how it goes on.
    """
    held = replace(known.version, seen_at=version.unseen_at)
    book.versions.put_earlier(replace(known, version=held))
    incident = book.incidents.get(known.incident_id) if known.incident_id is not None else None
    open_ = incident is not None and incident.state is IncidentState.OPEN
    return Dossier(version, incident_id=known.incident_id if open_ else None)


def _examine_line(book: Book, compared: Version, now: datetime) -> None:
    """What was compared is judged again, and the version after it on its line, which it is the measure of."""
    line = [d.version for d in book.versions.of(compared.artifact) if d.version.line == compared.line]
    for version in [v for v in line if v.at >= compared.at][:2]:
        book.work.want("examine", version_task(version.artifact, version.number), now)


def _evidence_read(book: Book, read: EvidenceRead, now: datetime) -> bool:
    dossier = book.versions.get(read.artifact, read.number)
    if dossier is None or dossier.version.fingerprint != read.fingerprint:
        return False
    changed = replace(dossier, evidence=read.evidence, github_asked=read.github or dossier.github_asked)
    if changed == dossier:
        return False
    book.versions.put(changed)
    want_runs_of(book, changed, now)
    return True


def _same_evidence(before: Version, after: Version) -> bool:
    """The same files, and none of them got provenance since."""
    known = {file.name for file in before.files if file.attested}
    return before.fingerprint == after.fingerprint and all(f.name in known for f in after.files if f.attested)


def _publishers_set(book: Book, said: PublishersSet, now: datetime) -> bool:
    if book.repositories.publishers_from(said.repository_id, said.source) == said.publishers:
        return False
    book.repositories.put_publishers(said.repository_id, said.source, said.publishers)
    dossiers = []
    for publisher in said.publishers:
        if book.versions.watch(publisher.artifact) is None:
            book.versions.put_watch(Watch(publisher.artifact, first_contact=now))
        book.work.want("poll", publisher.artifact.purl, now)
        dossiers += book.versions.of(publisher.artifact)
    for dossier in dossiers:
        book.work.want("examine", version_task(dossier.version.artifact, dossier.version.number), now)
    for run in book.runs.unread(said.repository_id):
        want_jobs(book, run, dossiers, now)
    for run in book.runs.between(said.repository_id, now - VETTED, now):
        if run.vetting is None:
            want_vetting(book, run, dossiers, now)
    return True


def _run_seen(book: Book, seen: Run, now: datetime) -> bool:
    known = book.runs.get(seen.key)
    merged = merge_runs(known, seen) if known else seen
    reading = book.runs.reading(seen.key)
    if reading is not None:
        merged = merge_runs(merged, with_reading(merged, reading.reading))
        book.runs.put_reading(seen.key, None)
    if merged != known and merged.jobs is JobsState.GONE:  # not at every change: hearing "gone" again is one
        want_jobs(book, merged, published_by(book, merged), now)
    return _run_changed(book, merged, known, now)


def _run_read(book: Book, reading: RunRead, now: datetime) -> bool:
    """Keep what was read: with the run, or until it is seen, so that the order of the two does not matter."""
    known = book.runs.get(reading.key)
    if known is not None:
        return _run_changed(book, merge_runs(known, with_reading(known, reading.reading)), known, now)
    kept = book.runs.reading(reading.key)
    best = max(filter(None, (kept, reading)), key=lambda r: reading_order(r.reading))
    if best == kept:
        return False
    book.runs.put_reading(reading.key, best)
    return True


def _run_changed(book: Book, run: Run, known: Run | None, now: datetime) -> bool:
    """Keep the run; read its jobs if it may publish; look again at what it may explain. Heals a late webhook.

    Its commit is asked about when it is first seen, and when it is over: who approved it is known then.
    """
    dossiers = published_by(book, run)
    if run.jobs is JobsState.UNREAD:
        want_jobs(book, run, dossiers, now)
    if known is None or (run.completed and (not known.completed or run.vetting is None)):
        want_vetting(book, run, dossiers, now)
    if run == known:
        return False
    book.runs.put(run)
    want_looks(book, run, known, now)
    for dossier in dossiers:
        pending = dossier.verdict is None or dossier.verdict.outcome is Outcome.PENDING
        if (pending and not is_undated(dossier.version)) or concerns(run, dossier):
            book.work.want("examine", version_task(dossier.version.artifact, dossier.version.number), now)
    return True
