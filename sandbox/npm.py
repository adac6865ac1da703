"""The pretend npm registry: packuments and attestations.

Source: the registry's own documents as npm's client reads them (npm 11.19.1, pacote and libnpmpublish).
"""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, abort, jsonify, url_for

from sandbox import provenance, stable
from sandbox.events import TRUSTED_PUBLISHER, Publish
from sandbox.state import Project
from sandbox.world import World
from verifier import purls
from verifier.model import Artifact


def blueprint(world: World) -> Blueprint:
    """The registry's addresses: `/<name>`, `/<name>/-/<file>` and `/-/npm/v1/attestations/<name>@<version>`.

    It serves the tarballs whose contents the scenario writes down.
    """
    npm = Blueprint("npm", __name__)

    def found(name: str) -> Project:
        try:
            artifact = purls.artifact("pkg:npm/" + name.replace("@", "%40", 1))
        except ValueError:
            artifact = None
        project = world.projects.get(artifact) if artifact else None
        if world.out("registry", project.scenario if project else None):
            abort(503)
        if project is None or not project.times:
            abort(Response('{"error":"Not found"}', 404, mimetype="application/json"))
        return project

    @npm.get("/<path:name>")
    def packument(name: str) -> Response:
        with world.lock:
            return jsonify(document(found(name), world))

    @npm.get("/<path:name>/-/<file>")
    def tarball(name: str, file: str) -> Response:
        with world.lock:
            held = [known for files in found(name).files.values() for known in files if known.name == file]
        if not held or not held[0].data:
            abort(404)
        return Response(held[0].data, mimetype="application/octet-stream")

    @npm.get("/-/npm/v1/attestations/<path:spec>")
    def attested(spec: str) -> Response:
        name, _, version = spec.rpartition("@")
        with world.lock:
            project = found(name)
            said = attestations(project, version, world) if version in project.versions else []
        if not said:
            abort(Response('{"error":"Not found"}', 404, mimetype="application/json"))
        return jsonify({"attestations": said})

    return npm


def document(project: Project, world: World) -> dict[str, Any]:
    """The full packument. `time` keeps what is gone."""
    times: dict[str, Any] = {
        "created": stable.milliseconds(min(project.times.values())),
        "modified": stable.milliseconds(project.modified or world.now),
        **{version: stable.milliseconds(at) for version, at in project.times.items()},
    }
    name = project.artifact.name
    said: dict[str, Any] = {"_id": name, "name": name, "time": times}
    if not project.versions:
        times["unpublished"] = {"name": name, "time": times["modified"], "versions": list(project.times)}
        return said
    said["dist-tags"] = dict(project.channels)
    said["versions"] = {
        version: _manifest(project.artifact, publish, world) for version, publish in project.versions.items()
    }
    said["repository"] = next(reversed(said["versions"].values()))["repository"]
    return said


def _manifest(artifact: Artifact, publish: Publish, world: World) -> dict[str, Any]:
    file = publish.files[0]
    sha512 = base64.b64encode(bytes.fromhex(file.digest("sha512"))).decode()
    repo = world.repos[world.projects[artifact].repository]
    dist: dict[str, Any] = {
        "tarball": f"{url_for('npm.packument', name=artifact.name, _external=True)}/-/{file.name}",
        "shasum": file.digest("sha1"),
        "integrity": f"sha512-{sha512}",
        "fileCount": 3,
        "unpackedSize": 1024,
        "signatures": [],
    }
    if file.attested:
        spec = f"{artifact.name}@{publish.version}"
        dist["attestations"] = {
            "url": url_for("npm.attested", spec=spec, _external=True),
            "provenance": {"predicateType": provenance.PREDICATE},
        }
    manifest: dict[str, Any] = {
        "name": artifact.name,
        "version": publish.version,
        "_id": f"{artifact.name}@{publish.version}",
        "repository": {"type": "git", "url": f"git+{world.address.html}/{repo.full_name}.git"},
        "dist": dist,
        "_npmUser": _npm_user(publish),
        "maintainers": [],
    }
    if publish.install_scripts:
        manifest["scripts"] = {"postinstall": "node setup.js"}
        manifest["hasInstallScript"] = True
    return manifest


def _npm_user(publish: Publish) -> dict[str, Any]:
    if publish.by == TRUSTED_PUBLISHER:
        said: dict[str, Any] = {
            "name": "GitHub Actions",
            "email": "npm-oidc-no-reply@github.com",
            "trustedPublisher": {"id": "github", "oidcConfigId": f"oidc:{stable.guid(publish.artifact.purl)}"},
        }
    else:
        said = {"name": publish.by, "email": f"{publish.by}@users.example"}
    if publish.approver:
        said["approver"] = {"name": publish.approver}
    return said


def attestations(project: Project, version: str, world: World) -> list[dict[str, Any]]:
    """What the registry has of a version: one attestation for each file that has provenance."""
    said = []
    for file in project.files[version]:
        if file.attested:
            subject = purls.versioned(project.artifact, version)
            known = world.repos.get(file.attested.repository_id)
            name = known.full_name if known else file.attested.repository
            signed = provenance.sign(subject, file, file.attested, name)
            said.append({"predicateType": provenance.PREDICATE, "bundle": provenance.bundle(signed)})
    return said
