"""What tags point at, asked one by one: their digests, and the manifest of each digest that nobody has seen before.

A tag whose digest is told is kept with it even where the manifest could not be read: that it points elsewhere must not
stay hidden behind a manifest too large. Only a body that is not what its digest says makes the whole answer worthless.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifier.document import Complaints, Malformed
from verifier.model import Artifact, File, Version
from verifier.registries.base import Absent, Conversation, Memory, Unreadable
from verifier.registries.distribution import manifests, referrers
from verifier.registries.distribution.repository import REFUSALS, Pointed, Repository, manifest, pointed
from verifier.registries.distribution.tag_list import Listed
from verifier.registries.documents import SETTLES_WITHIN
from verifier.registries.tags import as_seen

FAILURES = 3
"""How many tags may fail before no other is asked about."""
AGAIN = 20
"""How many young images may be asked about again in one look, whether somebody attested them by now."""


@dataclass(frozen=True)
class Pointing:
    """The tags whose digest was seen, and those that are not there. `ended`: not all of them were asked about."""

    versions: tuple[Version, ...] = ()
    gone: tuple[str, ...] = ()
    ended: bool = False
    unread: tuple[str, ...] = ()


class _Sight:
    """What one look knows while it goes on: files by their digest, and how often it may still ask again."""

    def __init__(self, memory: Memory, listed: Listed) -> None:
        self.memory, self.listed = memory, listed
        self.files = memory.by_digest()
        self.again = AGAIN
        self.complaints = Complaints()


def read(
    here: Repository, artifact: Artifact, tags: tuple[str, ...], memory: Memory, listed: Listed
) -> Conversation[Pointing | Unreadable]:
    """Ask about each tag. A refusal ends the whole look; what fails otherwise costs that tag."""
    sight, versions, gone, failures = _Sight(memory, listed), list[Version](), list[str](), 0
    for tag in tags:
        answer = yield from pointed(here, tag)
        if isinstance(answer, Pointed):
            found = yield from _file(here, tag, answer, sight)
            if isinstance(found, Unreadable):
                return found
            if found is not None:
                sight.files[answer.digest] = found
                versions.append(version(artifact, tag, memory, listed, (found,)))
        elif isinstance(answer, Absent):
            gone.append(tag)
        elif answer.status in REFUSALS:
            return answer
        else:
            sight.complaints.add(f"The tag {tag}: {answer.problem}")
            failures += 1
            if failures == FAILURES:
                sight.complaints.add("The tags after it were not asked about.")
                return Pointing(tuple(versions), tuple(gone), True, sight.complaints.all())
    return Pointing(tuple(versions), tuple(gone), False, sight.complaints.all())


def version(artifact: Artifact, tag: str, memory: Memory, listed: Listed, files: tuple[File, ...] = ()) -> Version:
    """A tag as this look sees it. A new one was pushed after the last time that the list was read where it stands."""
    unseen_at = None if memory.first or tag in memory.versions else listed.since
    return replace(as_seen(artifact, tag, memory, files), unseen_at=unseen_at)


def _file(here: Repository, tag: str, found: Pointed, sight: _Sight) -> Conversation[File | Unreadable | None]:
    """What a tag points at; None when the registry serves something else under that digest."""
    known = sight.files.get(found.digest)
    if known is None or (found.index and not known.parts):
        try:
            answer = found.manifest or (yield from manifest(here, found.digest))
        except Malformed as error:
            sight.complaints.add(f"The manifest of the tag {tag} could not be read: {error}.")
            return None
        if isinstance(answer, Unreadable) and answer.status in REFUSALS:
            return answer
        known = yield from _new(here, tag, found.digest, answer, known, sight)
    elif not known.attested and _young(sight.memory.versions.get(tag), found.digest, sight.memory) and sight.again:
        sight.again -= 1
        known = replace(known, attested=(yield from _attested(here, found.digest, sight)))
    return replace(known, attested=known.attested or found.digest in sight.listed.attested)


def _new(
    here: Repository,
    tag: str,
    digest: str,
    answer: manifests.Manifest | Absent | Unreadable,
    known: File | None,
    sight: _Sight,
) -> Conversation[File]:
    if isinstance(answer, manifests.Manifest):
        parts = answer.parts
        for sentence in answer.unread:
            sight.complaints.add(f"The manifest of the tag {tag}: {sentence}.")
    else:
        why = answer.problem if isinstance(answer, Unreadable) else "It is not there."
        sight.complaints.add(f"The manifest of the tag {tag} could not be read: {why}")
        parts = ()
    if known is not None:
        return replace(known, parts=parts)
    attested = False if _history(tag, sight.memory) else (yield from _attested(here, digest, sight))
    return manifests.image(digest, parts, attested=attested)


def _attested(here: Repository, digest: str, sight: _Sight) -> Conversation[bool]:
    if digest in sight.listed.attested:
        return True
    return (yield from referrers.announced(here, digest, tags_listed=sight.listed.whole))


def _history(tag: str, memory: Memory) -> bool:
    """What it points at may have been there before we looked for the first time."""
    known = memory.versions.get(tag)
    unread = known is not None and not known.files and known.unseen_at is None
    return memory.first or (unread and not memory.hint)


def _young(known: Version | None, digest: str, memory: Memory) -> bool:
    """It was pushed since we look, and not long ago: attestations are pushed after the image."""
    return (
        known is not None
        and known.unseen_at is not None
        and any(digest in file.digests for file in known.files)
        and memory.now - known.first_seen_at < SETTLES_WITHIN
    )
