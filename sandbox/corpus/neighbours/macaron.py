"""Macaron's `mcn_infer_artifact_pipeline_1`, as its code says.

Source: oracle/macaron at 7d335c85, `infer_artifact_pipeline_check.py`, `github_actions_ci.py` and `defaults.ini`. Its
first condition, that a static analysis finds a publishing step in the workflow, is taken as met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.corpus.neighbours import Ruling

WINDOW = timedelta(seconds=7200)
"""`publish_time_range`: a run may have been created this long before the publication."""
RETENTION = timedelta(days=400)
"""GitHub keeps runs this long."""


@dataclass(frozen=True)
class Step:
    """A step of the latest attempt that the static analysis takes for the one that publishes."""

    conclusion: str
    started_at: datetime


@dataclass(frozen=True)
class Run:
    """A run of the publish workflow as GitHub's list shows it: `created_at` is that of its first attempt."""

    id: int
    created_at: datetime
    steps: tuple[Step, ...]


def infer(
    published_at: datetime, commit_at: datetime | None, runs: Sequence[Run], named: int | None, now: datetime
) -> Ruling:
    """Whether a pipeline published it. `named` is the run that provenance names, `commit_at` None: no commit is found.

    `runs` are all that GitHub still has.
    """
    if commit_at is None:
        return Ruling.UNKNOWN
    if published_at < commit_at:
        return Ruling.REFUSES
    if now - published_at > RETENTION:
        return Ruling.UNKNOWN
    accepted = {
        run.id
        for run in runs
        if published_at - WINDOW <= run.created_at <= published_at
        and any(_published(step, published_at, commit_at) for step in run.steps)
    }
    if named is None:
        return Ruling.ACCEPTS if accepted else Ruling.REFUSES
    if named in accepted:
        return Ruling.ACCEPTS
    return Ruling.REFUSES if named in {run.id for run in runs} else Ruling.UNKNOWN


def _published(step: Step, published_at: datetime, commit_at: datetime) -> bool:
    near = abs(step.started_at - commit_at) <= WINDOW / 2
    return step.conclusion == "success" and step.started_at < published_at and near
