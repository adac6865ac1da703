"""The pretend container registries: tags, manifests, referrers and blobs, each registry under its host's name.

Source: the OCI distribution specification 1.1, and the token flow of distribution's documentation. The registry of
`WITHOUT_REFERRERS` keeps referrers as many still do: in an index under the tag `sha256-<hex>`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from sandbox import manifests, provenance
from sandbox.manifests import Manifest
from sandbox.state import Project
from sandbox.world import World
from verifier.image_hosts import GITHUB

WITHOUT_REFERRERS = (GITHUB,)
PAGE = 100
"""How many tags a page has that asks for none; at most ten times as many."""


def blueprint(world: World, *, tokens: bool) -> Blueprint:
    """The registries' addresses: `/<host>/v2/<name>/…` and `/<host>/token`. `tokens`: nothing is answered without."""
    images = Blueprint("images", __name__)
    given: dict[str, str] = {}

    def found(host: str, name: str) -> Project:
        project = world.image(host, name)
        if world.out("registry", project.scenario if project else None):
            abort(503)
        scope = f"repository:{name}:pull"
        if tokens and given.get(request.headers.get("Authorization", "").removeprefix("Bearer ")) != scope:
            realm = url_for("images.token", host=host, _external=True)
            wanted = f'Bearer realm="{realm}",service="{host}",scope="{scope}"'
            abort(_refusal(401, "UNAUTHORIZED", {"WWW-Authenticate": wanted}))
        if project is None or not project.shelf.manifests:
            abort(_refusal(404, "NAME_UNKNOWN"))
        return project

    @images.get("/<host>/token")
    def token(host: str) -> Response:
        said = secrets.token_hex(16)
        given[said] = request.args.get("scope", "")
        return _json({"token": said, "access_token": said, "expires_in": 300})

    @images.get("/<host>/v2/<path:name>/tags/list")
    def tags(host: str, name: str) -> Response:
        with world.lock:
            project = found(host, name)
            every = sorted([*project.shelf.tags, *(_fallbacks(project) if host in WITHOUT_REFERRERS else ())])
        size = min(max(request.args.get("n", PAGE, int), 1), 10 * PAGE)
        left = [tag for tag in every if tag > request.args.get("last", "")]
        answer = _json({"name": name, "tags": left[:size]})
        if len(left) > size:
            where = url_for("images.tags", host=host, name=name, n=size, last=left[size - 1])
            answer.headers["Link"] = f'<{where}>; rel="next"'
        return answer

    @images.get("/<host>/v2/<path:name>/manifests/<reference>")
    def manifest(host: str, name: str, reference: str) -> Response:
        with world.lock:
            project = found(host, name)
            held = _held(project, reference, world, fallback=host in WITHOUT_REFERRERS)
        if held is None or (request.method == "GET" and not held.body):
            abort(_refusal(404, "MANIFEST_UNKNOWN"))
        headers = {"Docker-Content-Digest": held.digest, "ETag": f'"{held.digest}"'}
        answer = Response(held.body, headers=headers, mimetype=held.media)
        answer.make_conditional(request)
        return answer

    @images.get("/<host>/v2/<path:name>/referrers/<digest>")
    def referrers(host: str, name: str, digest: str) -> Response:
        with world.lock:
            project = found(host, name)
            if host in WITHOUT_REFERRERS:
                abort(_refusal(404, "UNSUPPORTED"))
            index = manifests.index_of(list(_referrers(project, digest, world)))
        return Response(index.body, mimetype=index.media)

    @images.get("/<host>/v2/<path:name>/blobs/<digest>")
    def blob(host: str, name: str, digest: str) -> Response:
        with world.lock:
            project = found(host, name)
            every = [*project.shelf.manifests.values()]
            every += [hung for subject in project.shelf.attested for hung in _referrers(project, subject, world)]
        data = next((b for m in every for b in m.blobs if manifests.digest_of(b) == digest), None)
        if data is None:
            abort(_refusal(404, "BLOB_UNKNOWN"))
        return Response(data, headers={"Docker-Content-Digest": digest}, mimetype="application/octet-stream")

    return images


def _held(project: Project, reference: str, world: World, *, fallback: bool) -> Manifest | None:
    """The manifest of a tag or digest, those of signatures among them."""
    shelf = project.shelf
    known = shelf.manifests.get(shelf.digest_of(reference))
    if known is not None:
        return known
    if fallback and reference in _fallbacks(project):
        return manifests.index_of(list(_referrers(project, reference.replace("-", ":"), world)))
    hung = (one for subject in shelf.attested for one in _referrers(project, subject, world))
    return next((one for one in hung if one.digest == reference), None)


def _fallbacks(project: Project) -> list[str]:
    return [digest.replace(":", "-") for digest in project.shelf.attested]


def _referrers(project: Project, digest: str, world: World) -> Iterator[Manifest]:
    """What hangs on a digest: provenance as GitHub's action puts it there."""
    for file in project.shelf.attested.get(digest, ()):
        if file.attested:
            known = world.repos.get(file.attested.repository_id)
            repository = known.full_name if known else file.attested.repository
            signed = provenance.sign(project.artifact.image, file, file.attested, repository)
            bundle = json.dumps(provenance.bundle(signed)).encode()
            yield manifests.referrer(project.shelf.manifests[digest], bundle)


def _refusal(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    said = {"errors": [{"code": code, "message": code.lower().replace("_", " ")}]}
    answer = _json(said)
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def _json(said: dict[str, Any]) -> Response:
    return Response(json.dumps(said), mimetype="application/json")
