"""What the logs of an attempt's publish steps say it published. Read at once: logs expire, and can be deleted."""

from __future__ import annotations

from collections.abc import Sequence

from app.deps import Deps
from app.github_logs import Refused, job_log
from app.jobs.installed import github_of
from verifier.evidence.log import MOST_CLAIMS, read_log
from verifier.model import LogClaim, LogState, PublishStep, Repository

MOST_JOBS = 50
"""The most jobs of one attempt whose logs are read."""

_RAN = {"success", "failure", "cancelled"}


def read_logs(
    deps: Deps, repository: Repository, steps: Sequence[PublishStep]
) -> tuple[LogState, tuple[LogClaim, ...]]:
    """What the steps that ran say, and whether that is all of it. A step that failed may have published before.

    GONE: GitHub has none of the logs any more. REFUSED: some could not be read (gone, too large, none), so that more
    may have been claimed. UNREAD: GitHub's number of no job is known. READ otherwise, also where no step ran.

    Raises Temporary or Permanent as `app.github_logs` does.
    """
    ran = [step for step in steps if step.conclusion in _RAN]
    by_job: dict[int, list[PublishStep]] = {}
    for step in ran:
        by_job.setdefault(step.job_id, []).append(step)
    unknown = bool(by_job.pop(0, None))
    github, claims, whole = github_of(deps, repository), list[LogClaim](), list[LogState]()
    for job_id in sorted(by_job)[:MOST_JOBS]:
        state, claimed = _read(job_log(deps.fetch, github, repository, job_id), by_job[job_id])
        whole.append(state)
        claims += claimed
    incomplete = unknown or len(by_job) > MOST_JOBS or len(claims) > MOST_CLAIMS
    return _overall(whole, incomplete), tuple(dict.fromkeys(claims))[:MOST_CLAIMS]


def _read(log: bytes | Refused | None, steps: Sequence[PublishStep]) -> tuple[LogState, tuple[LogClaim, ...]]:
    if log is None:
        return LogState.GONE, ()
    return (LogState.REFUSED, ()) if isinstance(log, Refused) else (LogState.READ, read_log(log, steps))


def _overall(states: Sequence[LogState], incomplete: bool) -> LogState:
    """One word for all logs of an attempt. `incomplete`: there are more than these."""
    if incomplete:
        return LogState.REFUSED if states else LogState.UNREAD
    alike = set(states) or {LogState.READ}
    return alike.pop() if len(alike) == 1 else LogState.REFUSED
