"""Check runs of the pretend GitHub.

Refuses what GitHub refuses. Source: GitHub's OpenAPI description (npm package `@octokit/openapi` 23.0.2).
"""

from __future__ import annotations

import re

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.github import shapes
from sandbox.github.bodies import LONG, created, one, text
from sandbox.github.rim import Rim, address, body, invalid, paged
from sandbox.github.shapes import Shape
from sandbox.state import Repo

STATUSES = ("queued", "in_progress", "completed")
CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out")


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    @rim.repo("/check-runs", "POST")
    def create(repo: Repo) -> Response:
        said = body()
        text(said, "CheckRun", "name")
        if not re.fullmatch(r"[0-9a-f]{40}", str(said.get("head_sha"))):
            raise invalid("CheckRun", "head_sha", "missing_field" if "head_sha" not in said else "invalid")
        number = stable.number("check", repo.id, len(repo.checks))
        url = f"{address().api}/repos/{repo.full_name}/check-runs/{number}"
        html = f"{address().html}/{repo.full_name}/runs/{number}"
        check = {
            "id": number,
            "node_id": shapes.node("CheckRun", number),
            "head_sha": said["head_sha"],
            "name": said["name"],
            "url": url,
            "html_url": html,
            "details_url": html,
            "external_id": "",
            "status": "queued",
            "conclusion": None,
            "started_at": stable.seconds(world.now),
            "completed_at": None,
            "output": {
                "title": None,
                "summary": None,
                "text": None,
                "annotations_count": 0,
                "annotations_url": f"{url}/annotations",
            },
            "check_suite": {"id": stable.number("suite", said["head_sha"])},
            "app": shapes.app(rim.keys.app_id, address(), repo.created_at),
            "pull_requests": [],
        }
        _set_check(check, said, stable.seconds(world.now))
        repo.checks.append(check)
        return created(_answer(check))

    @rim.repo("/check-runs/<int:check_id>", "GET")
    def read(repo: Repo, check_id: int) -> Response:
        return jsonify(_answer(one(repo.checks, "id", check_id)))

    @rim.repo("/check-runs/<int:check_id>", "PATCH")
    def update(repo: Repo, check_id: int) -> Response:
        check = one(repo.checks, "id", check_id)
        _set_check(check, body(), stable.seconds(world.now))
        return jsonify(_answer(check))

    @rim.repo("/commits/<path:ref>/check-runs", "GET")
    def of_commit(repo: Repo, ref: str) -> Response:
        sha = repo.commit_of(ref) or ref
        wanted = request.args
        found = [check for check in repo.checks if check["head_sha"] == sha]
        for name, key in (("check_name", "name"), ("status", "status")):
            if name in wanted:
                found = [check for check in found if check[key] == wanted[name]]
        if "app_id" in wanted:
            found = [check for check in found if str(check["app"]["id"]) == wanted["app_id"]]
        if wanted.get("filter", "latest") == "latest":
            found = list({check["name"]: check for check in found}.values())
        return paged([_answer(check) for check in found[::-1]], "check_runs")


def _answer(check: Shape) -> Shape:
    """As GitHub shows it: the buttons are not part of what the API tells of a check run."""
    return {key: value for key, value in check.items() if key != "actions"}


def _set_check(check: Shape, said: Shape, now: str) -> None:
    if said.get("status", "queued") not in STATUSES:
        raise invalid("CheckRun", "status", "invalid")
    if said.get("conclusion") is not None:
        if said["conclusion"] not in CONCLUSIONS:
            raise invalid("CheckRun", "conclusion", "invalid")
        said = {**said, "status": "completed"}
    elif said.get("status") == "completed" and check["conclusion"] is None:
        raise invalid("CheckRun", "conclusion")
    if "output" in said:
        output = said["output"] if isinstance(said["output"], dict) else {}
        for field in ("title", "summary"):
            text(output, "CheckRun", field, LONG)
        if "text" in output:
            text(output, "CheckRun", "text", LONG)
        check["output"] |= {key: output.get(key) for key in ("title", "summary", "text")}
    if len(said.get("actions") or []) > 3:
        raise invalid("CheckRun", "actions", "invalid")
    for action in said.get("actions") or []:
        for field, most in (("label", 20), ("description", 40), ("identifier", 20)):
            text(action, "CheckRun", field, most)
    check["actions"] = said.get("actions", check.get("actions", []))
    for field in ("name", "details_url", "external_id", "status", "started_at", "completed_at", "conclusion"):
        if said.get(field) is not None:
            check[field] = said[field]
    if check["status"] == "completed":
        check["completed_at"] = check["completed_at"] or now
