"""Images made by hand as OCI layouts, so that their digests are known before anything is pushed.

Source: OCI image specification (image layout, manifest, index), and what buildx adds to an index for its attestations.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_STATEMENT = "application/vnd.in-toto+json"

Descriptor = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """An image in a folder. `content` is what a tag will point at: a manifest or an index, as `kind` says."""

    folder: Path
    kind: str
    content: bytes
    platforms: Mapping[str, str]
    """Those of an index, by name (`linux/amd64`), with the digests of their manifests."""

    @property
    def digest(self) -> str:
        """What a tag on it points at."""
        return digest(self.content)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def image(folder: Path, says: str, *platforms: str) -> Layout:
    """An index of these platforms; without any, one manifest. `says` makes its content differ."""
    (folder / "blobs" / "sha256").mkdir(parents=True)
    made = dict[str, str]()
    if not platforms:
        top = _image(folder, says, "linux/amd64")
    else:
        each = {platform: _image(folder, says, platform) for platform in platforms}
        made = {platform: each[platform]["digest"] for platform in platforms}
        stated = [_statement(folder, of) for of in made.values()]
        children = [{**each[platform], "platform": _platform(platform)} for platform in platforms]
        top = _document(folder, INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*children, *stated]})
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', "utf-8")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [top]}), "utf-8")
    content = (folder / "blobs" / "sha256" / top["digest"].removeprefix("sha256:")).read_bytes()
    return Layout(folder, top["mediaType"], content, made)


def _image(folder: Path, says: str, platform: str) -> Descriptor:
    content, raw = f"{says} {platform}".encode(), io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        entry = tarfile.TarInfo("widget")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    layer = _blob(folder, _LAYER, gzip.compress(raw.getvalue(), mtime=0))
    there = {"type": "layers", "diff_ids": [digest(raw.getvalue())]}
    config = _document(folder, _CONFIG, {**_platform(platform), "config": {}, "rootfs": there})
    return _manifest(folder, config, layer)


def _statement(folder: Path, of: str) -> Descriptor:
    """What buildx puts beside a platform: its attestations, as an image for no platform at all."""
    said = {"_type": "https://in-toto.io/Statement/v0.1", "subject": [], "predicateType": "", "predicate": {"of": of}}
    layer = _document(folder, _STATEMENT, said)
    there = {"type": "layers", "diff_ids": [layer["digest"]]}
    nowhere = {"architecture": "unknown", "os": "unknown"}
    config = _document(folder, _CONFIG, {**nowhere, "config": {}, "rootfs": there})
    notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": of}
    return {**_manifest(folder, config, layer), "annotations": notes, "platform": nowhere}


def _manifest(folder: Path, config: Descriptor, layer: Descriptor) -> Descriptor:
    return _document(folder, MANIFEST, {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]})


def _platform(name: str) -> dict[str, str]:
    system, _, architecture = name.partition("/")
    return {"os": system, "architecture": architecture}


def _document(folder: Path, kind: str, said: Mapping[str, object]) -> Descriptor:
    return _blob(folder, kind, json.dumps(said, separators=(",", ":")).encode())


def _blob(folder: Path, kind: str, content: bytes) -> Descriptor:
    named = digest(content)
    (folder / "blobs" / "sha256" / named.removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": kind, "digest": named, "size": len(content)}


def digest(content: bytes) -> str:
    """Of the bytes as they are."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
