"""Poll: what a registry shows of one artifact becomes versions in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.deps import Deps
from app.jobs.batch import each
from checks.base import Permanent, Temporary
from verifier.ledger.apply import version_task
from verifier.ledger.asking import AROUND
from verifier.ledger.protocol import Book, Task, Watch
from verifier.model import Artifact, Version, VersionSeen
from verifier.registries import REGISTRIES
from verifier.registries.base import Absent, Page, Snapshot, Unreadable
from verifier.registries.compare import changes

SAID = 3
"""The most things said of one answer that could not be read."""


def run(deps: Deps) -> int:
    """Poll the artifacts that are due."""
    return each(deps, "poll", _poll)


def base_of(deps: Deps, artifact: Artifact) -> str:
    """The registry's address for this artifact, from the settings."""
    bases = {"npm": deps.settings.npm_registry, "pypi": deps.settings.pypi_index}
    return bases[artifact.type]


def _poll(deps: Deps, task: Task) -> datetime | None:
    """Read the artifact's page if it changed, and keep what is new in it.

    Raises Temporary when the registry did not answer or could not be read: "could not look" is not "nothing there".
    """
    artifact, now = Artifact(task.key), deps.now()
    registry = REGISTRIES.get(artifact.type)
    if registry is None:
        raise Permanent(f"No registry is known for {artifact.purl}; supported types: {', '.join(sorted(REGISTRIES))}.")
    with deps.ledger.reading() as book:
        watch = book.versions.watch(artifact)
    if watch is None:
        return None
    ask = registry.ask(artifact, base_of(deps, artifact))
    answer = deps.fetch(ask, dict(watch.validators).get(ask.url))
    snapshot: Snapshot | Unreadable | None
    match answer:
        case Unreadable():
            snapshot = answer
        case Absent():
            snapshot = Snapshot(artifact, ())
        case Page(status=304):
            snapshot = None
        case Page():
            snapshot = registry.read(artifact, answer, now)
    if isinstance(snapshot, Unreadable):
        with deps.ledger.writing() as book:
            book.versions.put_watch(replace(watch, problem=snapshot.problem))
        raise Temporary(snapshot.problem, snapshot.retry_after)
    etag = answer.etag if isinstance(answer, Page) else None
    validators = ((ask.url, etag),) if etag else ()
    with deps.ledger.writing() as book:
        _keep(book, watch, snapshot, validators, now)
    deps.wake.wake("examine")
    return now + deps.settings.poll_interval


def _keep(
    book: Book, watch: Watch, snapshot: Snapshot | None, validators: tuple[tuple[str, str], ...], now: datetime
) -> None:
    current = book.versions.watch(watch.artifact) or watch
    if snapshot is None:
        book.versions.put_watch(replace(current, polled_at=now, problem=""))
        return
    known = [dossier.version for dossier in book.versions.of(watch.artifact)]
    preview_of = current.first_contact if current.preview else None
    for version in changes(known, snapshot, now, preview_of):
        book.record(VersionSeen(version), now)
        if version.at >= current.since(version):
            _look_around(book, version, now)
    book.versions.put_watch(
        replace(
            current,
            preview=False,
            learned_at=current.learned_at or now,
            polled_at=now,
            validators=validators,
            channels=snapshot.channels,
            problem="",
        )
    )
    _tell_unread(book, snapshot, now)


def _tell_unread(book: Book, snapshot: Snapshot, now: datetime) -> None:
    """What of a registry's answer could not be read stands on the health page until an answer is read whole."""
    subject, unread = f"unread {snapshot.artifact.purl}", snapshot.unread
    if not unread:
        book.health.solve(subject)
        return
    more = f" (and {len(unread) - SAID} more)" if len(unread) > SAID else ""
    book.health.report(subject, f"{snapshot.artifact.purl}: {' '.join(unread[:SAID])}{more}", now)


def _look_around(book: Book, version: Version, now: datetime) -> None:
    """A new version may make a burst of those just before it."""
    near = [d.version for d in book.versions.of(version.artifact)]
    if version.account is not None:
        near += [d.version for d in book.versions.by_account(version.account, version.at - AROUND, version.at + AROUND)]
    for other in near:
        if abs(other.at - version.at) <= AROUND:
            book.work.want("examine", version_task(other.artifact, other.number), now)
