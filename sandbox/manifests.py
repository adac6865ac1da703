"""What a tag can point at: manifests and indexes, each called by the digest of its bytes, and the blobs they name.

Source: the OCI image specification 1.1 (manifest, index, descriptor), BuildKit's attestation manifests, and cosign's
signature manifests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sandbox import stable

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
IN_TOTO = "application/vnd.in-toto+json"
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
NOWHERE = "unknown/unknown"
"""The platform of an attestation manifest."""


@dataclass(frozen=True)
class Manifest:
    """A manifest, or with `children` an index. `body` is empty where only the digest is known: nobody has the bytes.

    `platform` is what it runs on, '' for an index. `kind` is the artifact type that a list of referrers shows.
    """

    digest: str
    media: str
    body: bytes = b""
    platform: str = ""
    children: tuple[Manifest, ...] = ()
    blobs: tuple[bytes, ...] = ()
    kind: str = ""
    about: str = ""
    """Of an attestation manifest: the digest of the image it is about."""

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.body) or 1577

    @property
    def runs_on(self) -> tuple[tuple[str, str], ...]:
        """The platforms it can run on, with the digest of what runs there."""
        shown = self.children or (self,)
        return tuple((child.platform, child.digest) for child in shown if child.platform not in ("", NOWHERE))


def image(key: tuple[object, ...], platforms: tuple[str, ...], *, index: bool, attestations: bool) -> Manifest:
    """An image whose bytes follow from `key`: one manifest, or an index of one for each platform.

    With `attestations` each of them has a BuildKit attestation manifest beside it.
    """
    made = [_built(key, platform) for platform in platforms]
    if not index:
        return made[0]
    return index_of([*made, *(_attestation(one) for one in made if attestations)])


def literal(digest: str, platforms: tuple[tuple[str, str], ...]) -> Manifest:
    """An image of which only digests are known: of itself, and of the platforms of an index."""
    children = tuple(Manifest(known, MANIFEST, platform=platform) for platform, known in platforms)
    if len(children) == 1 and children[0].digest == digest:
        return children[0]
    return Manifest(
        digest, INDEX if children else MANIFEST, platform="" if children else "linux/amd64", children=children
    )


def index_of(children: list[Manifest]) -> Manifest:
    """An index of these manifests."""
    return _manifest(INDEX, {"manifests": [descriptor(child) for child in children]}, children=tuple(children))


def referrer(subject: Manifest, bundle: bytes) -> Manifest:
    """A manifest that hangs a Sigstore bundle on an image."""
    fields = {
        "artifactType": BUNDLE,
        "config": _described(EMPTY, b"{}"),
        "layers": [_described(BUNDLE, bundle)],
        "subject": {"mediaType": subject.media, "digest": subject.digest, "size": subject.size},
        "annotations": {"dev.sigstore.bundle.content": "dsse-envelope"},
    }
    return _manifest(MANIFEST, fields, blobs=(b"{}", bundle), kind=BUNDLE)


def cosigned(subject: Manifest, suffix: str) -> Manifest:
    """What older cosign keeps under the tag `sha256-<hex>.sig` or `.att`."""
    payload = stable.content("cosign", suffix, subject.digest)
    layer = SIMPLE_SIGNING if suffix == "sig" else IN_TOTO
    fields = {"config": _described(CONFIG, b"{}"), "layers": [_described(layer, payload)]}
    return _manifest(MANIFEST, fields, blobs=(b"{}", payload))


def descriptor(manifest: Manifest) -> dict[str, Any]:
    """How an index, or a list of referrers, names a manifest."""
    said: dict[str, Any] = {"mediaType": manifest.media, "digest": manifest.digest, "size": manifest.size}
    if manifest.platform:
        said["platform"] = platform(manifest.platform)
    if manifest.about:
        said["annotations"] = {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": manifest.about,
        }
    return said | ({"artifactType": manifest.kind} if manifest.kind else {})


def platform(text: str) -> dict[str, str]:
    """`linux/arm64/v8` as registries write it."""
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))


def digest_of(data: bytes) -> str:
    """The digest that a registry calls these bytes by."""
    return stable.digest("sha256", data)


def _built(key: tuple[object, ...], on: str) -> Manifest:
    layer = stable.content("layer", *key, on)
    config = json.dumps(
        {**platform(on), "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]}}
    ).encode()
    fields = {"config": _described(CONFIG, config), "layers": [_described(LAYER, layer)]}
    return _manifest(MANIFEST, fields, platform=on, blobs=(config, layer))


def _attestation(of: Manifest) -> Manifest:
    """What BuildKit says about a build, signed by nobody."""
    statement = stable.content("buildkit", of.digest)
    config = json.dumps({**platform(NOWHERE), "config": {}}).encode()
    fields = {"config": _described(CONFIG, config), "layers": [_described(IN_TOTO, statement)]}
    return _manifest(MANIFEST, fields, platform=NOWHERE, blobs=(config, statement), about=of.digest)


def _manifest(
    media: str,
    fields: dict[str, Any],
    platform: str = "",
    children: tuple[Manifest, ...] = (),
    blobs: tuple[bytes, ...] = (),
    kind: str = "",
    about: str = "",
) -> Manifest:
    body = json.dumps({"schemaVersion": 2, "mediaType": media, **fields}).encode()
    return Manifest(digest_of(body), media, body, platform, children, blobs, kind, about)


def _described(media: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media, "digest": digest_of(data), "size": len(data)}
