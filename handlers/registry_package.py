"""`registry_package`: an image was pushed to GitHub's own registry. A hint to look at that tag, and nothing more.

The payload is built loosely: GitHub's own example calls a container an npm package, and dates it in the year 1. So only
names are taken from it, every place that may hold the image's is tried, and the digest is read at the registry.
Source: docs.github.com, "Webhook events and payloads", registry_package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from handlers import fields
from handlers.base import BadPayload, Payload
from verifier import purls
from verifier.image_hosts import GITHUB
from verifier.ledger.hints import hint
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Artifact, Fact

EVENT = "registry_package"
ACTIONS: tuple[str, ...] = ("published", "updated")


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """No facts: whoever may push may have this sent."""
    fields.part(payload, "registry_package")
    return ()


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Have the tag looked at, if anybody watches the image."""
    read(payload, delivery.received_at)
    tag = pushed_tag(payload)
    for artifact in images(payload) if tag else ():
        hint(book, artifact, tag, now)


def pushed_tag(payload: Payload) -> str:
    """The tag; '' for an image pushed without one, and for a package that is none."""
    held: object = payload
    for key in ("registry_package", "package_version", "container_metadata", "tag", "name"):
        held = held.get(key) if isinstance(held, Mapping) else None
    return held if isinstance(held, str) else ""


def images(payload: Payload) -> tuple[Artifact, ...]:
    """Every image that may be meant, at most three."""
    package = fields.part(payload, "registry_package")
    return tuple(dict.fromkeys(artifact for path in _paths(package) if (artifact := _image(path)) is not None))


def _paths(package: Mapping[str, Any]) -> Iterator[str]:
    """`owner/name`, from the address to pull from, from the namespace, and from the owner."""
    version, owner, name = package.get("package_version"), package.get("owner"), package.get("name")
    address = version.get("package_url") if isinstance(version, Mapping) else None
    if isinstance(address, str):
        host, _, path = address.removeprefix("https://").partition("/")
        if host == GITHUB:
            yield path.partition("@")[0].partition(":")[0]
    for account in (package.get("namespace"), owner.get("login") if isinstance(owner, Mapping) else None):
        if isinstance(account, str) and isinstance(name, str):
            yield f"{account}/{name}"


def _image(path: str) -> Artifact | None:
    try:
        named = fields.name(path, "the image").lower()
        return purls.artifact(f"pkg:oci/{named.rpartition('/')[2]}?repository_url={GITHUB}/{named}")
    except (BadPayload, ValueError):
        return None
