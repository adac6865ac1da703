"""When a run can have published: the spans of its publish steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.model import Artifact, Case, JobsState, PublishStep, Run, Span


@dataclass(frozen=True)
class Window:
    """A span in which a run can have published. `step` '' when no publish step was found: the whole run."""

    start: datetime
    end: datetime
    step: str = ""
    failed: bool = False

    def holds(self, span: Span, skew: timedelta) -> bool:
        """What happened in that span can have happened inside, give or take two clocks' difference."""
        return span.around(skew).meets(self.start, self.end)


_IMAGES = re.compile(r"docker|image|container|\boci\b|ghcr|helm", re.IGNORECASE)


def publish_steps(artifact: Artifact, run: Run) -> tuple[PublishStep, ...]:
    """The run's publish steps that can be this artifact's: one that pushes an image says nothing about a package.

    What the workflow file says of a step's ecosystems counts; where it says nothing, the step's name.
    """
    return tuple(step for step in run.steps if _fits(artifact, step))


def _fits(artifact: Artifact, step: PublishStep) -> bool:
    if step.types:
        return artifact.type in step.types
    return artifact.type not in ("npm", "pypi") or not _IMAGES.search(step.name)


def windows(artifact: Artifact, run: Run) -> tuple[Window, ...]:
    """When this attempt can have published. Nothing before its jobs are read; nothing when its steps were skipped.

    A step that failed may have published part of a release before it failed (trap F7), so its span counts, as failed.
    """
    if run.jobs is not JobsState.READ:
        return ()
    steps = publish_steps(artifact, run)
    if not steps:
        return (Window(run.started_at, run.updated_at),) if run.completed else ()
    return tuple(
        Window(step.started_at, step.completed_at, step.name, failed=step.conclusion != "success")
        for step in steps
        if step.started_at and step.completed_at and step.conclusion in ("success", "failure", "cancelled", "timed_out")
    )


def may_concern(case: Case, run: Run, span: Span) -> bool:
    """The attempt was active around that time, as far as we know."""
    around = span.around(case.policy.skew)
    return run.started_at <= around.until and (not run.completed or around.since <= run.updated_at)
