"""Poll: what a registry shows of one artifact becomes versions in the ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from app.deps import Deps
from app.jobs import feed
from app.jobs.batch import BATCH, one
from app.jobs.silence import answered, heard_nothing
from app.network.converse import converse
from app.network.places import place_of
from app.polling.lively import facts_of, saw
from app.polling.rhythm import host_of
from app.polling.schedule import next_poll
from app.processes.shift import LEASE
from checks.base import Permanent, Temporary
from verifier.ledger.apply import version_task
from verifier.ledger.asking import AROUND
from verifier.ledger.looks import registry_name
from verifier.ledger.protocol import Book, Task, Watch
from verifier.model import Artifact, Version, VersionSeen
from verifier.registries import REGISTRIES, registry_of
from verifier.registries.base import Memory, Snapshot, Unreadable
from verifier.registries.compare import changes
from verifier.registries.tags import moves
from verifier.verdict.enrolment import stopped

SLICE = 500
"""The most versions of an image that are kept in one transaction."""
TURN = 1.0
"""Seconds after which a batch of looks ends, though more is due."""
SAID = 3
"""The most things said of one answer that could not be read."""


def run(deps: Deps) -> int:
    """Look at what is due, as far as there is room at its registry now.

    In turn, so that one registry's crowd never keeps the others waiting; and not for longer than `TURN` where more is
    to be done, because whatever else there is to do waits meanwhile.
    """
    begun, taken, full = time.monotonic(), 0, set[str]()
    with deps.ledger.reading() as book:
        due = book.work.registries("poll", deps.now())
    while due and taken < BATCH and time.monotonic() < begun + TURN:
        deps.shift.beat()
        if deps.shift.ends():
            return taken
        registry = due.pop(0)
        host = host_of(deps.settings, registry)
        if host in full:
            continue  # who waited longest there has the next turn, however cheap the looks of the others are
        if deps.rhythm.wait(deps.settings, deps.pace, registry):
            full.add(host)
            continue
        task = _claim(deps, registry)
        if task is not None:
            due.append(registry)
            taken += 1
            one(deps, task, _poll)
    return taken


def _claim(deps: Deps, registry: str) -> Task | None:
    """The next artifact of a registry; None where nothing is due, or it is silent."""
    now = deps.now()
    with deps.ledger.writing() as book:
        if not book.looks.may_ask(registry, now):
            return None
        return next(iter(book.work.claim("poll", 1, now, LEASE, registry=registry)), None)


def _poll(deps: Deps, task: Task) -> datetime | None:
    """Look at what the registry shows of the artifact, and keep what is new in it.

    A key with a tag behind the purl is a hint: only that tag is looked at, and the artifact stays due as it was.
    Raises Temporary when the registry did not answer or could not be read: "could not look" is not "nothing there".
    """
    if feed.is_feed(task):
        return feed.read(deps, task)
    purl, _, hint = task.key.partition(" ")
    artifact, now = Artifact(purl), deps.now()
    registry = registry_of(artifact)
    if registry is None:
        raise Permanent(f"No registry is known for {artifact.purl}; supported types: {', '.join(sorted(REGISTRIES))}.")
    with deps.ledger.reading() as book:
        watch = book.versions.watch(artifact)
        memory = (
            _memory(book, watch, hint, deps) if watch is not None and not _is_stopped(book, artifact, now) else None
        )
    if watch is None or memory is None:
        return None
    place = place_of(deps.settings, artifact)
    outcome = converse(deps, registry.look(artifact, place, memory), dict(watch.validators))
    snapshot = outcome.result
    deps.rhythm.spent(registry_name(artifact), outcome.asked)
    if isinstance(snapshot, Unreadable):
        with deps.ledger.writing() as book:
            standing = book.versions.watch(artifact) or watch
            if not _is_overtaken(watch, standing):
                book.versions.put_watch(replace(standing, problem=snapshot.problem))
            silent = heard_nothing(book, deps.settings, artifact, snapshot, deps.now())
        if silent:
            return None if hint else deps.now() + deps.settings.poll_interval
        raise Temporary(snapshot.problem, snapshot.retry_after)
    changed = False
    for part in _slices(snapshot):
        with deps.ledger.writing() as book:
            standing = book.versions.watch(artifact) or watch
            if _is_overtaken(watch, standing, part):
                return None if hint else deps.now()
            changed |= _keep(book, standing, memory, part, tuple(outcome.validators.items()), last=part is snapshot)
            again_at = _next(book, deps, artifact, changed) if part is snapshot else now
    deps.wake.wake("examine")
    return None if hint else again_at


def _next(book: Book, deps: Deps, artifact: Artifact, changed: bool) -> datetime:
    """When to look again. That the registry answered is known now, too."""
    now, registry = deps.now(), registry_name(artifact)
    answered(book, registry)
    saw(book, artifact, now, changed=changed)
    facts = facts_of(book, artifact, now)
    return next_poll(facts, deps.rhythm.means(deps.settings, book, registry, now), now, deps.rhythm.chance())


def _is_stopped(book: Book, artifact: Artifact, now: datetime) -> bool:
    """Everybody who publishes it had the watch stopped: whatever else wants a look, nobody looks."""
    replied = book.enrolments.about([artifact])
    if not replied:
        return False
    publishers = book.repositories.publishers_of(artifact)
    return stopped(replied, [publisher.repository_id for publisher in publishers], now) is not None


def _memory(book: Book, watch: Watch, hint: str, deps: Deps) -> Memory:
    """What the next look may build on; packages' registries show everything each time and need none of it."""
    artifact = watch.artifact
    if not artifact.is_image:
        return Memory(deps.now())
    publishers = book.repositories.publishers_of(artifact)
    return Memory(
        now=deps.now(),
        versions={d.version.number: d.version for d in book.versions.of(artifact)},
        seen=book.versions.seen(artifact),
        first=watch.preview,
        polled_at=watch.polled_at,
        cursor=watch.cursor,
        hint=hint,
        moving=tuple(dict.fromkeys(pattern for publisher in publishers for pattern in publisher.moving)),
        checks=deps.settings.tag_checks,
    )


def _slices(snapshot: Snapshot | None) -> Iterator[Snapshot | None]:
    """What a look saw, a transaction at a time: an image's first look sees ten thousand tags, and others write, too.

    The last is the snapshot itself: what was kept by then is found to be known.
    """
    if snapshot is not None and not snapshot.whole:
        for at in range(0, len(snapshot.versions) - SLICE, SLICE):
            yield replace(snapshot, versions=snapshot.versions[at : at + SLICE], gone=())
    yield snapshot


def _is_overtaken(watch: Watch, standing: Watch, snapshot: Snapshot | None = None) -> bool:
    """Another look ended while this one, which failed or shows everything or that nothing is new, was under way.

    It is worth nothing then, and made anew: what it does not show yet it would say to have been taken away.
    """
    whole = snapshot is None or snapshot.whole
    return whole and standing.polled_at != watch.polled_at


def _keep(
    book: Book,
    watch: Watch,
    memory: Memory,
    snapshot: Snapshot | None,
    validators: tuple[tuple[str, str], ...],
    *,
    last: bool,
) -> bool:
    """Keep what is new; says whether anything is. Only the last part is the look: the others make no full pass."""
    now = memory.now
    if snapshot is None:
        book.versions.put_watch(replace(watch, polled_at=now, problem=""))
        return False
    known = [dossier.version for dossier in book.versions.of(watch.artifact)]
    preview_of = watch.first_contact if watch.preview else None
    if snapshot.whole:
        changed = changes(known, snapshot, now, preview_of)
    else:
        numbered = {version.number: version for version in known}
        standing = replace(memory, versions=numbered, seen=book.versions.seen(watch.artifact))
        changed = moves(standing, snapshot, preview_of)
        book.versions.saw(watch.artifact, [version.number for version in snapshot.versions], now)
    for version in changed:
        book.record(VersionSeen(version), now)
    _look_around(book, [version for version in changed if version.at >= watch.since(version)], now)
    if last and not memory.hint:
        book.versions.put_watch(
            replace(
                watch,
                preview=False,
                learned_at=watch.learned_at or now,
                polled_at=now,
                validators=validators,
                channels=snapshot.channels,
                problem="",
                cursor=snapshot.cursor,
            )
        )
    _tell_unread(book, snapshot, now)
    return bool(changed)


def _tell_unread(book: Book, snapshot: Snapshot, now: datetime) -> None:
    """What of a registry's answer could not be read stands on the health page until an answer is read whole."""
    subject, unread = f"unread {snapshot.artifact.purl}", snapshot.unread
    if not unread:
        book.health.solve(subject)
        return
    more = f" (and {len(unread) - SAID} more)" if len(unread) > SAID else ""
    book.health.report(subject, f"{snapshot.artifact.purl}: {' '.join(unread[:SAID])}{more}", now)


def _look_around(book: Book, new: Sequence[Version], now: datetime) -> None:
    """New versions may make a burst of those just before them, of the same artifact and by the same account."""
    near = set[tuple[Artifact, str]]()
    beside = [d.version for d in book.versions.of(new[0].artifact)] if new else []
    for version in new:
        others = beside
        if version.account is not None:
            by_them = book.versions.by_account(version.account, version.at - AROUND, version.at + AROUND)
            others = beside + [d.version for d in by_them]
        near |= {(o.artifact, o.number) for o in others if abs(o.at - version.at) <= AROUND}
    for artifact, number in sorted(near):
        book.work.want("examine", version_task(artifact, number), now)
