"""Amazon ECR, private repositories: one listing shows every tag with its digest.

Amazon dates a digest by when it was pushed, and says nothing of when a tag was moved to it. So that time is the tag's
only where the digest is new too; else the tag moved at some time between two looks. Archived images are not listed:
nobody can pull them until they are restored, and their tags count as gone meanwhile.
Source: Amazon ECR API reference, DescribeImages and BatchGetImage; the hosts: `verifier.image_hosts`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from verifier.document import Complaints, Malformed
from verifier.image_hosts import amazon
from verifier.model import Artifact, Attestation, File, Part, Version
from verifier.registries.amazon import pages
from verifier.registries.amazon.pages import AT_ONCE, Image
from verifier.registries.base import Absent, Call, Conversation, Memory, Page, Place, Snapshot, Unreadable
from verifier.registries.distribution import manifests, referrers
from verifier.registries.distribution.tag_list import standing
from verifier.registries.tags import as_seen

TYPE = "oci"
SOURCE = referrers.SOURCE
SERVICE = "ecr"
MOST_PAGES = 200
"""The most pages of one repository that are read: 200,000 images."""
SKEW = timedelta(minutes=2)
"""How far Amazon's clock may differ from ours."""

_INDEXES_AT_ONCE = 10
"""How many indexes are read in one call: each may have 4 MiB."""


@dataclass(frozen=True)
class Home:
    """Where a repository is: the account, the region, and its name there."""

    account: str
    region: str
    repository: str

    def call(self, operation: str, **parameters: object) -> Call:
        """A call about this repository."""
        about = {"registryId": self.account, "repositoryName": self.repository}
        return Call(SERVICE, self.region, operation, {**about, **parameters})


@dataclass(frozen=True)
class Listing:
    """What each tag points at. `pages`: how many answers that took."""

    images: dict[str, Image]
    pages: int = 0


def serves(host: str) -> bool:
    """Whether images of this host are this registry's."""
    return amazon(host) is not None


def home_of(artifact: Artifact) -> Home | None:
    """Where an image of this registry is; None for one of another registry."""
    host, _, repository = artifact.image.partition("/")
    found = amazon(host)
    return Home(found.account, found.region, repository) if found and repository else None


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """List every tagged image, or look at the tag of a hint alone; then read the indexes that are new."""
    home, complaints = home_of(artifact), Complaints()
    if home is None:
        return Unreadable(artifact.purl, "Its address names no repository of Amazon ECR.")
    listing = yield from _hinted(home, memory.hint, complaints) if memory.hint else _listed(home, complaints)
    if isinstance(listing, Unreadable):
        return listing
    gone = () if complaints.all() else (yield from _gone(home, listing, memory))
    known = memory.by_digest()
    read = yield from _platforms(home, listing, known, memory, complaints)
    versions = tuple(_version(artifact, tag, image, known, read, memory) for tag, image in listing.images.items())
    return Snapshot(artifact, versions, unread=complaints.all(), whole=False, gone=gone)


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """Nothing: Amazon's API hands out manifests only, and what an attestation says lies in a blob.

    GitHub is asked for its own attestations by the digest, as for every image.
    """
    yield from ()
    return ()


def _listed(home: Home, complaints: Complaints) -> Conversation[Listing | Unreadable]:
    """Every tagged image, page by page. A tag moved meanwhile may stand on two pages: the later was read later."""
    images, token = dict[str, Image](), ""
    for number in range(1, MOST_PAGES + 1):
        following = {"nextToken": token} if token else {}
        answer = yield home.call(
            "describe_images", filter={"tagStatus": "TAGGED"}, maxResults=pages.IMAGES, **following
        )
        if isinstance(answer, Absent):
            return Listing({}, number)
        found = _read(answer, complaints)
        if isinstance(found, Unreadable):
            return found
        images |= {tag: image for image in found[0] for tag in image.tags}
        token = found[1]
        if not token:
            return Listing(images, number)
    return Unreadable(answer.url, f"Amazon's list of images does not end within {MOST_PAGES} pages.")


def _hinted(home: Home, tag: str, complaints: Complaints) -> Conversation[Listing | Unreadable]:
    """The image that one tag points at."""
    answer = yield home.call("describe_images", imageIds=[{"imageTag": tag}])
    if isinstance(answer, Absent):
        return Listing({}, 1)
    found = _read(answer, complaints)
    if isinstance(found, Unreadable):
        return found
    image = next((image for image in found[0] if tag in image.tags), None)
    return Listing({tag: image} if image else {}, 1)


def _read(answer: Page | Unreadable, complaints: Complaints) -> tuple[list[Image], str] | Unreadable:
    if isinstance(answer, Unreadable):
        return answer
    try:
        return pages.listed(answer.body, complaints)
    except Malformed as error:
        return Unreadable(answer.url, f"Amazon's list of images could not be read: {error}.")


def _gone(home: Home, listing: Listing, memory: Memory) -> Conversation[tuple[str, ...]]:
    """The tags that are there no more.

    One that was moved while we turned pages may have slipped through between two; so there each is asked for.
    """
    lost = missing(memory, listing.images)
    if listing.pages < 2:
        return lost
    gone = set[str]()
    for tags in _slices(lost, AT_ONCE):
        answer = yield home.call("batch_get_image", imageIds=[{"imageTag": tag} for tag in tags])
        if not isinstance(answer, Page):
            break
        try:
            gone |= pages.absent(answer.body) & set(tags)
        except Malformed:
            break
    return tuple(sorted(gone))


def _platforms(
    home: Home, listing: Listing, known: Mapping[str, File], memory: Memory, complaints: Complaints
) -> Conversation[dict[str, tuple[Part, ...]]]:
    """The platforms of the indexes that are new; in the first look, where everything is, of none."""
    new = dict.fromkeys(i.digest for i in listing.images.values() if i.index and i.digest not in known)
    wanted = [] if memory.first else list(islice(new, memory.checks))
    read = dict[str, tuple[Part, ...]]()
    for digests in _slices(wanted, _INDEXES_AT_ONCE):
        answer = yield home.call(
            "batch_get_image",
            imageIds=[{"imageDigest": digest} for digest in digests],
            acceptedMediaTypes=list(manifests.INDEXES),
        )
        match answer:
            case Unreadable(problem=problem):
                complaints.add(f"the platforms of an image: {problem}")
                break
            case Page():
                read |= complaints.attempt(pages.platforms, answer.body, set(digests), complaints) or {}
    return read


def _version(
    artifact: Artifact,
    tag: str,
    image: Image,
    known: Mapping[str, File],
    read: dict[str, tuple[Part, ...]],
    memory: Memory,
) -> Version:
    pushed_with_tag = image.digest not in known and since_last_look(image.pushed_at, memory)
    at = image.pushed_at if memory.first or pushed_with_tag else None
    before = known.get(image.digest)
    parts = read.get(image.digest) or (before.parts if before else ())
    return version(artifact, tag, manifests.image(image.digest, parts, at), memory)


def version(artifact: Artifact, tag: str, file: File, memory: Memory) -> Version:
    """What a tag points at now, and since when as far as its file says."""
    return replace(as_seen(artifact, tag, memory, (file,)), published_at=file.published_at)


def since_last_look(at: datetime | None, memory: Memory) -> bool:
    """Whether it is a time after the last look at everything, as far as two clocks agree."""
    return at is not None and (memory.polled_at is None or at > memory.polled_at - SKEW)


def missing(memory: Memory, found: Container[str]) -> tuple[str, ...]:
    """The tags that stood at the last look and are not found by this one."""
    gone = (tag for tag in standing(memory) if tag not in found and memory.hint in ("", tag))
    return tuple(sorted(gone))


def _slices(values: Iterable[str], size: int) -> Iterable[list[str]]:
    rest = iter(values)
    while found := list(islice(rest, size)):
        yield found
