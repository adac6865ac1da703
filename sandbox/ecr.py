"""Amazon's answers about images in its registries, as its API gives them: for `Call`s of the monitor, and over HTTP.

Source: botocore's service descriptions of `ecr` and `ecr-public` (1.44), protocol AWS JSON 1.1; signatures of requests
are not checked. A page has as many images as asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from sandbox import stable
from sandbox.state import Project
from sandbox.world import World
from verifier import image_hosts
from verifier.registries.base import Absent, Answer, Call, Page, Unreadable

MOST = 1000
_JSON = "application/x-amz-json-1.1"
_SIGNED = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>ecr|ecr-public)/aws4_request")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")

Said = dict[str, Any]


def answers(world: World) -> Callable[[Call], Answer]:
    """One call of Amazon's API, answered from the world as it is now."""

    def answer(call: Call) -> Answer:
        with world.lock:
            return _answer(world, call)

    return answer


def blueprint(world: World) -> Blueprint:
    """The one address of Amazon's API: what is called stands in the headers."""
    amazon = Blueprint("amazon", __name__)
    ask = answers(world)

    @amazon.post("/")
    def call() -> Response:
        signed = _SIGNED.search(request.headers.get("Authorization", ""))
        operation = _WORD.sub("_", request.headers.get("X-Amz-Target", "").rpartition(".")[2]).lower()
        if signed is None:
            return _json({"__type": "MissingAuthenticationTokenException"}, 403)
        answer = ask(Call(signed["service"], signed["region"], operation, request.get_json(force=True)))
        if isinstance(answer, Page):
            return Response(answer.body, mimetype=_JSON)
        if isinstance(answer, Absent):
            named = "imageIds" in request.get_json(force=True)
            return _json({"__type": "ImageNotFoundException" if named else "RepositoryNotFoundException"}, 400)
        return _json({"__type": "ServerException"}, answer.status or 400)

    return amazon


def _json(said: Said, status: int) -> Response:
    return Response(json.dumps(said), status, mimetype=_JSON)


def _answer(world: World, call: Call) -> Answer:
    where = f"{call.service}:{call.operation}"
    project = _project(world, call)
    if world.out("registry", project.scenario if project else None):
        return Unreadable(where, "Amazon answered 503.", status=503)
    if (call.service, call.operation) == ("ecr-public", "describe_registries"):
        return Page(where, 200, b'{"registries": []}')  # none of its aliases is ours
    operation = _OPERATIONS.get((call.service, call.operation))
    if operation is None:
        return Unreadable(where, f"The sandbox does not know {where}.")
    if project is None or not project.shelf.manifests:
        return Absent(where)
    said = operation(project, call.parameters)
    return Absent(where) if said is None else Page(where, 200, json.dumps(said).encode())


def _project(world: World, call: Call) -> Project | None:
    """The image that is asked about: by account, region and name."""
    return next((project for known, project in world.projects.items() if _is_asked(known.image, call)), None)


def _is_asked(image: str, call: Call) -> bool:
    host, _, path = image.partition("/")
    name, private = call.parameters.get("repositoryName"), image_hosts.amazon(host)
    if call.service != "ecr" or private is None or (path, private.region) != (name, call.region):
        return False
    return bool(call.parameters.get("registryId", private.account) == private.account)


def _describe_images(project: Project, parameters: Mapping[str, Any]) -> Said | None:
    wanted = _wanted(project, parameters)
    if wanted is None:
        return None
    shown = [_detail(project, digest) for digest in wanted]
    if parameters.get("filter", {}).get("tagStatus") == "TAGGED":
        shown = [detail for detail in shown if "imageTags" in detail]
    return _paged("imageDetails", shown, parameters)


def _detail(project: Project, digest: str) -> Said:
    manifest, tags = project.shelf.manifests[digest], project.shelf.tags_of(digest)
    return {
        "registryId": project.artifact.image.partition(".")[0],
        "repositoryName": project.artifact.image.partition("/")[2],
        "imageDigest": digest,
        **({"imageTags": tags} if tags else {}),
        "imageSizeInBytes": manifest.size,
        "imagePushedAt": stable.microseconds(project.shelf.pushed[digest]),
        "imageManifestMediaType": manifest.media,
        **({"artifactMediaType": manifest.kind} if manifest.kind else {}),
    }


def _batch_get_image(project: Project, parameters: Mapping[str, Any]) -> Said:
    images, failures = [], []
    for asked in parameters.get("imageIds", ()):
        digest = project.shelf.digest_of(asked.get("imageDigest") or asked.get("imageTag", ""))
        if not digest:
            failures.append({"imageId": asked, "failureCode": "ImageNotFound", "failureReason": "not found"})
            continue
        manifest = project.shelf.manifests[digest]
        images.append(
            {
                "imageId": {**asked, "imageDigest": digest},
                "imageManifest": manifest.body.decode(),
                "imageManifestMediaType": manifest.media,
            }
        )
    return {"images": images, "failures": failures}


def _wanted(project: Project, parameters: Mapping[str, Any]) -> list[str] | None:
    """The digests that are asked about: all, or those of `imageIds`; None where one of them is not there."""
    ids = parameters.get("imageIds")
    if not ids:
        return list(project.shelf.pushed)
    found = [project.shelf.digest_of(one.get("imageDigest") or one.get("imageTag", "")) for one in ids]
    return found if all(found) else None


def _paged(key: str, items: list[Said], parameters: Mapping[str, Any]) -> Said:
    start, size = int(parameters.get("nextToken") or 0), min(int(parameters.get("maxResults") or 100), MOST)
    said: Said = {key: items[start : start + size]}
    return said | ({"nextToken": str(start + size)} if len(items) > start + size else {})


_OPERATIONS: dict[tuple[str, str], Callable[[Project, Mapping[str, Any]], Said | None]] = {
    ("ecr", "describe_images"): _describe_images,
    ("ecr", "batch_get_image"): _batch_get_image,
}
