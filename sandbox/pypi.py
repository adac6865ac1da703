"""The pretend PyPI: the JSON simple API and provenance.

Source: PEP 691 (JSON), PEP 700 (versions, upload times), PEP 792 (project status) and PEP 740 (provenance).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, json, url_for
from packaging.utils import canonicalize_name

from sandbox import provenance, stable
from sandbox.events import File
from sandbox.state import Project
from sandbox.world import World
from verifier import purls

SIMPLE = "application/vnd.pypi.simple.v1+json"
INTEGRITY = "application/vnd.pypi.integrity.v1+json"


def blueprint(world: World) -> Blueprint:
    """The index's addresses: `/simple/<name>/`, `/files/<name>/<file>` and `/integrity/…/<file>/provenance`.

    It serves the files whose contents the scenario writes down.
    """
    pypi = Blueprint("pypi", __name__)

    def found(name: str) -> Project:
        try:
            artifact = purls.artifact(f"pkg:pypi/{canonicalize_name(name)}")
        except ValueError:
            artifact = None
        project = world.projects.get(artifact) if artifact else None
        if world.out("registry", project.scenario if project else None):
            abort(503)
        if project is None or not project.times:
            abort(404)
        return project

    @pypi.get("/simple/<name>/")
    def simple(name: str) -> Response:
        with world.lock:
            return Response(json.dumps(document(found(name))), mimetype=SIMPLE)

    @pypi.get("/files/<name>/<file>")
    def download(name: str, file: str) -> Response:
        with world.lock:
            project = found(name)
            held = [known for files in project.files.values() for known in files if known.name == file]
        if not held or not held[0].data or project.quarantined:
            abort(404)
        return Response(held[0].data, mimetype="application/octet-stream")

    @pypi.get("/integrity/<name>/<version>/<file>/provenance")
    def integrity(name: str, version: str, file: str) -> Response:
        with world.lock:
            known = next((f for f in found(name).files.get(version, []) if f.name == file and f.attested), None)
            if known is None:
                abort(Response('{"message":"No provenance available"}', 404, mimetype="application/json"))
            return Response(json.dumps(_provenance(known, world)), mimetype=INTEGRITY)

    return pypi


def document(project: Project) -> dict[str, Any]:
    """The project's page. In quarantine it offers no file."""
    shown = {} if project.quarantined else project.files
    return {
        "meta": {"api-version": "1.4"},
        "name": canonicalize_name(project.artifact.name),
        "project-status": {"status": "quarantined" if project.quarantined else "active"},
        "versions": list(shown),
        "files": [_file(project, version, file) for version, files in shown.items() for file in files],
    }


def _file(project: Project, version: str, file: File) -> dict[str, Any]:
    name = canonicalize_name(project.artifact.name)
    where = url_for("pypi.integrity", name=name, version=version, file=file.name, _external=True)
    return {
        "filename": file.name,
        "url": url_for("pypi.download", name=name, file=file.name, _external=True),
        "hashes": {"sha256": file.digest("sha256")},
        "size": len(file.data or stable.content(project.artifact.purl, version, file.name, "")),
        "upload-time": stable.microseconds(file.at),
        "yanked": (project.yanked[version] or True) if version in project.yanked else False,
        "requires-python": ">=3.9",
        "core-metadata": False,
        "provenance": where if file.attested else None,
    }


def _provenance(file: File, world: World) -> dict[str, Any]:
    attested = file.attested
    if attested is None:
        raise ValueError(f"{file.name} has no provenance")
    known = world.repos.get(attested.repository_id)
    repository = known.full_name if known else attested.repository
    signed = provenance.sign(file.name, file, attested, repository)
    publisher = {
        "kind": "GitHub",
        "repository": repository,
        "workflow": attested.workflow.rsplit("/", 1)[-1],
        "environment": None,
        "claims": None,
    }
    return {
        "version": 1,
        "attestation_bundles": [{"publisher": publisher, "attestations": [provenance.attestation(signed)]}],
    }
