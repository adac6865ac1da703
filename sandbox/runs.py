"""Workflow runs of a timeline: one attempt each, with jobs and steps."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox import run_details, stable
from sandbox.attempt import Job, Log, Made, Run, Step
from sandbox.names import Names, full_name, read_ref, read_sha, workflow_of
from sandbox.strict import Item

LENGTH = timedelta(minutes=5)
"""How long a run takes that says nothing about it."""
CONCLUSIONS = (
    "success",
    "failure",
    "cancelled",
    "skipped",
    "timed_out",
    "neutral",
    "action_required",
    "startup_failure",
    "stale",
)


def read(at: datetime, item: Item, names: Names) -> Run:
    """One attempt; it is noted in `names`."""
    keys = item.keys(
        "id attempt created workflow event ref sha title actor repository head_repository conclusion ends"
        " log jobs called commit approvals self_hosted"
    )
    repository = names.repository_of(keys, item)
    workflow = keys["workflow"].text() if "workflow" in keys else workflow_of(item, repository, names)
    number = keys["id"].integer() if "id" in keys else stable.number(repository.name, workflow, at)
    attempt = keys["attempt"].integer() if "attempt" in keys else 1
    if (repository.name, number, attempt) in names.runs:
        raise item.wrong(f"run {number} attempt {attempt} stands here twice")
    earlier = [run for key, run in names.runs.items() if key[:2] == (repository.name, number)]
    ref = read_ref(keys["ref"]) if "ref" in keys else f"refs/heads/{repository.default_branch}"
    kind, _, short = ref.removeprefix("refs/").partition("/")
    if "sha" in keys:
        sha = read_sha(keys["sha"])
    elif earlier:
        sha = earlier[0].sha
    else:
        sha = names.tag_sha(repository.name, short) if kind == "tags" else stable.sha(repository.name, ref, number)
    ends: datetime | None = at + LENGTH
    if "ends" in keys:
        ends = None if keys["ends"].text() == "never" else keys["ends"].time()
    if ends is not None and ends <= at:
        raise keys["ends"].wrong("must lie after `at`")
    head = full_name(keys["head_repository"]) if "head_repository" in keys else repository.name
    known = names.repositories.get(names.renamed.get(head, head))
    conclusion = keys["conclusion"].choice(*CONCLUSIONS) if "conclusion" in keys else "success"
    created = keys["created"].time() if "created" in keys else min((run.created for run in earlier), default=at)
    called = keys["called"].texts() if "called" in keys else ()
    run = Run(
        at=at,
        repository=repository.name,
        id=number,
        attempt=attempt,
        created=created,
        workflow=workflow,
        event=keys["event"].text() if "event" in keys else "push",
        ref=ref,
        sha=sha,
        title=keys["title"].text() if "title" in keys else "Update",
        actor=keys["actor"].text() if "actor" in keys else repository.owner,
        head_repository=known.name if known else head,
        head_repository_id=known.id if known else stable.number("repository", head),
        conclusion=conclusion,
        ends=ends,
        jobs=tuple(_job(job, at, ends or at + LENGTH) for job in keys["jobs"].items())
        if "jobs" in keys
        else (whole_job(at, ends or at + LENGTH, conclusion, "call / publish" if called else "publish"),),
        log=run_details.log(keys["log"]) if "log" in keys else Log(),
        called=called,
        made=run_details.made(keys["commit"]) if "commit" in keys else next((e.made for e in earlier), Made()),
        approvals=run_details.approvals(keys["approvals"], repository.owner) if "approvals" in keys else (),
        self_hosted=keys["self_hosted"].boolean() if "self_hosted" in keys else False,
    )
    names.runs[repository.name, number, attempt] = run
    return run


def whole_job(at: datetime, ends: datetime, conclusion: str, name: str = "publish") -> Job:
    """The job of a run that names none: its step `Publish` is the middle three fifths of the run."""
    starts, stops = _middle(at, ends)
    return Job(name, at, ends, conclusion, (Step("Publish", starts, stops, conclusion),))


def _middle(at: datetime, ends: datetime) -> tuple[datetime, datetime]:
    fifth = (ends - at) / 5
    return at + fifth, ends - fifth


def _job(item: Item, at: datetime, ends: datetime) -> Job:
    keys = item.keys("starts ends conclusion steps", "name")
    starts = keys["starts"].time() if "starts" in keys else at
    stops = keys["ends"].time() if "ends" in keys else ends
    steps = tuple(_step(step, starts, stops) for step in (keys["steps"].items() if "steps" in keys else []))
    guess = "failure" if any(step.conclusion == "failure" for step in steps) else "success"
    return Job(
        keys["name"].text(),
        starts,
        stops,
        keys["conclusion"].choice(*CONCLUSIONS) if "conclusion" in keys else guess,
        steps,
    )


def _step(item: Item, at: datetime, ends: datetime) -> Step:
    keys = item.keys("starts ends conclusion", "name")
    starts, stops = _middle(at, ends)
    conclusion = keys["conclusion"].choice(*CONCLUSIONS) if "conclusion" in keys else "success"
    starts = keys["starts"].time() if "starts" in keys else starts
    if "ends" in keys:
        stops = keys["ends"].time()
    elif conclusion == "skipped":
        stops = starts
    if stops < starts:
        raise item.wrong("ends before it starts")
    return Step(keys["name"].text(), starts, stops, conclusion)
