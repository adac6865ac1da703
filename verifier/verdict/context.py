"""Notes: why nothing could settle an origin, in words for the person who asks."""

from __future__ import annotations

from datetime import datetime

from verifier.model import Case, Confidence, Finding, Standing, Weight
from verifier.verdict.absence import gone_runs
from verifier.verdict.explanation import tied
from verifier.verdict.habit import Habit, Way, by_hand_allowed


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
    if habit.way is Way.HAND:
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
    unread = [e for e in case.evidence or () if e.standing is Standing.UNREADABLE]
    found += [_note("evidence-unreadable", f"Its {e.source} could not be read: {e.problem}") for e in unread]
    return tuple(found)


def _note(reason: str, sentence: str) -> Finding:
    return Finding(reason, Weight.NOTES, Confidence.HIGH, sentence)
