"""Logs of the pretend GitHub: its API sends the client to an address that needs no token."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from sandbox.attempt import Job, Run
from sandbox.github import log_text, run_shapes
from sandbox.github.rim import Refused, Rim, address, bearer
from sandbox.state import Repo
from sandbox.world import World

_WHERE = "/storage/logs"


def register(rim: Rim) -> None:
    """Add this path."""

    @rim.repo("/actions/jobs/<int:job_id>/logs", "GET")
    def log(repo: Repo, job_id: int) -> Response:
        if not bearer():
            raise Refused(403, "Must have admin rights to Repository.")
        run, job = _job(repo, job_id) or (None, None)
        if run is None or job is None or rim.world.now < job.ends:
            raise Refused(404, "Not Found")
        if run.log.gone:
            raise Refused(410, "Gone")
        where = f"{rim.world.storage or address().html}{_WHERE}/{repo.id}/{job_id}"
        return Response(status=302, headers={"Location": where})


def blueprint(world: World) -> Blueprint:
    """Where the logs themselves are."""
    storage = Blueprint("logs", __name__)

    @storage.get(f"{_WHERE}/<int:repository>/<int:job_id>")
    def log(repository: int, job_id: int) -> Response:
        with world.lock:
            repo = world.repos.get(repository)
            run, job = (_job(repo, job_id) if repo else None) or (None, None)
            if run is None or job is None or run.log.gone:
                abort(404)
            said = log_text.text(run, job, _kind(world, repository), world.files, world.pushed)
            return Response(said, mimetype="text/plain")

    return storage


def _job(repo: Repo, job_id: int) -> tuple[Run, Job] | None:
    every = ((run, job) for run in repo.runs.values() for job in run.jobs)
    return next(((run, job) for run, job in every if run_shapes.job_id(run, job) == job_id), None)


def _kind(world: World, repository: int) -> str:
    """What the repository publishes."""
    return next((known.artifact.type for known in world.projects.values() if known.repository == repository), "npm")
