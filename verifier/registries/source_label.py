"""Where an image says that its source is: `org.opencontainers.image.source`, an annotation or a label. Never proof.

Whoever pushes an image writes it there, and an image without its own shows the label of the image it was built on.
Source: opencontainers/image-spec, annotations.md and config.md.
"""

from __future__ import annotations

from verifier.document import Malformed, items, mapping, parse, text
from verifier.model import Artifact
from verifier.registries import image_tags, manifests
from verifier.registries.base import Absent, Ask, Conversation, Page, Place, Unreadable

KEY = "org.opencontainers.image.source"
LATEST = "latest"
CONFIG_LIMIT = 4 * 1024 * 1024
"""The largest configuration of an image that is read, in bytes."""

_TAGS = 1_000
_TAGS_LIMIT = 1024 * 1024
_CONFIGS = "application/vnd.oci.image.config.v1+json, application/vnd.docker.container.image.v1+json, application/json"

Source = str | Absent | Unreadable
"""What is written there, '' where nothing is; or that there is no image, or why nobody could look."""


def ask_source(artifact: Artifact, place: Place) -> Conversation[Source]:
    """The source of what `latest` points at, or else the newest tag; five questions at most."""
    base = f"{place.base}/v2/{artifact.image.partition('/')[2]}"
    scope = f"repository:{artifact.image.partition('/')[2]}:pull"

    def manifest(reference: str) -> Ask:
        return Ask(f"{base}/manifests/{reference}", manifests.ACCEPT, manifests.LIMIT, scope=scope)

    answer = yield manifest(LATEST)
    try:
        if isinstance(answer, Absent):
            answer = yield Ask(f"{base}/tags/list?n={_TAGS}", "application/json", _TAGS_LIMIT, scope=scope)
            newest = _newest(answer) if isinstance(answer, Page) else ""
            if isinstance(answer, Page) and not newest:
                return Absent(answer.url)
            if newest:
                answer = yield manifest(newest)
        if not isinstance(answer, Page):
            return answer
        found, inside = _annotated(answer), manifests.read(answer.body, manifests.digest_of(answer.body)).parts
        if not found and inside:
            answer = yield manifest(inside[0].digest)
            if not isinstance(answer, Page):
                return answer
            manifests.confirm(answer.body, inside[0].digest)
            found = _annotated(answer)
        config = _config(answer)
        if found or not config:
            return found
        answer = yield Ask(f"{base}/blobs/{config}", _CONFIGS, CONFIG_LIMIT, scope=scope)
        return _labelled(answer, config) if isinstance(answer, Page) else answer
    except Malformed as error:
        return Unreadable(answer.url, f"What the image points at could not be read: {error}.")


def _newest(answer: Page) -> str:
    """The tag that ranks highest; '' where there is none."""
    named = items(mapping(parse(answer.body), "the document").get("tags") or [], "tags", 100_000)
    tags = [tag for tag in named if isinstance(tag, str) and image_tags.is_version(tag)]
    return max(tags, key=image_tags.rank, default="")


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
