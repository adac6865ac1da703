"""Workflow runs, their jobs and approvals, and environments of the pretend GitHub. Read only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.attempt import Approval, Run
from sandbox.github import run_shapes, shapes
from sandbox.github.rim import Refused, Rim, address, paged
from sandbox.github.shapes import Shape
from sandbox.state import Repo

MOST_RUNS = 1000
"""With a filter, GitHub gives out no more runs than this, whatever `total_count` says."""


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    @rim.repo("/actions/runs", "GET")
    def runs(repo: Repo) -> Response:
        return _listed(repo, repo.latest(), world.now)

    @rim.repo("/actions/workflows/<path:workflow>/runs", "GET")
    def workflow_runs(repo: Repo, workflow: str) -> Response:
        of = [run for run in repo.latest() if workflow in _names_of(run, repo)]
        if not of and not any(workflow in _names_of(run, repo) for run in repo.runs.values()):
            raise Refused(404, "Not Found")
        return _listed(repo, of, world.now)

    @rim.repo("/actions/runs/<int:run_id>", "GET")
    def run(repo: Repo, run_id: int) -> Response:
        attempts = repo.attempts(run_id)
        if not attempts:
            raise Refused(404, "Not Found")
        return jsonify(_shown(attempts[-1], repo, world.now))

    @rim.repo("/actions/runs/<int:run_id>/attempts/<int:attempt>", "GET")
    def attempt(repo: Repo, run_id: int, attempt: int) -> Response:
        return jsonify(_shown(_attempt(repo, run_id, attempt), repo, world.now))

    @rim.repo("/actions/runs/<int:run_id>/attempts/<int:attempt>/jobs", "GET")
    def jobs(repo: Repo, run_id: int, attempt: int) -> Response:
        run = _attempt(repo, run_id, attempt)
        return paged([run_shapes.job(run, job, repo, world.now, address()) for job in run.jobs], "jobs")

    @rim.repo("/actions/runs/<int:run_id>/approvals", "GET")
    def approvals(repo: Repo, run_id: int) -> Response:
        attempts = repo.attempts(run_id)
        if not attempts:
            raise Refused(404, "Not Found")
        given = [approval for attempt in attempts for approval in attempt.approvals]
        return jsonify([_approval(repo, approval) for approval in given])

    @rim.repo("/environments", "GET")
    def environments(repo: Repo) -> Response:
        names = {approval.environment for run in repo.runs.values() for approval in run.approvals}
        return paged([_environment(repo, name) for name in sorted(names)], "environments")


def _approval(repo: Repo, approval: Approval) -> Shape:
    return {
        "environments": [_environment(repo, approval.environment)],
        "state": approval.state,
        "user": shapes.user(approval.user, address()),
        "comment": "",
    }


def _environment(repo: Repo, name: str) -> Shape:
    number = stable.number("environment", repo.id, name)
    return {
        "id": number,
        "node_id": shapes.node("Environment", number),
        "name": name,
        "url": f"{address().api}/repos/{repo.full_name}/environments/{name}",
        "html_url": f"{address().html}/{repo.full_name}/deployments/activity_log?environments_filter={name}",
        "created_at": stable.seconds(repo.created_at),
        "updated_at": stable.seconds(repo.created_at),
    }


def _attempt(repo: Repo, run_id: int, attempt: int) -> Run:
    if (run_id, attempt) not in repo.runs:
        raise Refused(404, "Not Found")
    return repo.runs[run_id, attempt]


def _shown(run: Run, repo: Repo, now: datetime) -> Shape:
    """GitHub's REST answers add the ref to the workflow's path, its webhooks do not."""
    shown = run_shapes.run(run, repo, now, address())
    return {**shown, "path": f"{run.workflow}@{run.ref}"}


def _names_of(run: Run, repo: Repo) -> tuple[str, str, str]:
    """How a workflow may be named in an address: by file name, by path, by number."""
    return run.workflow.rsplit("/", 1)[-1], run.workflow, str(stable.number("workflow", repo.id, run.workflow))


def _listed(repo: Repo, runs: list[Run], now: datetime) -> Response:
    wanted = request.args
    if "created" in wanted:
        first, last = _span(wanted["created"])
        runs = [run for run in runs if first <= run.created.replace(microsecond=0) <= last]
    shown = [_shown(run, repo, now) for run in runs]
    for name, key in (("event", "event"), ("head_sha", "head_sha"), ("branch", "head_branch")):
        if name in wanted:
            shown = [run for run in shown if run[key] == wanted[name]]
    if "status" in wanted:
        shown = [run for run in shown if wanted["status"] in (run["status"], run["conclusion"])]
    if "actor" in wanted:
        shown = [run for run in shown if run["actor"]["login"] == wanted["actor"]]
    filtered = set(wanted) & {"actor", "branch", "created", "event", "head_sha", "status"}
    return paged(shown, "workflow_runs", MOST_RUNS if filtered else None)


def _span(text: str) -> tuple[datetime, datetime]:
    """What a `created` filter means: `A..B`, `>=A`, `<=B`, `>A`, `<B`, or one day or moment. Both ends are in it."""
    early, late = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    second = timedelta(seconds=1)
    if ".." in text:
        first, _, last = text.partition("..")
        return (early if first == "*" else _moment(first)[0]), (late if last == "*" else _moment(last)[1])
    if text.startswith(">="):
        return _moment(text[2:])[0], late
    if text.startswith("<="):
        return early, _moment(text[2:])[1]
    if text.startswith(">"):
        return _moment(text[1:])[1] + second, late
    if text.startswith("<"):
        return early, _moment(text[1:])[0] - second
    return _moment(text)


def _moment(text: str) -> tuple[datetime, datetime]:
    """The first and the last second that a date or time means."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Refused(422, f"created: {text!r} is not a time") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at, at + timedelta(days=1, seconds=-1)) if len(text) == 10 else (at, at)
