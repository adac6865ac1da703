"""What we cannot see yet, and who could fetch it. Blind is neither compliant nor an alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from verifier.model import Case, Confidence, Finding, JobsState, Need, Run, Weight, named_runs
from verifier.verdict.approval import approved, publishers_of
from verifier.verdict.window import may_concern

LOOK_BACK = timedelta(days=90)
"""How far before first contact we still ask: GitHub keeps jobs and logs for 90 days by default."""

ASK_AGAIN = timedelta(minutes=5)
"""How long after GitHub's list of runs was read it is read again for a run that goes on, at the earliest."""


def blindness(case: Case, now: datetime) -> tuple[Finding, ...]:
    """What keeps the verdict open for this version, whatever else is found."""
    if case.version.at < case.first_contact - LOOK_BACK:
        return ()
    if case.evidence is None:
        holds = "may hold" if case.version.artifact.is_image else "holds"
        return (_blind("evidence-unread", f"The registry {holds} attestations for it that we have not read yet."),)
    if _undigested(case):
        return (_blind("digest-unread", "What the tag points at is not read yet."),)
    if case.version.at < case.first_contact and case.version.unseen_at is None and case.version.published_at is None:
        return ()  # an image's tag of before first contact may be of any run of a month, and nobody waits for it
    ours = {p.repository_id for p in case.publishers}
    named = {key for key in named_runs(case.evidence) if key.repository_id in ours and key not in case.gone}
    if named:
        known = {run.key: run for run in case.runs}
        unread = [key for key in sorted(named) if key not in known or _unread(known[key])]
        if now - case.version.last_at >= case.policy.blind_limit:
            unread = [key for key in unread if key not in known or known[key].completed]
        return tuple(
            _blind("named-run-unread", f"Its provenance names run {key}, which is not read yet.") for key in unread
        )
    return _gap(case) + _runs(case, now)


def needs(case: Case, findings: tuple[Finding, ...], now: datetime) -> frozenset[Need]:
    """What could be fetched to see better."""
    wanted = set()
    reasons = {finding.reason for finding in findings}
    if "named-run-unread" in reasons:
        wanted.add(Need.NAMED_RUN)
    if "runs-not-listed" in reasons and now >= case.version.last_at + case.policy.grace:
        wanted.add(Need.RUN_LIST)
    if "run-active" in reasons and _unheard(case, now):
        wanted.add(Need.RUN_LIST)
    if "attestations-not-asked" in reasons:
        wanted.add(Need.GITHUB_ATTESTATIONS)
    return frozenset(wanted)


def _unheard(case: Case, now: datetime) -> bool:
    """Nobody has said for a while whether the run goes on: the webhook of its end may be lost.

    Asked less and less often, for a run may wait for somebody's approval for a day.
    """
    listed, age = case.sight.runs_listed_at, now - case.version.last_at
    return age >= case.policy.grace and (listed is None or now - listed >= max(ASK_AGAIN, age / 10))


def _blind(reason: str, sentence: str) -> Finding:
    return Finding(reason, Weight.BLINDS, Confidence.HIGH, sentence)


def _unread(run: Run) -> bool:
    """Its jobs are still to come. A run that GitHub no longer has the jobs of will not get readable."""
    return not run.completed or run.jobs is JobsState.UNREAD


def _undigested(case: Case) -> bool:
    """A tag that came since we watch, and whose digest nobody has told us yet: there is nothing to judge."""
    version = case.version
    new = version.artifact.is_image and version.at >= case.first_contact and version.removed_at is None
    return new and not version.files


def _gap(case: Case) -> tuple[Finding, ...]:
    since = case.sight.gap_since
    if since is None or case.version.last_at < since:
        return ()
    return (_blind("webhooks-missing", f"Webhooks may be missing since {since:%Y-%m-%d %H:%M} UTC."),)


def _runs(case: Case, now: datetime) -> tuple[Finding, ...]:
    """Approved runs around the publication that are going on or not read; not longer than the limit."""
    found = []
    for run in filter(_unread, case.runs):
        if not publishers_of(case, run) or not _may_concern(case, run) or not approved(case, run):
            continue
        if not run.completed and now - case.version.last_at < case.policy.blind_limit:
            found.append(_blind("run-active", f"Run {run.key} of {run.workflow} may have published it and goes on."))
        elif run.completed and run.jobs is JobsState.UNREAD:
            found.append(_blind("run-unread", f"Run {run.key} of {run.workflow} may have published it."))
    return tuple(found)


def _may_concern(case: Case, run: Run) -> bool:
    """It was active when one of the files was published; each has its own time (trap F11)."""
    return any(may_concern(case, run, span) for span in case.version.spans)
