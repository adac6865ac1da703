"""What an audit may not hold against a version: the past that it did not see. The monitor was there; an audit was not.

Logs are gone after 90 days, jobs and runs later, and strangers are shown no logs at all. Registries lose attestations,
branches are deleted, workflow files renamed, tags put back. So what rests on the past being complete is asked about
("was this you?") and accuses nobody; what bytes, signatures and the steps of a named run prove stays proven. Nothing
becomes compliant here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from verifier.model import Case, Confidence, Finding, JobsState, LogState, Outcome, Run, Verdict, Weight
from verifier.verdict.approval import allows_workflow, approved, publishers_of
from verifier.verdict.habit import LAST
from verifier.verdict.window import may_concern, publish_steps, windows

_RAN = {"success", "failure", "cancelled"}
_BY_CUSTOM = frozenset({"run-of-pull-request", "run-on-other-ref"})
"""Contradicts what is usual, which is only known once a few versions of the line are."""
_BY_PRESENCE = _BY_CUSTOM | {"commit-off-branch", "run-of-other-workflow", "workflow-never-stood"}
"""Contradicts what stands in the repository now, or what was found there; it may have stood there then."""


def tempered(case: Case, verdict: Verdict) -> Verdict:
    """The verdict without what it says only because something of the past is not shown."""
    if verdict.outcome is Outcome.NON_COMPLIANT:
        against = {f.reason for f in verdict.findings if f.weight is Weight.CONTRADICTS}
        if against - _BY_PRESENCE:
            return _reworded(case, verdict)
        if against:
            known = against - _BY_CUSTOM or _knows_custom(case)
            return _asked(verdict, Weight.CONTRADICTS) if known else _open(verdict, ())
    elif not verdict.suspect:
        return _reworded(case, verdict)
    hidden = next((run for run in case.runs if _is_hidden(case, run)), None)
    if hidden is not None:
        return _open(verdict, (_hidden(hidden),))
    if verdict.outcome is Outcome.NON_COMPLIANT and (case.version.artifact.is_image or _published_then(case)):
        return _asked(verdict, Weight.ABSENT)
    return _reworded(case, verdict)


def _knows_custom(case: Case) -> bool:
    """Enough earlier versions of its line were looked at, and their provenance verifies."""
    before = case.siblings.before(case.version.at, case.version.line, proven=True)
    return sum(1 for _ in islice(before, LAST)) == LAST


def _published_then(case: Case) -> bool:
    """An approved run's publish step went well just then. What says that it was this may be lost (trap F17)."""
    version, skew = case.version, case.policy.skew
    return any(
        window.step and not window.failed and any(window.holds(span, skew) for span in version.spans)
        for run in case.runs
        if approved(case, run)
        for window in windows(version.artifact, run)
    )


def _asked(verdict: Verdict, weight: Weight) -> Verdict:
    """The same as a question."""
    findings = tuple(
        replace(f, weight=Weight.SUSPECTS, confidence=min(f.confidence, Confidence.MEDIUM)) if f.weight is weight else f
        for f in verdict.findings
    )
    return replace(verdict, outcome=Outcome.UNVERIFIABLE, confidence=Confidence.MEDIUM, findings=findings, suspect=True)


def _open(verdict: Verdict, notes: Iterable[Finding]) -> Verdict:
    """Nobody can tell any more."""
    spoken = (Weight.ABSENT, Weight.SUSPECTS, Weight.CONTRADICTS)
    kept = (*notes, *(f for f in verdict.findings if f.weight not in spoken))
    return replace(verdict, outcome=Outcome.UNVERIFIABLE, confidence=Confidence.LOW, findings=kept, suspect=False)


def _hidden(run: Run) -> Finding:
    sentence = f"Run {run.key} of {run.workflow} may have published it, and {_what(run)}."
    links = (run.url,) if run.url else ()
    return Finding("run-unread", Weight.NOTES, Confidence.HIGH, sentence, run.key, links)


def _is_hidden(case: Case, run: Run) -> bool:
    """It is ours, went on when the version was published, and what it published is not shown."""
    ours = any(allows_workflow(publisher, run) for publisher in publishers_of(case, run))
    if not ours or not any(may_concern(case, run, span) for span in case.version.spans):
        return False
    if run.jobs is not JobsState.READ:
        return True
    ran = any(step.conclusion in _RAN for step in publish_steps(case.version.artifact, run))
    return ran and run.log is not LogState.READ


def _what(run: Run) -> str:
    if run.jobs is not JobsState.READ:
        return "GitHub does not show what its jobs did any more"
    return "GitHub has its log no more" if run.log is LogState.GONE else "its log could not be read"


def _reworded(case: Case, verdict: Verdict) -> Verdict:
    """Nobody began to watch: what is older than what was looked at is said to be that."""
    sentence = f"Published before the versions that were looked at ({case.first_contact:%Y-%m-%d})."
    return replace(
        verdict,
        findings=tuple(
            replace(f, sentence=sentence) if f.reason == "before-monitoring" else f for f in verdict.findings
        ),
    )
