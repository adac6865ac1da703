"""What one look at an image's tags changes about what we knew. Pure.

A tag is a name that can be made to point at other bytes, so what it holds is one version after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.model import Artifact, File, Version
from verifier.registries.base import Memory, Snapshot
from verifier.registries.versions import image_tags


def as_seen(artifact: Artifact, tag: str, memory: Memory, files: tuple[File, ...] = ()) -> Version:
    """A tag as a look sees it, before anything is known of its times and who pushed it."""
    return Version(
        artifact,
        tag,
        image_tags.line(tag),
        image_tags.rank(tag),
        first_seen_at=memory.now,
        files=files,
        moving=image_tags.made_to_move(tag, memory.moving),
    )


def moves(memory: Memory, snapshot: Snapshot, preview_of: datetime | None) -> list[Version]:
    """The tags that are new, point at other bytes or are gone, as they shall be kept.

    `preview_of` is the time of first contact during the first pass: what is there then without a date was there before.
    """
    changed = []
    for seen in (version for version in snapshot.versions if not _overtaken(memory, version.number)):
        old = memory.versions.get(seen.number)
        kept = _new(seen, memory, preview_of) if old is None else _kept(old, seen, memory)
        if kept != old:
            changed.append(kept)
    for number in snapshot.gone:
        old = memory.versions.get(number)
        if old is not None and old.removed_at is None and not _overtaken(memory, number):
            changed.append(replace(old, removed_at=memory.now))
    return sorted(changed, key=lambda v: (v.at, v.number))


def _overtaken(memory: Memory, number: str) -> bool:
    """Another look began later and was quicker: what this one saw of the tag is older than what is known."""
    known, seen = memory.versions.get(number), memory.seen.get(number)
    times = (seen, known.first_seen_at, known.removed_at) if known is not None else (seen,)
    return any(at is not None and at > memory.now for at in times)


def _new(seen: Version, memory: Memory, preview_of: datetime | None) -> Version:
    if preview_of is None:
        return replace(seen, unseen_at=seen.unseen_at or memory.polled_at)
    if seen.published_at is None:
        return replace(seen, first_seen_at=preview_of - timedelta(seconds=1))
    return seen


def _kept(old: Version, seen: Version, memory: Memory) -> Version:
    """Our first look at what it holds stays, and the time that its registry first gave for it."""
    if not seen.files or (old.files and old.fingerprint == seen.fingerprint):
        return replace(
            old,
            files=_richer(old, seen),
            account=old.account or seen.account,
            removed_at=None,
            moving=seen.moving,
        )
    if not old.files and not _pushed_again(old, seen):
        return replace(
            seen,
            first_seen_at=old.first_seen_at,
            published_at=old.published_at or seen.published_at,
            unseen_at=old.unseen_at,
        )
    looks = (old.first_seen_at, memory.seen.get(seen.number), old.removed_at)
    return replace(seen, unseen_at=max(at for at in looks if at is not None))


def _pushed_again(old: Version, seen: Version) -> bool:
    """The registry names a later push than before, though nobody ever read what the tag held."""
    return None not in (old.published_at, seen.published_at) and seen.at > old.at


def _richer(old: Version, seen: Version) -> tuple[File, ...]:
    """The same bytes; what is known of them by now is not forgotten."""
    known: Mapping[str, File] = {file.name: file for file in old.files}
    return (
        tuple(
            replace(
                file,
                parts=file.parts or before.parts,
                attested=file.attested or before.attested,
                published_at=before.published_at,
            )
            if (before := known.get(file.name)) is not None
            else file
            for file in seen.files
        )
        or old.files
    )
