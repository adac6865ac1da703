"""What can be asked of a registry by the distribution specification, and readers of its answers.

The address of the next page is data: only its query is taken, and only where it leads to the page's own place.
Source: opencontainers/distribution-spec, spec.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from verifier.document import Malformed, items, mapping, parse
from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Conversation, Page, Place, Unreadable
from verifier.registries.distribution import manifests
from verifier.registries.distribution.manifests import Manifest
from verifier.registries.versions import image_tags

PAGE = 1000
"""How many tags we ask for at once. Some registries give fewer, some all they have."""
TAGS = 100_000
"""The most tags of one answer that are read."""
REFUSALS = (401, 403, 429)
"""Answers after which asking on would be useless, or worse."""

_LIMIT = 16 * 1024 * 1024
_LINK = re.compile(r"<([^<>]++)>([^<,]{0,200}+)")
_NEXT = re.compile(r";\s*rel\s*=\s*\"?next\"?\s*(?:;|$)", re.IGNORECASE)
QUERY = re.compile("[!$-~]{1,2048}")
"""The query of an address as it is taken from the other side."""
_DIGEST = "docker-content-digest"


@dataclass(frozen=True)
class Repository:
    """One image's repository: the address of its registry, and what it is called there."""

    base: str
    name: str

    def tags(self, query: str = "") -> Ask:
        """A page of the list of tags; `query` is that of the page before for the next."""
        return self._ask(f"tags/list?{query or f'n={PAGE}'}", "application/json", _LIMIT)

    def head(self, tag: str) -> Ask:
        """What a tag points at, without the manifest: that costs nothing of anybody's pull limit."""
        return self._ask(f"manifests/{quote(tag, safe=':')}", manifests.ACCEPT, manifests.LIMIT, "HEAD")

    def manifest(self, reference: str) -> Ask:
        """The manifest of a tag or a digest."""
        return self._ask(f"manifests/{quote(reference, safe=':')}", manifests.ACCEPT, manifests.LIMIT)

    def referrers(self, digest: str, query: str = "") -> Ask:
        """What points at a digest: signatures, attestations."""
        return self._ask(f"referrers/{digest}{query and '?' + query}", manifests.INDEXES[0], manifests.LIMIT)

    def blob(self, digest: str, limit: int) -> Ask:
        """The bytes of a layer."""
        return self._ask(f"blobs/{digest}", "application/octet-stream, */*;q=0.5", limit)

    def _ask(self, path: str, accept: str, limit: int, method: str = "GET") -> Ask:
        url = f"{self.base.rstrip('/')}/v2/{quote(self.name)}/{path}"
        return Ask(url, accept, limit, method, scope=f"repository:{self.name}:pull")


def repository(artifact: Artifact, place: Place) -> Repository:
    """Where an image is."""
    return Repository(place.base, artifact.image.partition("/")[2])


@dataclass(frozen=True)
class Listing:
    """One page of the list of tags. `following` is the query of the next page; `last`: no other page is announced."""

    tags: tuple[str, ...]
    following: str = ""
    last: bool = True
    unread: tuple[str, ...] = ()


def listing(ask: Ask, page: Page) -> Listing:
    """The tags on a page; a list without a Link is complete. Raises Malformed when the page is none."""
    named = mapping(parse(page.body), "the list of tags").get("tags")
    entries = [] if named is None else items(named, "tags", TAGS)
    tags = [tag for tag in entries if isinstance(tag, str) and image_tags.is_tag(tag)]
    wrong = len(entries) - len(tags)
    unread = (f"tags holds {wrong} entries that are no tags",) if wrong else ()
    kept = tuple(dict.fromkeys(tags))
    try:
        query = following(ask, page)
    except Malformed as error:
        return Listing(kept, "", False, (*unread, f"{error}; the tags after this page were not read"))
    return Listing(kept, query, not query, unread)


def following(ask: Ask, page: Page) -> str:
    """The query of the next page; '' where the page names none. Raises Malformed for one that is somewhere else."""
    for found in _LINK.finditer(page.headers.get("link", "")):
        if not _NEXT.search(found[2]):
            continue
        try:
            here, there = urlsplit(ask.url), urlsplit(urljoin(ask.url, found[1]))
        except ValueError as error:
            raise Malformed("the Link to the next page is no address") from error
        own = here.path[here.path.find("/v2/") :]  # a registry behind a path of its proxy's does not know of that
        if (there.scheme, there.netloc) != (here.scheme, here.netloc) or there.path not in (here.path, own):
            raise Malformed("the Link to the next page leads somewhere else")
        if not QUERY.fullmatch(there.query) or there.query == here.query:
            raise Malformed("the Link to the next page leads nowhere")
        return str(there.query)
    return ""


@dataclass(frozen=True)
class Pointed:
    """What a tag points at. `index`: the registry says so; `manifest`: read already, because nothing else told."""

    digest: str
    index: bool = False
    manifest: Manifest | None = None


def pointed(here: Repository, tag: str) -> Conversation[Pointed | Absent | Unreadable]:
    """Ask what a tag points at. Where the registry does not say, its manifest is fetched and hashed."""
    ask = here.head(tag)
    answer = yield ask
    if not isinstance(answer, Page):
        return answer
    said = answer.headers.get(_DIGEST)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    try:
        if said is not None:
            return Pointed(manifests.digest(said, "Docker-Content-Digest"), kind in manifests.INDEXES)
        ask = here.manifest(tag)
        answer = yield ask
        if not isinstance(answer, Page):
            return answer
        read = manifests.read(answer.body, manifests.digest_of(answer.body))
        return Pointed(read.digest, bool(read.parts), read)
    except Malformed as error:
        return Unreadable(ask.url, f"What the tag {tag} points at could not be read: {error}.")


def manifest(here: Repository, digest: str) -> Conversation[Manifest | Absent | Unreadable]:
    """Fetch the manifest of a digest. Raises Malformed when what is served does not have that digest.

    One that has it and cannot be read is one without platforms, and says why.
    """
    ask = here.manifest(digest)
    answer = yield ask
    if not isinstance(answer, Page):
        return answer
    manifests.confirm(answer.body, digest)
    try:
        return manifests.read(answer.body, digest)
    except Malformed as error:
        return Manifest(digest, unread=(str(error),))
