"""Which runs GitHub is asked about, and when: a live one at once, one of history only where a version hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from verifier.ledger.protocol import Book, Dossier
from verifier.model import JobsState, Run, RunKey, Version, named_runs
from verifier.tag_names import core

AROUND = timedelta(hours=1)
"""A run concerns the versions published from this long before it started until this long after it ended."""
LIVE = timedelta(hours=1)
"""How long after its end a run counts as live. What ended longer ago is history, as a new installation lists it."""
LATEST = timedelta(minutes=10)
"""How long history waits at most, so that live runs go first: a thousandth of its age, the newest first."""
VETTED = timedelta(days=31)
"""How old a run may be to be asked about: its branch may be long gone, and GitHub answers 5,000 questions an hour."""


def run_task(key: RunKey) -> str:
    """The work key under which the jobs of an attempt are read."""
    return f"run/{key.repository_id}/{key.run_id}/{key.attempt}"


def vet_task(key: RunKey) -> str:
    """The work key under which an attempt's commit and workflow file are asked about."""
    return f"vet/{key.repository_id}/{key.run_id}/{key.attempt}"


def runs_of(book: Book, dossier: Dossier | None) -> list[Run]:
    """The runs that any of a version's evidence names, as far as the ledger holds them, by their keys."""
    keys = {e.run for e in dossier.evidence or () if e.run is not None} if dossier is not None else set()
    return [run for key in sorted(keys) if (run := book.runs.get(key)) is not None]


def near(run: Run, dossier: Dossier) -> bool:
    """The version was published around the run, or its evidence names it."""
    around = any(span.around(AROUND).meets(run.started_at, run.updated_at) for span in dossier.version.spans)
    return around or run.key in named_runs(dossier.evidence or ())


def concerns(run: Run, dossier: Dossier) -> bool:
    """What is known of the run may change what is said of the version.

    An image's tag of before first contact may be of any run of a month: only a run that names its bytes or its number
    says something of it.
    """
    version = dossier.version
    if not is_undated(version):
        return near(run, dossier)
    held, number = {digest for file in version.files for digest in file.digests}, core(version.number)
    named = any(claim.version == version.number or not held.isdisjoint(claim.digests) for claim in run.claims)
    on_tag = number is not None and core(run.head_branch or "") == number
    return named or on_tag or run.key in named_runs(dossier.evidence or ())


def is_undated(version: Version) -> bool:
    """An image's tag that was there before we looked, at a registry that tells no times."""
    return version.artifact.is_image and version.published_at is None and version.unseen_at is None


def published_by(book: Book, run: Run) -> list[Dossier]:
    """Every version of the artifacts that some publisher publishes by the run's workflow."""
    publishers = book.repositories.publishers(run.key.repository_id)
    artifacts = {p.artifact for p in publishers if not run.workflows.isdisjoint(p.workflows)}
    return [dossier for artifact in sorted(artifacts) for dossier in book.versions.of(artifact)]


def want_jobs(book: Book, run: Run, dossiers: Iterable[Dossier], now: datetime) -> None:
    """Read what a publisher's run did, once it is over. `dossiers`: the versions it may concern; so below."""
    at = _when(run, dossiers, now)
    if run.completed and at is not None and _of_publisher(book, run):
        book.work.want("inspect", run_task(run.key), at)


def want_vetting(book: Book, run: Run, dossiers: Iterable[Dossier], now: datetime) -> None:
    """Ask about its commit. Not of a fork's run: it explains nothing, and a stranger must not make us ask."""
    own, at = run.head_repository_id == run.key.repository_id, _when(run, dossiers, now)
    if own and at is not None and run.started_at > now - VETTED and _of_publisher(book, run):
        book.work.want("inspect", vet_task(run.key), at)


def want_runs_of(book: Book, dossier: Dossier, now: datetime) -> None:
    """Read and ask about the runs that a version hangs on: they may have been history before it was known."""
    named = {key: run for key in named_runs(dossier.evidence or ()) if (run := book.runs.get(key)) is not None}
    for publisher in book.repositories.publishers_of(dossier.version.artifact):
        found = {key: run for key, run in named.items() if key.repository_id == publisher.repository_id}
        for span in dossier.version.spans:
            around = span.around(AROUND)
            runs = book.runs.between(publisher.repository_id, around.since, around.until)
            found |= {run.key: run for run in runs}
        for run in found.values():
            if run.jobs is JobsState.UNREAD:
                want_jobs(book, run, (dossier,), now)
            if run.vetting is None:
                want_vetting(book, run, (dossier,), now)


def want_looks(book: Book, run: Run, known: Run | None, now: datetime) -> None:
    """A publisher's run is over: look at once at what it publishes. Each look sees to the looks after it.

    Not of a fork's run, which publishes nothing here, and not of one that was over before.
    """
    over_before = known is not None and known.completed and known.updated_at == run.updated_at
    if not run.completed or over_before or run.head_repository_id != run.key.repository_id:
        return
    if now - run.updated_at > LIVE:
        return
    for publisher in book.repositories.publishers(run.key.repository_id):
        if not run.workflows.isdisjoint(publisher.workflows) and book.versions.watch(publisher.artifact) is not None:
            book.work.want("poll", publisher.artifact.purl, now)


def _of_publisher(book: Book, run: Run) -> bool:
    """Some publisher publishes by its workflow."""
    approved = {path for p in book.repositories.publishers(run.key.repository_id) for path in p.workflows}
    return not run.workflows.isdisjoint(approved)


def _when(run: Run, dossiers: Iterable[Dossier], now: datetime) -> datetime | None:
    """When GitHub is to be asked about it; None: never, as far as is known now."""
    age = now - run.updated_at
    if not run.completed or age <= LIVE:
        return now
    return now + min(age / 1000, LATEST) if any(near(run, dossier) for dossier in dossiers) else None
