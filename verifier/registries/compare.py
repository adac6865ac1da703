"""What a registry's snapshot changes about what we knew. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from verifier.model import Version
from verifier.registries.base import Snapshot


def changes(known: Iterable[Version], snapshot: Snapshot, now: datetime, preview_of: datetime | None) -> list[Version]:
    """The versions that are new or differ from what we knew, as they shall be kept.

    Our first look and what we saw of files that are gone stay. A version that the registry no longer shows, by its
    own word or by leaving it out, gets `removed_at`. `preview_of` is the time of first contact during the first
    pass: what is there then without a date was there before.
    """
    before = {version.number: version for version in known}
    changed = []
    for seen in snapshot.versions:
        old = before.pop(seen.number, None)
        kept = _kept(old, seen, preview_of)
        if kept != old:
            changed.append(kept)
    changed += _gone(before, snapshot, now, preview_of)
    return sorted(changed, key=lambda v: (v.at, v.number))


def _kept(old: Version | None, seen: Version, preview_of: datetime | None) -> Version:
    if old is not None:
        shown = {file.name for file in seen.files}
        lost = tuple(replace(file, removed=True) for file in old.files if file.name not in shown)
        seen = replace(seen, files=tuple(sorted((*seen.files, *lost), key=lambda file: file.name)))
        return replace(seen, first_seen_at=old.first_seen_at, removed_at=seen.removed_at)
    if preview_of is not None and seen.published_at is None:
        return replace(seen, first_seen_at=preview_of - timedelta(seconds=1))
    return seen


def _gone(
    before: dict[str, Version], snapshot: Snapshot, now: datetime, preview_of: datetime | None
) -> Iterator[Version]:
    """Versions not shown any more: known ones keep what we saw, unknown ones are what the registry says of them."""
    for seen in snapshot.removed:
        old = before.pop(seen.number, None)
        if old is None:
            yield replace(_kept(None, seen, preview_of), removed_at=now)
        elif old.removed_at is None:
            yield replace(old, removed_at=now)
    for old in before.values():
        if snapshot.quarantined and not old.quarantined:
            yield replace(old, quarantined=True, removed_at=old.removed_at or now)
        elif old.removed_at is None:
            yield replace(old, removed_at=now)
