"""How a scenario says that an image is pushed: `publish` of an image, `retag`, and images of the `history`."""

from __future__ import annotations

import re
from datetime import datetime

from sandbox import manifests
from sandbox.events import Attested, PushImage, Retag
from sandbox.manifests import Manifest
from sandbox.names import Names, Package
from sandbox.strict import Item

KEYS = "digest bytes platforms attestations cosign also"
"""What may stand at the publication of an image beside what stands at any."""
PACKAGES = "approver install_scripts tag files contents"
"""What may only stand at the publication of a package."""
PLATFORMS = ("linux/amd64", "linux/arm64")

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(?:/v[0-9]+)?")


def push(
    at: datetime, item: Item, keys: dict[str, Item], package: Package, attested: Attested | None, names: Names
) -> PushImage:
    """A publication of an image, read from its keys. A tag may be pushed again and again."""
    for name in PACKAGES.split():
        if name in keys:
            raise keys[name].wrong("is about packages; an image has `platforms`, `attestations`, `cosign` and `also`")
    also = keys["also"].items() if "also" in keys else []
    tags = tuple(dict.fromkeys(read_tag(entry) for entry in (keys["version"], *also)))
    return PushImage(
        at,
        package.artifact,
        tags,
        _manifest(keys, package, seed(package, tags, names)),
        account(item, keys, package),
        attested,
        keys["cosign"].boolean() if "cosign" in keys else False,
        keys["rogue"].boolean() if "rogue" in keys else False,
    )


def retag(at: datetime, item: Item, names: Names) -> Retag:
    """A tag is pointed at what is there already."""
    keys = item.keys("artifact by rogue", "from to")
    package = names.package_of(keys, item)
    if not package.artifact.is_image:
        raise item.wrong("only images have tags that can be moved")
    to, as_of = read_tag(keys["to"]), None
    if keys["from"].is_mapping:
        then = keys["from"].keys("", "tag at")
        source, as_of = then["tag"].text(), then["at"].time()
        if as_of > at:
            raise then["at"].wrong("lies after the moment at which the tag moves")
    else:
        source = keys["from"].text()
    if not _DIGEST.fullmatch(source) and (package.artifact, source) not in names.versions:
        raise keys["from"].wrong("is no tag that is ever pushed, and no digest")
    names.versions.add((package.artifact, to))
    rogue = keys["rogue"].boolean() if "rogue" in keys else False
    return Retag(at, package.artifact, source, to, account(item, keys, package), as_of, rogue)


def account(item: Item, keys: dict[str, Item], package: Package) -> str:
    """Who pushed. Docker Hub shows the account, other registries do not."""
    if package.artifact.type == "docker" and "by" not in keys:
        raise item.wrong("Docker Hub shows who pushed: name an account under `by`")
    return keys["by"].text() if "by" in keys else ""


def read_tag(item: Item) -> str:
    """The name of a tag."""
    if not _TAG.fullmatch(item.text()):
        raise item.wrong("is no tag of an image: letters, digits and ._- up to 128")
    return item.text()


def read_platforms(item: Item) -> tuple[str, ...]:
    """A list of platforms."""
    for entry in item.items():
        if not _PLATFORM.fullmatch(entry.text()):
            raise entry.wrong("is no platform; write it like linux/arm64 or linux/arm/v7")
    return item.texts()


def seed(package: Package, tags: tuple[str, ...], names: Names) -> tuple[object, ...]:
    """Note that these tags are pushed, and say what the bytes of the image follow from, unless something is said.

    They are the same for the same release in each of its registries, and others whenever its first tag is pushed again.
    """
    before = names.pushes.get((package.artifact, tags[0]), 0)
    names.pushes[package.artifact, tags[0]] = before + 1
    names.versions |= {(package.artifact, tag) for tag in tags}
    return package.artifact.image.rpartition("/")[2], tags[0], before


def _manifest(keys: dict[str, Item], package: Package, key: tuple[object, ...]) -> Manifest:
    attestations = keys["attestations"].boolean() if "attestations" in keys else False
    if "digest" in keys:
        return _literal(keys, package)
    if "platforms" in keys and keys["platforms"].is_mapping:
        raise keys["platforms"].wrong("digests of platforms go with the `digest` of their index")
    platforms = read_platforms(keys["platforms"]) if "platforms" in keys else PLATFORMS[:1]
    index = "platforms" in keys or attestations
    key = (keys["bytes"].text(),) if "bytes" in keys else key
    return manifests.image(key, platforms, index=index, attestations=attestations)


def _literal(keys: dict[str, Item], package: Package) -> Manifest:
    if package.artifact.type != "docker":
        raise keys["digest"].wrong("only of Docker Hub digests are asked without the bytes; use `bytes` for others")
    for name in ("bytes", "attestations", "cosign"):
        if name in keys:
            raise keys[name].wrong("nobody has the bytes of a digest that is written down")
    platforms: list[tuple[str, str]] = []
    if "platforms" in keys:
        for platform, digest in keys["platforms"].named_texts():
            if not _PLATFORM.fullmatch(platform) or not _DIGEST.fullmatch(digest):
                raise keys["platforms"].wrong("must be platforms and their digests: {linux/amd64: 'sha256:…'}")
            platforms.append((platform, digest))
    if not _DIGEST.fullmatch(keys["digest"].text()):
        raise keys["digest"].wrong("must be sha256: and 64 hex digits in lower case; or leave it out")
    return manifests.literal(keys["digest"].text(), tuple(platforms))
