"""Amazon's answers about one repository, written after botocore's descriptions, and the way to a look at it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from verifier.model import Artifact, File, Part, Version
from verifier.registries import ecr
from verifier.registries.base import Answer, Call, Conversation, Memory, Page, Place, Snapshot
from verifier.registries.versions import image_tags

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
POLLED = NOW - timedelta(minutes=5)
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
IMAGE = Artifact(f"pkg:oci/widget?repository_url={HOST}/team/widget")
PUBLIC = Artifact("pkg:oci/widget?repository_url=public.ecr.aws/octo/team/widget")
PLACE = Place(f"https://{HOST}")
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
FIRST = Memory(NOW)
ABOUT = {"registryId": "123456789012", "repositoryName": "team/widget"}


def digest(seed: object) -> str:
    return "sha256:" + hashlib.sha256(str(seed).encode()).hexdigest()


def shown(which: str, *tags: str, pushed: datetime | None = POLLED, kind: str = OCI, **more: Any) -> dict[str, Any]:
    """One image of the list."""
    at = {} if pushed is None else {"imagePushedAt": pushed.isoformat()}
    return {**ABOUT, "imageDigest": which, "imageTags": [*tags], "imageManifestMediaType": kind, **at, **more}


def page(*images: object, token: str = "") -> Page:
    body = {"imageDetails": [*images], **({"nextToken": token} if token else {})}
    return Page("aws:ecr", 200, json.dumps(body).encode())


def manifests(*entries: tuple[str, str], failures: Sequence[str] = ()) -> Page:
    """The manifests that were asked for by their digests, and the tags that are not there."""
    images = [{**ABOUT, "imageId": {"imageDigest": d}, "imageManifest": text} for d, text in entries]
    failed = [{"imageId": {"imageTag": tag}, "failureCode": "ImageNotFound"} for tag in failures]
    return Page("aws:ecr", 200, json.dumps({"images": images, "failures": failed}).encode())


def led(conversation: Conversation[Any], *answers: Answer | Callable[[Call], Answer]) -> tuple[Any, list[Call]]:
    """What comes of a conversation that is answered so, and what it asked. Everything must be asked for."""
    asked, left = list[Call](), list(answers)
    try:
        question = next(conversation)
        while True:
            assert isinstance(question, Call)
            asked.append(question)
            answer = left.pop(0)
            question = conversation.send(answer(question) if callable(answer) else answer)
    except StopIteration as end:
        assert [] == left
        return end.value, asked


def looked(memory: Memory, *answers: Answer) -> tuple[Snapshot, list[Call]]:
    seen, asked = led(ecr.look(IMAGE, PLACE, memory), *answers)
    assert isinstance(seen, Snapshot)
    return seen, asked


def known(tag: str, which: str, parts: tuple[Part, ...] = ()) -> Version:
    file = File("image", (which,), parts=parts)
    return Version(IMAGE, tag, image_tags.line(tag), image_tags.rank(tag), POLLED, files=(file,))


def later(*versions: Version, **changes: Any) -> Memory:
    """What looks until five minutes ago left behind."""
    memory = Memory(NOW, {v.number: v for v in versions}, first=False, polled_at=POLLED)
    return replace(memory, **changes)
