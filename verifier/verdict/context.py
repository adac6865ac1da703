"""Notes: why nothing could settle an origin, in words for the person who asks."""

from __future__ import annotations

from datetime import datetime

from verifier.model import Case, Confidence, Evidence, Finding, Standing, Weight
from verifier.verdict import vetted
from verifier.verdict.absence import gone_runs
from verifier.verdict.explanation import tied, unnamed
from verifier.verdict.habit import Habit, Way, by_hand_allowed
from verifier.verdict.preview import note
from verifier.verdict.silence import BY_LOG, logging
from verifier.verdict.tag_doubt import explained_away


def notes(case: Case, habit: Habit, now: datetime) -> tuple[Finding, ...]:
    """Everything about the version and its line that makes an unverifiable verdict understandable."""
    version, found = case.version, []
    if version.placeholder:
        found.append(_note("registry-placeholder", "This is the registry's own placeholder, not a publication."))
    if version.at < case.first_contact:
        found.append(_note("before-monitoring", f"Published before we began to watch ({case.first_contact:%Y-%m-%d})."))
    if not case.publishers:
        found.append(_note("no-publisher", "Nobody has said which workflow publishes this artifact."))
    if by_hand_allowed(case):
        found.append(_note("manual-allowed", "The configuration allows publishing it by hand."))
    found += note(case)
    if version.artifact.is_image and unnamed(case, habit):
        found.append(_note("run-silent", "A run of yours pushed images then, and its log names none of them."))
    if habit.way is Way.HAND and not explained_away(case, habit):
        found.append(
            _note("published-by-hand", f"Line {habit.line} is published by hand; no run could account for it.")
        )
    if version.account is not None and version.account.approver:
        who = version.account.approver
        found.append(_note("staged-publishing", f"“{who}” approved a staged version; only its digest names the run."))
    if tied(case):
        found.append(_note("runs-tie", "Another version claims the same run, and nothing says which it published."))
    if habit.pull_requests:
        found.append(_note("line-of-pull-requests", "This line is published from pull requests."))
    if version.removed_at is not None and not version.files:
        found.append(_note("gone-before-seen", "It was taken down before we could see its files."))
    found += [
        _note("named-run-gone", f"Its evidence names run {key}, which GitHub no longer has.")
        for key in gone_runs(case, now)
    ]
    unread = [e for e in case.evidence or () if e.standing in (Standing.UNREADABLE, Standing.STATED)]
    found += [_note("evidence-unreadable", f"Its {e.source} settles nothing: {e.problem}") for e in unread]
    return tuple(found)


def of_run(case: Case, explained: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What is worth knowing about the runs that explain the version: a changed workflow file, who let it through, and
    whether its log says the same."""
    keys = {finding.run for finding in explained}
    found = [
        _note("log-names-it", f"The log of run {run.key} names it, too.")
        for run in logging(case)
        if run.key in keys and not all(finding.reason in BY_LOG for finding in explained)
    ]
    for run in (run for run in case.runs if run.key in keys and run.vetting is not None):
        if vetted.changed_file(case, run):
            sentence = f"Run {run.key} used a newer {run.workflow} than the releases before it; it was reviewed in."
            found.append(_note("workflow-changed", sentence))
        approvals = run.vetting.approvals if run.vetting is not None else ()
        for approval in sorted({(a.environment, a.user) for a in approvals if a.state == "approved"}):
            found.append(_note("environment-approved", f"“{approval[1]}” let run {run.key} into {approval[0]}."))
    late = [e for e in case.evidence or () if e.proven and _signed_late(case, e)]
    found += [_note("attested-later", f"Its {e.source} was signed after the version was published.") for e in late]
    return tuple(found)


def _signed_late(case: Case, evidence: Evidence) -> bool:
    """Provenance made for bytes that were there already (trap N10)."""
    return evidence.signed_at is not None and evidence.signed_at > case.version.at + case.policy.skew


def _note(reason: str, sentence: str) -> Finding:
    return Finding(reason, Weight.NOTES, Confidence.HIGH, sentence)
