"""Amazon ECR Public: for the owner of an alias the tags with their times, for everybody else a plain OCI registry.

Amazon's API speaks of the caller's own public repositories only. So it is asked whether the alias is ours; what it
answers is noted in the cursor and not asked again. Where it does not answer, we look as anybody, and ask next time.
Source: Amazon ECR Public API reference, DescribeRegistries and DescribeImageTags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from verifier.document import Complaints, Malformed, items, mapping, moment, parse, text
from verifier.image_hosts import AMAZON_PUBLIC
from verifier.model import Artifact, Attestation, Version
from verifier.registries import ecr, oci
from verifier.registries.base import Absent, Answer, Call, Conversation, Memory, Page, Place, Snapshot, Unreadable
from verifier.registries.distribution import manifests
from verifier.registries.versions import image_tags

TYPE = "oci"
SOURCE = oci.SOURCE
SERVICE, REGION = "ecr-public", "us-east-1"
MOST_PAGES = 200
"""The most pages of one repository that are read."""

_PAGE = 1000
_REGISTRIES = 100
_OWNER, _ANYBODY = "owner ", "anybody "


@dataclass(frozen=True)
class Tag:
    """One tag of the owner's list, and when it was made."""

    name: str
    digest: str
    created_at: datetime | None


def serves(host: str) -> bool:
    """Whether images of this host are this registry's."""
    return host == AMAZON_PUBLIC


def look(artifact: Artifact, place: Place, memory: Memory) -> Conversation[Snapshot | Unreadable | None]:
    """As the owner where the alias is ours, else as anybody. The cursor says which, and what the other way noted."""
    known = memory.cursor.startswith((_OWNER, _ANYBODY))
    way = memory.cursor if known else (yield from _way(artifact))
    if way.startswith(_OWNER):
        return (yield from _as_owner(artifact, way, memory))
    seen = yield from oci.look(artifact, place, replace(memory, cursor=memory.cursor.removeprefix(_ANYBODY)))
    return replace(seen, cursor=f"{_ANYBODY if way else ''}{seen.cursor}") if isinstance(seen, Snapshot) else seen


def gather(version: Version, place: Place, now: datetime) -> Conversation[tuple[Attestation, ...] | Unreadable]:
    """As from any OCI registry."""
    return oci.gather(version, place, now)


def _way(artifact: Artifact) -> Conversation[str]:
    """Whether the alias is one of our own registry's; '' where Amazon does not say, as to who has no login."""
    alias, _, repository = _path(artifact).partition("/")
    answer = yield Call(SERVICE, REGION, "describe_registries", {})
    if not isinstance(answer, Page):
        return ""
    try:
        ours = [registry for registry, aliases in _registries(answer.body) if alias in aliases and repository]
    except Malformed:
        return ""
    return _OWNER + ours[0] if ours else _ANYBODY


def _path(artifact: Artifact) -> str:
    """The alias and the repository: `alias/name`."""
    return artifact.image.partition("/")[2]


def _registries(body: bytes) -> Iterator[tuple[str, set[str]]]:
    """The registries that are ours, each with its aliases. Raises Malformed."""
    for entry in items(mapping(parse(body), "the answer").get("registries"), "registries", _REGISTRIES):
        registry = mapping(entry, "registries")
        aliases = items(registry.get("aliases"), "aliases", _REGISTRIES)
        names = {text(mapping(alias, "aliases").get("name"), "name") for alias in aliases}
        yield text(registry.get("registryId"), "registryId", 12), names


def _as_owner(artifact: Artifact, cursor: str, memory: Memory) -> Conversation[Snapshot | Unreadable]:
    """Every tag, also for a hint: this interface cannot ask for one."""
    about = {
        "registryId": cursor.removeprefix(_OWNER),
        "repositoryName": _path(artifact).partition("/")[2],
        "maxResults": _PAGE,
    }
    complaints, found, token = Complaints(), dict[str, Tag](), ""
    for _ in range(MOST_PAGES):
        answer = yield Call(SERVICE, REGION, "describe_image_tags", about | ({"nextToken": token} if token else {}))
        page = _page(answer, complaints)
        if isinstance(page, Unreadable):
            return page
        found |= {tag.name: tag for tag in page[0] if memory.hint in ("", tag.name)}
        token = page[1]
        if not token:
            break
    else:
        return Unreadable(answer.url, f"Amazon's list of tags does not end within {MOST_PAGES} pages.")
    gone = () if complaints.all() else ecr.missing(memory, found)
    versions = tuple(_version(artifact, tag, memory) for tag in found.values())
    return Snapshot(artifact, versions, unread=complaints.all(), whole=False, gone=gone, cursor=cursor)


def _page(answer: Answer, complaints: Complaints) -> tuple[list[Tag], str] | Unreadable:
    """The tags of one page, and the token of the next ('': the last). What is not there has none."""
    match answer:
        case Unreadable():
            return answer
        case Absent():
            return [], ""
        case Page():
            try:
                document = mapping(parse(answer.body), "the answer")
                listed = items(document.get("imageTagDetails"), "imageTagDetails", _PAGE)
                token = document.get("nextToken")
                following = "" if token is None else text(token, "nextToken", 16_384)
            except Malformed as error:
                return Unreadable(answer.url, f"Amazon's list of tags could not be read: {error}.")
    tags = [complaints.attempt(_tag, entry, f"imageTagDetails[{at}]", complaints) for at, entry in enumerate(listed)]
    return [tag for tag in tags if tag is not None and image_tags.is_version(tag.name)], following


def _tag(entry: object, where: str, complaints: Complaints) -> Tag:
    fields = mapping(entry, where)
    image = mapping(fields.get("imageDetail"), f"{where}.imageDetail")
    created_at = fields.get("createdAt")
    return Tag(
        text(fields.get("imageTag"), f"{where}.imageTag"),
        manifests.digest(image.get("imageDigest"), f"{where}.imageDetail.imageDigest"),
        None if created_at is None else complaints.attempt(moment, created_at, f"{where}.createdAt"),
    )


def _version(artifact: Artifact, tag: Tag, memory: Memory) -> Version:
    """Amazon does not say whether a tag that is moved is dated anew, so an old time is that of no move."""
    at = tag.created_at if memory.first or ecr.since_last_look(tag.created_at, memory) else None
    return ecr.version(artifact, tag.name, manifests.image(tag.digest, (), at), memory)
