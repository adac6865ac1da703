"""The pretend GitHub's API: the App's own paths, and everything else put together."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify

from sandbox import stable
from sandbox.github import actions, attestations, checks, commits, files, hook, issues, logs, refs, shapes
from sandbox.github import advisories as security
from sandbox.github.measures import Measures
from sandbox.github.rim import SUSPENDED, Refused, Rim, address, paged
from sandbox.keys import Keys
from sandbox.state import Installation, Repo
from sandbox.world import World


def blueprint(
    world: World, keys: Keys, *, advisories: bool = True, version: str = "", measures: Measures | None = None
) -> Blueprint:
    """The API under `/api/v3`, where an Enterprise Server has it. `advisories` False: it has no advisories either.

    `version`: it is an Enterprise Server of this version, without attestations and advisories.
    """
    rim = Rim(world, keys, measures)
    _app(rim)
    _meta(rim, version)
    hook.register(rim)
    actions.register(rim)
    logs.register(rim)
    files.register(rim)
    commits.register(rim)
    refs.register(rim)
    if not version:
        attestations.register(rim)
    checks.register(rim)
    issues.register(rim)
    if advisories and not version:
        security.register(rim)
    return rim.blueprint


def _meta(rim: Rim, version: str) -> None:
    @rim.blueprint.get("/meta")
    def meta() -> Response:
        known = {"verifiable_password_authentication": False}
        return jsonify({**known, "installed_version": version} if version else known)


def _app(rim: Rim) -> None:
    world, app_id = rim.world, rim.keys.app_id

    def installation(number: int) -> Installation:
        if number not in world.installations:
            raise Refused(404, "Integration not found")
        return world.installations[number]

    @rim.app("/app", "GET")
    def app() -> Response:
        return jsonify(shapes.app(app_id, address(), world.now))

    @rim.app("/app/installations", "GET")
    def installations() -> Response:
        return paged([shapes.installation(known, app_id, address()) for known in world.installations.values()])

    @rim.app("/app/installations/<int:installation_id>", "GET")
    def one(installation_id: int) -> Response:
        return jsonify(shapes.installation(installation(installation_id), app_id, address()))

    @rim.app("/app/installations/<int:installation_id>/access_tokens", "POST")
    def access_token(installation_id: int) -> Response:
        if installation(installation_id).suspended_at is not None:
            raise Refused(403, SUSPENDED)
        token, expires = rim.token(installation(installation_id).id)
        response = jsonify(
            {
                "token": token,
                "expires_at": stable.seconds(datetime.fromtimestamp(expires, UTC)),
                "permissions": shapes.PERMISSIONS,
                "repository_selection": "all",
            }
        )
        response.status_code = 201
        return response

    @rim.repo("/installation", "GET", app=True)
    def of_repository(repo: Repo) -> Response:
        known = world.installation_of(repo)
        if known is None:
            raise Refused(404, "Not Found")
        return jsonify(shapes.installation(known, app_id, address()))
