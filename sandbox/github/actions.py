"""Repositories, commits, files, workflow runs and jobs of the pretend GitHub. Read only."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.events import Run
from sandbox.github import run_shapes, shapes
from sandbox.github.rim import Refused, Rim, address, paged
from sandbox.github.shapes import Shape
from sandbox.state import Repo
from sandbox.world import CONFIG

MOST_RUNS = 1000
"""With a filter, GitHub gives out no more runs than this, whatever `total_count` says."""


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    @rim.repo("", "GET")
    def repository(repo: Repo) -> Response:
        return jsonify(shapes.full_repository(repo, address()))

    @rim.repo("/commits/<path:ref>", "GET")
    def commit(repo: Repo, ref: str) -> Response:
        return jsonify(_commit(repo, _sha(repo, ref)))

    @rim.repo("/branches/<path:branch>", "GET")
    def branch(repo: Repo, branch: str) -> Response:
        if branch not in repo.heads:
            raise Refused(404, "Branch not found")
        url = f"{address().api}/repos/{repo.full_name}/branches/{branch}"
        return jsonify(
            {
                "name": branch,
                "commit": _commit(repo, repo.heads[branch]),
                "_links": {"self": url, "html": f"{address().html}/{repo.full_name}/tree/{branch}"},
                "protected": False,
                "protection": {"enabled": False},
                "protection_url": f"{url}/protection",
            }
        )

    @rim.repo("/git/ref/<path:ref>", "GET")
    def git_ref(repo: Repo, ref: str) -> Response:
        kind, _, name = ref.partition("/")
        sha = {"heads": repo.heads, "tags": repo.tags}.get(kind, {}).get(name)
        if sha is None:
            raise Refused(404, "Not Found")
        url = f"{address().api}/repos/{repo.full_name}/git"
        return jsonify(
            {
                "ref": f"refs/{ref}",
                "node_id": shapes.node("Ref", ref),
                "url": f"{url}/refs/{ref}",
                "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
            }
        )

    @rim.repo("/contents/<path:path>", "GET")
    def contents(repo: Repo, path: str) -> Response:
        wanted = request.args.get("ref", repo.default_branch).removeprefix("refs/heads/")
        if path != CONFIG or not repo.config or wanted != repo.default_branch:
            raise Refused(404, "Not Found")
        if "raw" in request.headers.get("Accept", ""):
            return Response(repo.config, mimetype="application/vnd.github.raw+json")
        return jsonify(_file(repo, path, wanted))

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

    @rim.repo("/actions/jobs/<int:job_id>/logs", "GET")
    def log(repo: Repo, job_id: int) -> Response:
        for run in repo.runs.values():
            for number, job in enumerate(run.jobs):
                if run_shapes.job_id(run, job) == job_id:
                    at = job.steps[0].starts if job.steps else job.starts
                    lines = run.log if number == 0 else ()
                    stamp = stable.microseconds(at).replace("Z", "0Z")
                    return Response("".join(f"{stamp} {line}\n" for line in lines), mimetype="text/plain")
        raise Refused(404, "Not Found")


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


def _sha(repo: Repo, ref: str) -> str:
    name = ref.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
    known = repo.heads.get(name) or repo.tags.get(name)
    commits = {*repo.heads.values(), *repo.tags.values(), *(run.sha for run in repo.runs.values())}
    if known is None and ref not in commits:
        raise Refused(422, f"No commit found for SHA: {ref}")
    return known or ref


def _commit(repo: Repo, sha: str) -> Shape:
    run = next((run for run in repo.runs.values() if run.sha == sha), None)
    author, title, at = (run.actor, run.title, run.created) if run else (repo.owner, "Update", repo.created_at)
    url = f"{address().api}/repos/{repo.full_name}"
    person = {"name": author, "email": f"{author}@users.noreply.github.example", "date": stable.seconds(at)}
    return {
        "url": f"{url}/commits/{sha}",
        "sha": sha,
        "node_id": shapes.node("Commit", sha),
        "html_url": f"{address().html}/{repo.full_name}/commit/{sha}",
        "comments_url": f"{url}/commits/{sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{sha}",
            "author": person,
            "committer": person,
            "message": title,
            "comment_count": 0,
            "tree": {"sha": stable.sha("tree", sha), "url": f"{url}/git/trees/{stable.sha('tree', sha)}"},
            "verification": {
                "verified": True,
                "reason": "valid",
                "payload": None,
                "signature": None,
                "verified_at": stable.seconds(at),
            },
        },
        "author": shapes.user(author, address()),
        "committer": shapes.user(author, address()),
        "parents": [],
        "stats": {"additions": 1, "deletions": 0, "total": 1},
        "files": [],
    }


def _file(repo: Repo, path: str, branch: str) -> Shape:
    url = f"{address().api}/repos/{repo.full_name}/contents/{path}?ref={branch}"
    html = f"{address().html}/{repo.full_name}/blob/{branch}/{path}"
    sha = stable.sha("blob", repo.config)
    git = f"{address().api}/repos/{repo.full_name}/git/blobs/{sha}"
    return {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": sha,
        "size": len(repo.config),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{address().html}/{repo.full_name}/raw/{branch}/{path}",
        "type": "file",
        "content": base64.encodebytes(repo.config).decode(),
        "encoding": "base64",
        "_links": {"self": url, "git": git, "html": html},
    }
