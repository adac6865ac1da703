"""What registries tell about a tag that was pushed, as far as a hint needs it. Pure; nothing in it is believed.

Source: Amazon ECR user guide, "Amazon ECR events and EventBridge"; docs.docker.com, "Docker Hub webhooks".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from verifier import purls
from verifier.document import Malformed, mapping, parse, text
from verifier.model import Artifact
from verifier.registries.ecr import Home

_ACTIONS = ("PUSH", "DELETE")
_HUB_NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*/[a-z0-9]+(?:[._-]+[a-z0-9]+)*")


@dataclass(frozen=True)
class InEcr:
    """A tag of a private repository of Amazon's that was pushed, moved or deleted."""

    home: Home
    tag: str


def of_ecr(event: str) -> InEcr | None:
    """What EventBridge says of an image; None for any other event, and for an image without a tag.

    Raises Malformed for an event about an image that is not as Amazon documents it.
    """
    fields = mapping(parse(event.encode(errors="replace")), "the event")
    if (fields.get("source"), fields.get("detail-type")) != ("aws.ecr", "ECR Image Action"):
        return None
    detail = mapping(fields.get("detail"), "detail")
    if detail.get("action-type") not in _ACTIONS or detail.get("result") != "SUCCESS" or not detail.get("image-tag"):
        return None
    home = Home(
        text(fields.get("account"), "account"),
        text(fields.get("region"), "region"),
        text(detail.get("repository-name"), "detail.repository-name"),
    )
    return InEcr(home, text(detail.get("image-tag"), "detail.image-tag"))


def of_docker_hub(body: bytes) -> tuple[Artifact, str]:
    """The image and the tag that Docker Hub says were pushed. Raises Malformed."""
    fields = mapping(parse(body), "the body")
    tag = text(mapping(fields.get("push_data"), "push_data").get("tag"), "push_data.tag")
    name = text(mapping(fields.get("repository"), "repository").get("repo_name"), "repository.repo_name")
    if not _HUB_NAME.fullmatch(name):
        raise Malformed("repository.repo_name is not namespace/name")
    return purls.artifact(f"pkg:docker/{name}"), tag
