"""What the logs of an attempt's publish steps say it published. Read at once: logs expire, and can be deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.deps import Deps
from app.github.logs import Refused, job_log
from app.jobs.installed import github_of
from app.settings import Settings, npm_default
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

    Raises Temporary or Permanent as `app.github.logs` does.
    """
    ran = [step for step in steps if step.conclusion in _RAN]
    by_job: dict[int, list[PublishStep]] = {}
    for step in ran:
        by_job.setdefault(step.job_id, []).append(step)
    unknown = bool(by_job.pop(0, None))
    github, claims, whole = github_of(deps, repository), list[LogClaim](), list[LogState]()
    for job_id in sorted(by_job)[:MOST_JOBS]:
        age = _since_end(by_job[job_id], deps.now())
        state, claimed = _read(job_log(deps.fetch, github, repository, job_id, age), by_job[job_id])
        whole.append(state)
        claims += [claim for claim in claimed if not _to_another(deps.settings, claim)]
    incomplete = unknown or len(by_job) > MOST_JOBS or len(claims) > MOST_CLAIMS
    return _overall(whole, incomplete), tuple(dict.fromkeys(claims))[:MOST_CLAIMS]


def _to_another(settings: Settings, claim: LogClaim) -> bool:
    """It went to another npm registry than the one we watch: the same name and number there may be other bytes.

    The public registry counts too: who watches a mirror of it publishes to the registry itself.
    """
    if claim.type != "npm" or not claim.registry:
        return False
    ours = {urlsplit(address).hostname for address in (settings.npm_registry, npm_default())}
    return urlsplit(claim.registry).hostname not in ours


def _since_end(steps: Sequence[PublishStep], now: datetime) -> timedelta:
    """How long ago the last of them ended; for ever where GitHub does not say when any did."""
    return min((now - step.completed_at for step in steps if step.completed_at is not None), default=timedelta.max)


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
