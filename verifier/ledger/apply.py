"""What a fact changes on the shelves, and what it makes us look at again. Shared by both twins of the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from verifier.ledger.protocol import Book, Dossier, Watch
from verifier.model import (
    Artifact,
    EvidenceRead,
    Fact,
    InstallationSeen,
    Outcome,
    Publisher,
    PublishersSet,
    RefSeen,
    ReleaseSeen,
    RepositorySeen,
    Run,
    RunKey,
    RunRead,
    RunSeen,
    RunsListed,
    VerdictReached,
    VersionSeen,
    WaiverGiven,
    merge_installations,
    merge_refs,
    merge_releases,
    merge_repositories,
    merge_runs,
)

AROUND = timedelta(hours=1)
"""A run concerns the versions published from this long before it started until this long after it ended."""


def run_task(key: RunKey) -> str:
    """The work key under which the jobs of an attempt are read."""
    return f"run/{key.repository_id}/{key.run_id}/{key.attempt}"


def version_task(artifact: Artifact, number: str) -> str:
    """The work key under which a version is examined: a purl holds no space, so the first one ends it."""
    return f"{artifact.purl} {number}"


def apply(book: Book, fact: Fact, now: datetime) -> None:
    """Derive from one fact. A closed union with no fallback: a new kind of fact must say what it changes."""
    match fact:
        case InstallationSeen(installation):
            old_installation = book.repositories.installation(installation.id)
            merged = merge_installations(old_installation, installation) if old_installation else installation
            book.repositories.put_installation(merged)
        case RepositorySeen(repository):
            old_repository = book.repositories.get(repository.id)
            book.repositories.put(merge_repositories(old_repository, repository) if old_repository else repository)
        case PublishersSet(repository_id, source, publishers):
            _publishers_set(book, repository_id, source, publishers, now)
        case RunSeen(run):
            known = book.runs.get(run.key)
            _run_changed(book, merge_runs(known, run) if known else run, known, now)
        case RunRead(key, jobs, steps, read_at):
            known = book.runs.get(key)
            if known is not None:
                read = replace(known, jobs=jobs, steps=steps, read_at=read_at)
                _run_changed(book, merge_runs(known, read), known, now)
        case RunsListed(repository_id, since, until):
            book.runs.put_listed(repository_id, since, until)
        case RefSeen(ref):
            old_ref = book.refs.tag(ref.repository_id, ref.name)
            book.refs.put_tag(merge_refs(old_ref, ref) if old_ref else ref)
        case ReleaseSeen(release):
            old_release = book.refs.release(release.repository_id, release.id)
            book.refs.put_release(merge_releases(old_release, release) if old_release else release)
        case VersionSeen(version):
            old_dossier = book.versions.get(version.artifact, version.number)
            if old_dossier is None:
                book.versions.put(Dossier(version))
            else:
                same = old_dossier.version.fingerprint == version.fingerprint
                evidence = old_dossier.evidence if same else None
                book.versions.put(replace(old_dossier, version=version, evidence=evidence))
            book.work.want("examine", version_task(version.artifact, version.number), now)
        case EvidenceRead(artifact, number, fingerprint, evidence):
            dossier = book.versions.get(artifact, number)
            if dossier is not None and dossier.version.fingerprint == fingerprint:
                book.versions.put(replace(dossier, evidence=evidence))
        case VerdictReached(artifact, number, fingerprint, verdict, at):
            book.versions.put_verdict(artifact, number, fingerprint, verdict, at)
            dossier = book.versions.get(artifact, number)
            if dossier is not None:
                book.versions.put(replace(dossier, verdict=verdict, verdict_at=at))
        case WaiverGiven(waiver):
            book.incidents.put_waiver(waiver)
            book.work.want("examine", version_task(waiver.artifact, waiver.number), now)


def _publishers_set(
    book: Book, repository_id: int, source: str, publishers: tuple[Publisher, ...], now: datetime
) -> None:
    book.repositories.put_publishers(repository_id, source, publishers)
    for publisher in publishers:
        if book.versions.watch(publisher.artifact) is None:
            book.versions.put_watch(Watch(publisher.artifact, first_contact=now))
        book.work.want("poll", publisher.artifact.purl, now)
        for dossier in book.versions.of(publisher.artifact):
            book.work.want("examine", version_task(publisher.artifact, dossier.version.number), now)
    for run in book.runs.unread(repository_id):
        _want_jobs(book, run, now)


def _want_jobs(book: Book, run: Run, now: datetime) -> None:
    approved = {path for p in book.repositories.publishers(run.key.repository_id) for path in p.workflows}
    if run.completed and run.workflow in approved:
        book.work.want("inspect", run_task(run.key), now)


def _run_changed(book: Book, run: Run, known: Run | None, now: datetime) -> None:
    """Keep the run; read its jobs if it may publish; look again at what it may explain. Heals a late webhook."""
    if run == known:
        return
    book.runs.put(run)
    if run.read_at is None:
        _want_jobs(book, run, now)
    for publisher in book.repositories.publishers(run.key.repository_id):
        if run.workflow not in publisher.workflows:
            continue
        for dossier in book.versions.of(publisher.artifact):
            pending = dossier.verdict is None or dossier.verdict.outcome is Outcome.PENDING
            around = run.started_at - AROUND <= dossier.version.at <= run.updated_at + AROUND
            if pending or around:
                book.work.want("examine", version_task(publisher.artifact, dossier.version.number), now)
