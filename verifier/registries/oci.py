"""Any registry that speaks the distribution specification: Harbor, Quay, Artifactory, GitLab, `docker-registry`.

Such a registry tells no times and no accounts, and its list of tags no digests: each tag is asked about by itself. The
first look asks about the moving tags and the newest; a later one reads one page of the list, and asks about the moving
tags, the new ones, and as many of the others as the settings allow, in turn. docs/registries.md counts the requests.
Source: opencontainers/distribution-spec, spec.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from verifier.model import Artifact, Attestation, Version
from verifier.registries.base import Conversation, Memory, Place, Snapshot, Unreadable
from verifier.registries.distribution import bookmark, pointing, referrers, turns
from verifier.registries.distribution.repository import Repository, repository
from verifier.registries.distribution.tag_list import Listed, every_page, next_page, standing
from verifier.registries.versions import image_tags

TYPE = "oci"
SOURCE = referrers.SOURCE


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """See which tags there are, and what some of them point at."""
    here = repository(artifact, place)
    if memory.hint:
        return (yield from _hinted(here, artifact, memory))
    listed = yield from (every_page if memory.first else next_page)(here, memory)
    if isinstance(listed, Unreadable):
        return listed
    known = standing(memory)
    new = set(listed.tags) - known
    if memory.first:
        turn = turns.first(listed.tags, memory)
    else:
        waiting = turns.unread(memory.versions) - set(listed.gone)
        turn = turns.later(known - set(listed.gone) - waiting, new | waiting, memory, bookmark.read(memory.cursor).at)
    read = yield from pointing.read(here, artifact, turn.asked, memory, listed)
    if isinstance(read, Unreadable):
        return read
    unasked = new - {version.number for version in read.versions} - set(read.gone)
    rest = (pointing.version(artifact, tag, memory, listed) for tag in sorted(unasked))
    at = bookmark.read(memory.cursor).at if read.ended else turn.at
    cursor, unnoted = bookmark.noted(replace(listed.mark, at=at))
    return Snapshot(
        artifact,
        (*read.versions, *rest),
        unread=(*listed.unread, *read.unread, *unnoted),
        whole=False,
        gone=tuple(sorted({*listed.gone, *read.gone} & known)),
        cursor=cursor,
    )


def _hinted(here: Repository, artifact: Artifact, memory: Memory) -> Conversation[Snapshot | Unreadable]:
    """One tag, of which somebody says that it was pushed. The bookmark stays where it is."""
    mark = bookmark.read(memory.cursor)
    listed = Listed((), since=mark.since, mark=mark)
    asked = (memory.hint,) if image_tags.is_version(memory.hint) else ()
    read = yield from pointing.read(here, artifact, asked, memory, listed)
    if isinstance(read, Unreadable):
        return read
    gone = tuple(sorted(set(read.gone) & standing(memory)))
    return Snapshot(artifact, read.versions, unread=read.unread, whole=False, gone=gone, cursor=memory.cursor)


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """The attestations of the digest that the tag points at."""
    return referrers.gather(repository(version.artifact, place), version, now)
