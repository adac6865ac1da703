"""The list of Docker Hub's tags: its newest pages, any other page, and one tag by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from verifier.document import Malformed
from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Conversation, Memory, Page, Unreadable
from verifier.registries.hub import pages
from verifier.registries.hub.pages import Entry, Tags
from verifier.registries.versions import image_tags

PAGES = 100
"""The most pages of one list that are read: 10,000 tags."""
MARGIN = timedelta(minutes=10)
"""How far before the last look the newest pages must reach: clocks differ, and lists are written late."""

_LIMIT = 8 * 1024 * 1024
_UNORDERED = (
    "Docker Hub does not list the newest tags first; new ones are found late, when all pages were read in turn."
)


@dataclass(frozen=True)
class Hub:
    """One image on Docker Hub, and the address of its API."""

    api: str
    artifact: Artifact

    def ask(self, rest: str) -> Ask:
        """Something about its tags."""
        namespace, _, name = self.artifact.name.rpartition("/")
        base = f"{self.api.rstrip('/')}/v2/namespaces/{quote(namespace, safe='')}/repositories/{quote(name, safe='')}"
        return Ask(f"{base}/tags{rest}", "application/json", _LIMIT)


@dataclass(frozen=True)
class Newest:
    """The entries of the newest pages. `whole`: there are no others; `reached`: whatever follows was seen before."""

    entries: tuple[Entry, ...] = ()
    count: int = 0
    pages: int = 0
    whole: bool = False
    reached: bool = False
    unread: tuple[str, ...] = ()


def newest(hub: Hub, memory: Memory) -> Conversation[Newest | Unreadable]:
    """The newest pages: at the first look all that are read at all, later until one reaches back to the last look."""
    found = Newest()
    while found.pages < PAGES:
        answer = yield from page_of(hub, found.pages + 1)
        if isinstance(answer, Unreadable):
            return answer
        if answer is None:  # where the page before announced it, nothing is known of what follows
            return replace(found, whole=not found.pages)
        found = Newest(
            (*found.entries, *answer.entries),
            max(found.count, answer.count),
            found.pages + 1,
            not answer.more,
            unread=(*found.unread, *answer.unread),
        )
        if found.whole:
            return found
        if memory.first:
            continue
        if not answer.newest_first:
            return replace(found, unread=(*found.unread, _UNORDERED))
        if any(_is_old(entry, memory) for entry in answer.entries):
            return replace(found, reached=True)
    return found


def page_of(hub: Hub, number: int) -> Conversation[Tags | Unreadable | None]:
    """One page; None for one that is not there, as behind the last."""
    ask = hub.ask(f"?page_size={pages.SIZE}&ordering=last_updated&page={number}")
    answer = yield ask
    match answer:
        case Unreadable():
            return answer
        case Absent():
            return None
        case Page():
            pass
    try:
        return pages.tags(answer.body)
    except Malformed as error:
        return Unreadable(ask.url, f"Docker Hub's list of the tags of {hub.artifact.name} could not be read: {error}.")


def tag_of(hub: Hub, tag: str) -> Conversation[Entry | Absent | Unreadable]:
    """One tag by its name."""
    ask = hub.ask(f"/{quote(tag, safe='')}")
    answer = yield ask
    if not isinstance(answer, Page):
        return answer
    try:
        found, _ = pages.entry(answer.body, tag)
        return found
    except Malformed as error:
        return Unreadable(ask.url, f"Docker Hub's page of the tag {tag} could not be read: {error}.")


def _is_old(entry: Entry, memory: Memory) -> bool:
    """It was seen before, as it is: whatever is older still was seen then too. What is no version has but its time."""
    if entry.updated_at is None or memory.polled_at is None or entry.updated_at > memory.polled_at - MARGIN:
        return False
    if not image_tags.is_version(entry.tag):
        return True
    known = memory.versions.get(entry.tag)
    return known is not None and (not entry.digest or any(entry.digest in file.digests for file in known.files))
