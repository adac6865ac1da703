"""The pages of Amazon ECR: images with their tags, and manifests by digest. Pure.

Source: Amazon ECR API reference, DescribeImages and BatchGetImage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.document import Complaints, Malformed, items, mapping, moment, parse, text
from verifier.model import Part
from verifier.registries.distribution import manifests
from verifier.registries.versions import image_tags

IMAGES = 1000
"""How many images one page holds; Amazon gives no more."""
AT_ONCE = 100
"""How many images may be named in one call."""

_TAGS = 1000
"""The most tags of one image that are read; Amazon's own limit."""
_TOKEN = 16_384
_NOT_THERE = "ImageNotFound"


@dataclass(frozen=True)
class Image:
    """One digest of the listing, and when it was pushed. `index`: its manifest names those of several platforms."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: datetime | None = None
    index: bool = False


def listed(body: bytes, complaints: Complaints) -> tuple[list[Image], str]:
    """The images of one page, and the token of the next page ('': the last). Raises Malformed when it is no page."""
    document = mapping(parse(body), "the answer")
    entries = items(document.get("imageDetails"), "imageDetails", IMAGES)
    images = [complaints.attempt(_image, entry, f"imageDetails[{at}]", complaints) for at, entry in enumerate(entries)]
    token = document.get("nextToken")
    return [image for image in images if image is not None], "" if token is None else text(token, "nextToken", _TOKEN)


def _image(entry: object, where: str, complaints: Complaints) -> Image:
    fields = mapping(entry, where)
    tags, pushed_at = items(fields.get("imageTags"), f"{where}.imageTags", _TAGS), fields.get("imagePushedAt")
    return Image(
        manifests.digest(fields.get("imageDigest"), f"{where}.imageDigest"),
        tuple(tag for tag in tags if isinstance(tag, str) and image_tags.is_version(tag)),
        None if pushed_at is None else complaints.attempt(moment, pushed_at, f"{where}.imagePushedAt"),
        fields.get("imageManifestMediaType") in manifests.INDEXES,
    )


def absent(body: bytes) -> set[str]:
    """The tags asked for that Amazon says are not there. Raises Malformed."""
    failures = items(mapping(parse(body), "the answer").get("failures", []), "failures", AT_ONCE)
    found = set()
    for at, entry in enumerate(failures):
        failure = mapping(entry, f"failures[{at}]")
        if failure.get("failureCode") == _NOT_THERE:
            about = mapping(failure.get("imageId"), f"failures[{at}].imageId")
            found.add(text(about.get("imageTag"), f"failures[{at}].imageId.imageTag"))
    return found


def platforms(body: bytes, wanted: set[str], complaints: Complaints) -> dict[str, tuple[Part, ...]]:
    """The platforms of each index asked for, by its digest. Raises Malformed when the answer is none.

    A manifest counts only for the digest that its own bytes have.
    """
    entries = items(mapping(parse(body), "the answer").get("images"), "images", AT_ONCE)
    found = {}
    for at, entry in enumerate(entries):
        manifest = complaints.attempt(_manifest, entry, f"images[{at}]", wanted)
        if manifest is not None:
            found[manifest.digest] = manifest.parts
            for sentence in manifest.unread:
                complaints.add(f"images[{at}]: {sentence}")
    return found


def _manifest(entry: object, where: str, wanted: set[str]) -> manifests.Manifest:
    fields = mapping(entry, where)
    digest = manifests.digest(mapping(fields.get("imageId"), f"{where}.imageId").get("imageDigest"), f"{where}.imageId")
    written = fields.get("imageManifest")
    if digest not in wanted:
        raise Malformed(f"{where} was not asked for")
    if not isinstance(written, str) or len(written) > manifests.LIMIT:
        raise Malformed(f"{where}.imageManifest is not a text of at most {manifests.LIMIT} characters")
    try:
        return manifests.read(written.encode(errors="replace"), digest)
    except Malformed as error:
        raise Malformed(f"{where}: {error}") from error
