"""What a tag points at: one image's manifest, or an index of the manifests of its platforms. Pure.

An index inside an index is named and not followed. Signatures and attestations inside of one are left out: those that
BuildKit puts there are unsigned, and nobody runs them.
Source: opencontainers/image-spec, image-index.md and manifest.md; distribution/distribution, manifest-v2-2.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verifier.document import Complaints, Malformed, items, mapping, parse, text
from verifier.model import File, Part

FILE = "image"
"""What the one file of an image's version is called."""
LIMIT = 4 * 1024 * 1024
"""The largest manifest that is read, in bytes: what the specification asks every registry to take."""
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
IMAGES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
ACCEPT = ", ".join((*INDEXES, *IMAGES))

PARTS = 200
"""The most entries of one index that are read."""
UNREAD = Part("not read", "")
"""Stands for what of an index could not be read: then nobody signed or printed every platform of it."""
_DIGEST = re.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


@dataclass(frozen=True)
class Manifest:
    """What one digest stands for. `parts` are its platforms; `unread` says in sentences what was passed over."""

    digest: str
    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Descriptor:
    """One thing that an index or a manifest points at: its digest, its kind, its size, and what is said of it."""

    digest: str
    media_type: str
    artifact_type: str
    size: int
    annotations: dict[str, object]
    written: dict[str, object]


def digest(value: object, where: str) -> str:
    """It must be the digest of a manifest, `sha256:…` or `sha512:…`. Raises Malformed."""
    found = text(value, where)
    if not _DIGEST.fullmatch(found):
        raise Malformed(f"{where} is not a digest")
    return found


def digest_of(body: bytes, algorithm: str = "sha256") -> str:
    """The digest of a manifest, of the bytes as they were sent."""
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def confirm(body: bytes, expected: str) -> None:
    """Raises Malformed when a body is not the one that this digest names."""
    if digest_of(body, expected.partition(":")[0]) != expected:
        raise Malformed(f"its body does not have the digest {expected} under which it was asked for")


def read(body: bytes, expected: str) -> Manifest:
    """The manifest of this digest. Raises Malformed when the body is another one, or is no manifest."""
    confirm(body, expected)
    fields = mapping(parse(body), "the manifest")
    if "manifests" not in fields:
        if "config" not in fields and "layers" not in fields and "fsLayers" not in fields:
            raise Malformed("it is neither an image's manifest nor an index")
        return Manifest(expected)
    complaints, parts = Complaints(), list[Part]()
    entries = items(fields["manifests"], "manifests", PARTS)
    for at, entry in enumerate(entries):
        part = complaints.attempt(_part, entry, f"manifests[{at}]")
        if part is not None:
            parts.append(part)
    if complaints.all():
        parts.append(UNREAD)
    return Manifest(expected, tuple(sorted(set(parts))), complaints.all())


def _part(entry: object, where: str) -> Part | None:
    """One platform; None for what nobody runs. Raises Malformed, also for an index in the index."""
    fields = mapping(entry, where)
    found = descriptor(entry, where)
    if found.media_type in INDEXES:
        raise Malformed(f"{where} is an index inside the index; it is not followed")
    platform = fields.get("platform")
    # What says where it runs is kept whatever its annotations call it: nobody hides a platform with a word.
    name = platform_of(platform, f"{where}.platform")
    return Part(name, found.digest) if name else None


def platform_of(value: object, where: str) -> str:
    """A platform in one word: `linux/arm64/v8`; `any` where none is given, '' for `unknown/unknown`."""
    if value is None:
        return "any"
    fields = mapping(value, where)
    names = [text(fields[key], f"{where}.{key}", 64) for key in ("os", "architecture", "variant") if fields.get(key)]
    return "" if set(names) <= {"unknown"} else "/".join(names)


def descriptors(body: bytes, field: str, most: int) -> tuple[Descriptor, ...]:
    """What an index (`manifests`) or a manifest (`layers`) points at. Raises Malformed."""
    entries = items(mapping(parse(body), "the manifest").get(field), field, most)
    return tuple(descriptor(entry, f"{field}[{at}]") for at, entry in enumerate(entries))


def descriptor(entry: object, where: str) -> Descriptor:
    """One descriptor. Raises Malformed."""
    fields = mapping(entry, where)
    size, annotations = fields.get("size"), fields.get("annotations")
    return Descriptor(
        digest(fields.get("digest"), f"{where}.digest"),
        _optional(fields.get("mediaType"), f"{where}.mediaType"),
        _optional(fields.get("artifactType"), f"{where}.artifactType"),
        size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else 0,
        annotations if isinstance(annotations, dict) else {},
        fields,
    )


def _optional(value: object, where: str) -> str:
    return "" if value is None else text(value, where)


def image(
    digest: str, parts: Iterable[Part] = (), published_at: datetime | None = None, attested: bool = False
) -> File:
    """The one file of a version: what its tag points at."""
    return File(FILE, (digest,), published_at, attested=attested, parts=tuple(parts))
