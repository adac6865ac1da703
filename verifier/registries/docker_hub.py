"""Docker Hub: its own API tells the digest, the time and the account of each tag, a hundred at once, newest first.

So a look reads the newest page, and more only until nothing on them is new. A deletion shows in the number of tags
alone: see `verifier.registries.hub.recount`. Manifests are not asked for: each counts against a small pull limit
(docs.docker.com, "Docker Hub pull usage and limits"). Addresses of next pages are data, and are not followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from verifier.document import Complaints
from verifier.model import Artifact, Attestation, Version
from verifier.registries.base import Absent, Conversation, Memory, Place, Snapshot, Unreadable
from verifier.registries.distribution import manifests, referrers
from verifier.registries.distribution.repository import repository
from verifier.registries.distribution.tag_list import standing
from verifier.registries.hub import listing, recount
from verifier.registries.hub.listing import PAGES, Hub
from verifier.registries.hub.pages import Entry
from verifier.registries.hub.recount import Recount
from verifier.registries.tags import as_seen
from verifier.registries.versions import image_tags

TYPE = "docker"
SOURCE = referrers.SOURCE

CUT = f"Docker Hub lists more than {PAGES} pages of tags; the oldest are not watched."


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """See what is new, and where the number of tags does not fit, what is gone."""
    hub = Hub(place.api, artifact)
    if memory.hint:
        return (yield from _hinted(hub, memory))
    before = recount.read(memory.cursor)
    newest = yield from listing.newest(hub, memory)
    if isinstance(newest, Unreadable):
        return newest
    complaints = Complaints()
    for sentence in newest.unread:
        complaints.add(sentence)
    seen = {entry.tag: entry for entry in newest.entries}
    if newest.whole or memory.first:
        gone = standing(memory) - set(seen) if newest.whole else set()
        after = Recount(newest.count - len(_versions_in(seen)), cut=newest.pages >= PAGES and not newest.whole)
    else:
        fresh = [e for e in newest.entries if not image_tags.is_version(e.tag) and _is_new(e, memory)]
        counted = replace(before, beside=before.beside + len(fresh), gap=before.gap + len(fresh))
        present = len(standing(memory) | _versions_in(seen))
        begun = recount.begun(counted, present, newest, memory.now)
        found = yield from recount.counted(hub, memory, begun, newest, seen, complaints)
        if isinstance(found, Unreadable):
            return found
        gone, after = found
    if after.cut:
        complaints.add(CUT)
    return Snapshot(
        artifact,
        tuple(_versions(artifact, seen.values(), memory)),
        unread=complaints.all(),
        whole=False,
        gone=tuple(sorted(gone)),
        cursor=recount.write(after),
    )


def _hinted(hub: Hub, memory: Memory) -> Conversation[Snapshot | Unreadable]:
    """One tag, of which somebody says that it was pushed."""
    none = Snapshot(hub.artifact, (), whole=False, cursor=memory.cursor)
    if not image_tags.is_version(memory.hint):
        return none
    answer = yield from listing.tag_of(hub, memory.hint)
    match answer:
        case Unreadable():
            return answer
        case Absent():
            return replace(none, gone=tuple({memory.hint} & standing(memory)))
        case Entry():
            return replace(none, versions=tuple(_versions(hub.artifact, [answer], memory)))


def _is_new(entry: Entry, memory: Memory) -> bool:
    """It was pushed after the last look."""
    return entry.pushed_at is not None and memory.polled_at is not None and entry.pushed_at > memory.polled_at


def _versions_in(seen: Iterable[str]) -> set[str]:
    return set(filter(image_tags.is_version, seen))


def _versions(artifact: Artifact, entries: Iterable[Entry], memory: Memory) -> list[Version]:
    """The tags as versions. What is new after the first look is asked about once for attestations."""
    entries = list(entries)
    known = memory.by_digest()
    attested = set(filter(None, (image_tags.attested_by(entry.tag) for entry in entries)))
    found = []
    for entry in entries:
        if image_tags.is_version(entry.tag):
            before = known.get(entry.digest)
            announced = entry.digest in attested or (not memory.first if before is None else before.attested)
            found.append(_version(artifact, entry, memory, announced))
    return found


def _version(artifact: Artifact, entry: Entry, memory: Memory, attested: bool) -> Version:
    files = (manifests.image(entry.digest, entry.parts, entry.pushed_at, attested),) if entry.digest else ()
    return replace(as_seen(artifact, entry.tag, memory, files), published_at=entry.pushed_at, account=entry.account)


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """The attestations of the digest that the tag points at, from the registry behind the API."""
    return referrers.gather(repository(version.artifact, place), version, now)
