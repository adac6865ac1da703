"""Attestations that only GitHub has: who asks for a digest is told where each bundle is. Read only.

Source: GitHub's REST documentation, "attestations"; bundles are stored as JSON in snappy's raw format.
"""

from __future__ import annotations

import json
from dataclasses import replace

import cramjam
from flask import Blueprint, Response, abort, jsonify, request

from sandbox import provenance, stable
from sandbox.events import Attest, File
from sandbox.github.rim import Rim, address
from sandbox.state import Repo
from sandbox.world import World

_WHERE = "/storage/attestations"
_PREDICATES = {"provenance": provenance.PREDICATE}


def register(rim: Rim) -> None:
    """Add this path."""

    @rim.repo("/attestations/<path:digest>", "GET")
    def attestations(repo: Repo, digest: str) -> Response:
        wanted = request.args.get("predicate_type", "")
        if wanted and _PREDICATES.get(wanted, wanted) != provenance.PREDICATE:
            return jsonify({"attestations": []})
        host = rim.world.storage or address().html
        kept = [
            {
                "repository_id": repo.id,
                "bundle_url": f"{host}{_WHERE}/{repo.id}/{number}.json.sn",
                "initiator": "user",
            }
            for number, (_, file) in enumerate(_kept(rim.world, repo.id))
            if _sha256(file) == digest
        ]
        return jsonify({"attestations": kept})


def blueprint(world: World) -> Blueprint:
    """Where the bundles themselves are: no token is asked for."""
    storage = Blueprint("attestations", __name__)

    @storage.get(f"{_WHERE}/<int:repository>/<int:number>.json.sn")
    def bundle(repository: int, number: int) -> Response:
        with world.lock:
            kept = _kept(world, repository)
            if number >= len(kept):
                abort(404)
            event, file = kept[number]
            attested = replace(event.attested, digest=_sha256(file), signed_at=event.attested.signed_at or event.at)
            known = world.repos.get(attested.repository_id)
            name = known.full_name if known else attested.repository
            said = json.dumps(provenance.bundle(provenance.sign(file.name, file, attested, name))).encode()
        return Response(bytes(cramjam.snappy.compress_raw(said)), mimetype="application/x-snappy")

    return storage


def _kept(world: World, repository: int) -> list[tuple[Attest, File]]:
    """What was attested so far for versions of a repository's artifacts, in the order of time."""
    found = [
        (event, _file(world, event))
        for project in world.projects.values()
        if project.repository == repository
        for event in project.backfilled
    ]
    return sorted(found, key=lambda pair: (pair[0].at, pair[1].name))


def _file(world: World, event: Attest) -> File:
    """What is attested: the version's first file, or what the tag of an image held then."""
    push = world.pushed(event.artifact, event.version, event.at, event.at)
    return push.file if push else world.files(event.artifact, event.version)[0]


def _sha256(file: File) -> str:
    known = file.digest("sha256")
    return f"sha256:{known}" if known else stable.digest("sha256", file.data)
