"""Where an image says that its source is: `org.opencontainers.image.source`, an annotation or a label. Never proof.

Whoever pushes an image writes it there, and an image without its own shows the label of the image it was built on.
Source: opencontainers/image-spec, annotations.md and config.md.
"""

from __future__ import annotations

from verifier.document import Malformed, mapping, parse, text
from verifier.model import Artifact
from verifier.registries.base import Absent, Conversation, Page, Place, Unreadable
from verifier.registries.distribution import manifests
from verifier.registries.distribution.repository import listing, repository
from verifier.registries.versions import image_tags

KEY = "org.opencontainers.image.source"
LATEST = "latest"
CONFIG_LIMIT = 4 * 1024 * 1024
"""The largest configuration of an image that is read, in bytes."""

Source = str | Absent | Unreadable
"""What is written there, '' where nothing is; or that there is no image, or why nobody could look."""


def ask_source(artifact: Artifact, place: Place) -> Conversation[Source]:
    """The source of what `latest` points at, or else the newest tag; five questions at most."""
    here = repository(artifact, place)
    answer = yield here.manifest(LATEST)
    try:
        if isinstance(answer, Absent):
            ask = here.tags()
            answer = yield ask
            listed = listing(ask, answer).tags if isinstance(answer, Page) else ()
            newest = max(filter(image_tags.is_version, listed), key=image_tags.rank, default="")
            if isinstance(answer, Page) and not newest:
                return Absent(answer.url)
            if newest:
                answer = yield here.manifest(newest)
        if not isinstance(answer, Page):
            return answer
        parts = manifests.read(answer.body, manifests.digest_of(answer.body)).parts
        found, inside = _annotated(answer), next((part.digest for part in parts if part.digest), "")
        if not found and inside:
            answer = yield here.manifest(inside)
            if not isinstance(answer, Page):
                return answer
            manifests.confirm(answer.body, inside)
            found = _annotated(answer)
        config = _config(answer)
        if found or not config:
            return found
        answer = yield here.blob(config, CONFIG_LIMIT)
        return _labelled(answer, config) if isinstance(answer, Page) else answer
    except Malformed as error:
        return Unreadable(answer.url, f"What the image points at could not be read: {error}.")


def _annotated(answer: Page) -> str:
    return _written(mapping(parse(answer.body), "the manifest").get("annotations"))


def _config(answer: Page) -> str:
    """The digest of the image's configuration; '' for an index, and for what is built otherwise."""
    config = mapping(parse(answer.body), "the manifest").get("config")
    return manifests.descriptor(config, "config").digest if config is not None else ""


def _labelled(answer: Page, config: str) -> str:
    manifests.confirm(answer.body, config)
    settings = mapping(parse(answer.body), "the configuration").get("config")
    return _written(mapping(settings, "config").get("Labels")) if settings is not None else ""


def _written(values: object) -> str:
    value = values.get(KEY) if isinstance(values, dict) else None
    return text(value, KEY) if value else ""
