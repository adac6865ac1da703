"""GitHub's workflow runs, their jobs and their steps as it writes them, in webhooks and in REST answers alike.

Source: as `sandbox.github.shapes`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox import stable
from sandbox.attempt import Job, Run, Step
from sandbox.github.shapes import Address, Shape, commit, minimal_repository, node, user
from sandbox.state import Repo

_SOON = timedelta(seconds=10)


def begins(run: Run) -> datetime:
    """When a runner takes the run up."""
    return run.at + (min(_SOON, (run.ends - run.at) / 10) if run.ends else _SOON)


def run(run: Run, repo: Repo, now: datetime, at: Address) -> Shape:
    """One attempt as it stands now."""
    owner_id = repo.owner_id if run.head_repository_id == repo.id else None
    head = repo.full_name if run.head_repository_id == repo.id else run.head_repository
    head_owner = owner_id or stable.number("account", head.split("/", 1)[0])
    if run.ends is not None and now >= run.ends:
        status, conclusion, updated = "completed", run.conclusion, run.ends
    elif now >= begins(run):
        status, conclusion, updated = "in_progress", None, begins(run)
    else:
        status, conclusion, updated = "queued", None, run.at
    url = f"{at.api}/repos/{repo.full_name}/actions/runs/{run.id}"
    suite = stable.number("suite", run.id)
    workflow = stable.number("workflow", repo.id, run.workflow)
    return {
        "id": run.id,
        "name": run.workflow.rsplit("/", 1)[-1],
        "node_id": node("WorkflowRun", run.id),
        "check_suite_id": suite,
        "check_suite_node_id": node("CheckSuite", suite),
        "head_branch": branch(run.ref),
        "head_sha": run.sha,
        "path": run.workflow,
        "display_title": run.title,
        "run_number": 1,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow,
        "url": url,
        "html_url": f"{at.html}/{repo.full_name}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": stable.seconds(run.created),
        "updated_at": stable.seconds(updated),
        "run_started_at": stable.seconds(run.at),
        "actor": user(run.actor, at),
        "triggering_actor": user(run.actor, at),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{at.api}/repos/{repo.full_name}/check-suites/{suite}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        "workflow_url": f"{at.api}/repos/{repo.full_name}/actions/workflows/{workflow}",
        "head_commit": commit(repo.source.commits[run.sha]),
        "repository": minimal_repository(repo.full_name, repo.id, repo.owner_id, at),
        "head_repository": minimal_repository(
            head, run.head_repository_id, head_owner, at, fork=run.head_repository_id != repo.id
        ),
        "referenced_workflows": [{"path": path, "sha": stable.sha(path)} for path in run.called],
    }


def branch(ref: str) -> str:
    """What `head_branch` says: the branch, or for a tag its name."""
    return ref.removeprefix("refs/").partition("/")[2] or ref


def workflow(run: Run, repo: Repo, at: Address) -> Shape:
    """The workflow beside a run in its webhook."""
    number = stable.number("workflow", repo.id, run.workflow)
    return {
        "id": number,
        "node_id": node("Workflow", number),
        "name": run.workflow.rsplit("/", 1)[-1],
        "path": run.workflow,
        "state": "active",
        "created_at": stable.milliseconds(repo.created_at),
        "updated_at": stable.milliseconds(repo.created_at),
        "url": f"{at.api}/repos/{repo.full_name}/actions/workflows/{number}",
        "html_url": f"{at.html}/{repo.full_name}/blob/{repo.default_branch}/{run.workflow}",
        "badge_url": f"{at.html}/{repo.full_name}/workflows/badge.svg",
    }


def job_id(run: Run, job: Job) -> int:
    """The number of a job."""
    return stable.number("job", run.repository, run.id, run.attempt, job.name)


def job(run: Run, job: Job, repo: Repo, now: datetime, at: Address) -> Shape:
    """One job of an attempt as it stands now, with GitHub's own first and last step around those of the workflow."""
    number = job_id(run, job)
    inner = job.steps or (Step("Run", job.starts, job.ends, job.conclusion),)
    first = Step("Set up job", job.starts, min(job.starts + timedelta(seconds=1), inner[0].starts), "success")
    last = Step("Complete job", job.ends, job.ends, "success")
    status, conclusion = _state(job, now)
    url = f"{at.api}/repos/{repo.full_name}/actions/jobs/{number}"
    return {
        "id": number,
        "run_id": run.id,
        "run_url": f"{at.api}/repos/{repo.full_name}/actions/runs/{run.id}",
        "run_attempt": run.attempt,
        "node_id": node("CheckRun", number),
        "head_sha": run.sha,
        "head_branch": branch(run.ref),
        "url": url,
        "html_url": f"{at.html}/{repo.full_name}/actions/runs/{run.id}/job/{number}",
        "status": status,
        "conclusion": conclusion,
        "created_at": stable.seconds(job.starts),
        "started_at": stable.seconds(job.starts),
        "completed_at": stable.seconds(job.ends) if status == "completed" else None,
        "name": job.name,
        "workflow_name": run.workflow.rsplit("/", 1)[-1],
        "steps": [_step(step, number + 1, now) for number, step in enumerate((first, *inner, last))],
        "check_run_url": f"{at.api}/repos/{repo.full_name}/check-runs/{number}",
        "labels": ["self-hosted"] if run.self_hosted else ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "builder-1" if run.self_hosted else "GitHub Actions 1",
        "runner_group_id": 1,
        "runner_group_name": "Default" if run.self_hosted else "GitHub Actions",
    }


def _state(of: Job | Step, now: datetime) -> tuple[str, str | None]:
    if now >= of.ends:
        return "completed", of.conclusion
    return ("in_progress" if now >= of.starts else "queued"), None


def _step(step: Step, number: int, now: datetime) -> Shape:
    status, conclusion = _state(step, now)
    return {
        "name": step.name,
        "status": status,
        "conclusion": conclusion,
        "number": number,
        "started_at": stable.seconds(step.starts) if status != "queued" else None,
        "completed_at": stable.seconds(step.ends) if status == "completed" else None,
    }
