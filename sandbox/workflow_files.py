"""The workflow files that a scenario does not write itself: made from what its runs did.

One text for each file, the same on every commit: with every job and step that any run of it shows.
Source: GitHub's workflow syntax; jobs of a reusable workflow are shown as `caller / called`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from sandbox.attempt import Job, Run
from sandbox.names import Package
from verifier.discovery.steps import is_publish
from verifier.model.artifact import IMAGES

_PUSHES = {
    "uses": "docker/build-push-action@v6",
    "with": {"push": True, "tags": "${{ steps.meta.outputs.tags }}"},
}
_PUBLISHES: dict[str, dict[str, Any]] = {
    "npm": {"run": "npm publish"},
    "staged": {"run": "npm stage publish"},
    "pypi": {"uses": "pypa/gh-action-pypi-publish@release/v1"},
    **dict.fromkeys(IMAGES, _PUSHES),
}
_BETWEEN = " / "


def files(repository: str, runs: Iterable[Run], packages: Iterable[Package], staged: bool) -> dict[str, bytes]:
    """The workflow files of one repository by path. `staged`: its npm versions wait for somebody's approval."""
    runs, packages = [run for run in runs if run.repository == repository], list(packages)
    own = {run: _own(run) for run in runs}
    paths = [path for package in packages for path in package.workflows]
    paths += [run.workflow for run in runs] + [path for called in own.values() for path in called]
    return {
        path: _text(
            path,
            [run for run in runs if run.workflow == path],
            [run for run in runs if path in own[run]],
            _kind(path, packages, staged),
        )
        for path in dict.fromkeys(paths)
    }


def command(name: str, kind: str) -> dict[str, Any]:
    """What a step of this name does: `run` or `uses`. `kind` is what its workflow publishes."""
    told = name.removeprefix("Run ")
    if told != name and "/" in told and "@" in told:
        return {"uses": told}
    if told != name and told[:1].islower():
        return {"run": told}
    return _PUBLISHES[kind] if is_publish(name) else {"run": f"echo {name!r}"}


def _own(run: Run) -> list[str]:
    """The reusable workflows of its own repository that a run called."""
    start = f"{run.repository}/"
    return [path.removeprefix(start).partition("@")[0] for path in run.called if path.startswith(start)]


def _kind(path: str, packages: Iterable[Package], staged: bool) -> str:
    kinds = [package.artifact.type for package in packages if not package.workflows or path in package.workflows]
    kind = (kinds or [package.artifact.type for package in packages] or ["npm"])[0]
    return "staged" if staged and kind == "npm" else kind


def _text(path: str, runs: list[Run], callers: list[Run], kind: str) -> bytes:
    events = sorted({run.event for run in runs}) or ([] if callers else ["push"])
    jobs: dict[str, Any] = {}
    for run in runs:
        for job in run.jobs:
            first, called, _ = job.name.partition(_BETWEEN)
            if called and run.called:
                jobs[_slug(first)] = {**_named(first), "uses": _call(run)}
            else:
                _merge(jobs, job, job.name, run, kind)
    for run in callers:
        for job in run.jobs:
            _merge(jobs, job, job.name.rpartition(_BETWEEN)[2], run, kind)
    if not jobs:
        jobs["publish"] = {"runs-on": "ubuntu-latest", "steps": [{"name": "Publish", **command("Publish", kind)}]}
    on = [*events, *(["workflow_call"] if callers else [])]
    said = {"name": path.rsplit("/", 1)[-1], "on": on, "permissions": {"id-token": "write"}, "jobs": jobs}
    return yaml.safe_dump(said, sort_keys=False).encode()


def _merge(jobs: dict[str, Any], job: Job, name: str, run: Run, kind: str) -> None:
    """Add what this job shows to what is known of it."""
    held = jobs.setdefault(_slug(name), {**_named(name), "runs-on": "ubuntu-latest", "steps": []})
    if run.approvals:
        held["environment"] = run.approvals[0].environment
    for step in job.steps:
        made = {**({} if _unnamed(step.name) else {"name": step.name}), **command(step.name, kind)}
        if made not in held["steps"]:
            held["steps"].append(made)


def _unnamed(step: str) -> bool:
    """GitHub itself called the step so, by what it runs."""
    return step.removeprefix("Run ") in command(step, "npm").values()


def _call(run: Run) -> str:
    called = run.called[0]
    own = _own(run)
    return f"./{own[0]}" if own else called


def _named(job: str) -> dict[str, str]:
    return {} if _slug(job) == job else {"name": job}


def _slug(job: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", job).strip("-") or "job"
