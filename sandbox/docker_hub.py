"""Docker Hub's own API: the tags of an image with their times, accounts, digests and platforms.

Source: Docker Hub's OpenAPI description (docker/docs, hub/latest.yaml) and stored answers.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from sandbox import manifests, stable
from sandbox.manifests import Manifest
from sandbox.shelf import Tagged
from sandbox.state import Project
from sandbox.world import World
from verifier.model.artifact import DOCKER_HUB

MOST = 100
"""The most tags of one page."""


def blueprint(world: World) -> Blueprint:
    """The API's addresses: `/v2/namespaces/<namespace>/repositories/<name>/tags`, and one tag below it."""
    hub = Blueprint("docker_hub", __name__)

    def found(namespace: str, name: str) -> Project:
        project = world.image(DOCKER_HUB, f"{namespace}/{name}")
        if world.out("registry", project.scenario if project else None):
            abort(503)
        if project is None or not project.shelf.manifests:
            abort(_json({"message": "object not found", "errinfo": {}}, 404))
        return project

    @hub.get("/v2/namespaces/<namespace>/repositories/<name>/tags")
    @hub.get("/v2/repositories/<namespace>/<name>/tags")
    def tags(namespace: str, name: str) -> Response:
        with world.lock:
            project = found(namespace, name)
            newest = sorted(project.shelf.tags.items(), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
            every = [_tag(project, tag, tagged) for tag, tagged in newest]
        size = min(max(request.args.get("page_size", 10, int), 1), MOST)
        page = max(request.args.get("page", 1, int), 1)
        shown = every[(page - 1) * size : page * size]
        if page > 1 and not shown:
            abort(_json({"message": "object not found", "errinfo": {}}, 404))
        return _json(
            {
                "count": len(every),
                "next": _page(namespace, name, size, page + 1) if page * size < len(every) else None,
                "previous": _page(namespace, name, size, page - 1) if page > 1 else None,
                "results": shown,
            }
        )

    @hub.get("/v2/namespaces/<namespace>/repositories/<name>/tags/<tag>")
    @hub.get("/v2/repositories/<namespace>/<name>/tags/<tag>")
    def one(namespace: str, name: str, tag: str) -> Response:
        with world.lock:
            project = found(namespace, name)
            tagged = project.shelf.tags.get(tag)
            if tagged is None:
                abort(_json({"message": f"tag '{tag}' not found", "errinfo": {}}, 404))
            return _json(_tag(project, tag, tagged))

    return hub


def _page(namespace: str, name: str, size: int, page: int) -> str:
    return url_for("docker_hub.tags", namespace=namespace, name=name, page_size=size, page=page, _external=True)


def _tag(project: Project, tag: str, tagged: Tagged) -> dict[str, Any]:
    manifest, at = project.shelf.manifests[tagged.digest], stable.microseconds(tagged.at)
    shown = manifest.children or (manifest,)
    return {
        "creator": stable.number("account", project.artifact.scope),
        "id": stable.number("hub", project.artifact.purl, tag),
        "images": [_image(child, at) for child in shown],
        "last_updated": at,
        "last_updater": stable.number("account", tagged.by),
        "last_updater_username": tagged.by,
        "name": tag,
        "repository": stable.number("hub", project.artifact.purl),
        "full_size": sum(child.size for child in shown),
        "v2": True,
        "tag_status": "active",
        "tag_last_pulled": None,
        "tag_last_pushed": at,
        "media_type": manifest.media,
        "content_type": "image",
        "digest": manifest.digest,
    }


def _image(manifest: Manifest, at: str) -> dict[str, Any]:
    runs_on = manifests.platform(manifest.platform or manifests.NOWHERE)
    return {
        "architecture": runs_on["architecture"],
        "features": "",
        "variant": runs_on.get("variant"),
        "digest": manifest.digest,
        "os": runs_on["os"],
        "os_features": "",
        "os_version": None,
        "size": manifest.size,
        "status": "active",
        "last_pulled": None,
        "last_pushed": at,
    }


def _json(said: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(said), status, mimetype="application/json")
