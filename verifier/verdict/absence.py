"""Absence: a CI line's version that no run accounts for, once GitHub's own list of runs was read."""

from __future__ import annotations

from datetime import datetime, timedelta

from verifier.model import Case, Confidence, File, Finding, JobsState, RunKey, Standing, Weight, named_runs
from verifier.verdict import vetted
from verifier.verdict.approval import approved
from verifier.verdict.explanation import RETENTION, explaining_runs, tied, unnamed
from verifier.verdict.habit import LAST, Habit, by_registry, expects_ci
from verifier.verdict.image import expects_run, of_bytes
from verifier.verdict.mirrors import alone, contested, differing
from verifier.verdict.preview import by_event, is_preview, own_run
from verifier.verdict.signed import about, binds, run_of
from verifier.verdict.silence import skipping
from verifier.verdict.window import may_concern


def absence(case: Case, habit: Habit, now: datetime, *, explained: bool = False) -> tuple[Finding, ...]:
    """Why it counts that no run accounts for this version, or what must be waited for before it counts.

    Legitimate releases that look the same, and what tells them apart: publishing by hand on a by-hand line (habit),
    history (first contact), a bootstrap (no habit yet), a staged version approved later (its approver), a run that
    published several versions at once (a tie) or names none (a dispatch with a token), a canary of a pull request
    (its line does that), a late webhook (GitHub's own list is read first), provenance kept at GitHub only (it is asked
    first), attestations that we cannot read or not check here, bytes that an approved run signed and that appeared at
    another time than its step (a step that we did not recognise), a run that GitHub no longer has (retention).
    `explained`: something accounts for it, and the configuration asks for more.
    """
    version = case.version
    expected = expects_ci(case, habit) or expects_run(case, habit)
    if version.placeholder or version.at < case.first_contact or not expected:
        return ()
    if _is_staged(case, habit) or tied(case):
        return ()
    unvetted = any(vetted.unclear(case, run) for run in explaining_runs(case))
    # What names this version does not count before its run is vetted: until then nobody can say that nothing does.
    if (unnamed(case, habit) and not contested(case)) or _came_to_publish(case, habit):
        return _unvetted(case, now) if unvetted else ()
    if version.artifact.is_image and (_pushed_by_ours(case) or goes_on(case)):
        return ()
    if unvetted:
        return _unvetted(case, now)
    if unchecked(case) and now - version.last_at < case.policy.blind_limit:
        sentence = "It carries provenance that we cannot check here: " + _problems(case)
        return (Finding("provenance-unchecked", Weight.BLINDS, Confidence.HIGH, sentence),)
    pull_request = habit.pull_requests and bool(named_runs(case.evidence or ()))
    if signed_by_ours(case) or unreadable_only(case) or gone_runs(case, now) or pull_request:
        return ()
    listed, due = case.sight.runs_listed_at, version.last_at + case.policy.grace
    if listed is None or listed < due:
        return (_waiting(case, now, due),)
    if askable(case):
        if case.sight.github_problem:
            return (_waiting(case, now, due),)
        sentence = "GitHub may hold provenance for its digests; it is not asked yet."
        return (Finding("attestations-not-asked", Weight.BLINDS, Confidence.HIGH, sentence),)
    return _absent(case, habit, explained)


def _came_to_publish(case: Case, habit: Habit) -> bool:
    """On a line of plain tokens a run came to publish just this, and found it there.

    An upload whose answer was lost, tried again by the same step, leaves the same behind: it is asked about.
    """
    return not habit.attested and skipping(case) is not None


def _pushed_by_ours(case: Case) -> bool:
    """A run of our own workflow pushed it: a preview that was never meant to be released, or an event nobody listed."""
    return bool(by_event(case)) or (is_preview(case) and own_run(case) is not None)


def goes_on(case: Case) -> bool:
    """A run that may have pushed it waits for somebody, for however long: its image is out, and its log is not."""
    active = (run for run in case.runs if not run.completed and approved(case, run))
    return any(may_concern(case, run, span) for run in active for span in case.version.spans)


def _absent(case: Case, habit: Habit, explained: bool) -> tuple[Finding, ...]:
    """Everything that makes the missing run count."""
    version = case.version
    findings = list(of_bytes(case))
    if not any(finding.reason == "tag-replaced" for finding in findings):
        configured = any(p.manual is False for p in case.publishers)
        confidence = Confidence.MEDIUM if configured or habit.count >= LAST else Confidence.LOW
        findings.append(Finding("no-run", Weight.ABSENT, confidence, _sentence(case, habit, configured, explained)))
    findings += [*differing(case), *alone(case)]
    proven = version.artifact.is_image and any(evidence.proven for evidence in case.evidence or ())
    if habit.attested and not proven and not by_registry(version) and not named_runs(case.evidence or ()):
        sentence = (
            f"The {habit.count} versions before it on line {habit.line} carry provenance or a trusted publisher; "
            "this one was published with a plain token."
        )
        sure = Confidence.HIGH if habit.count >= LAST else Confidence.MEDIUM
        findings.append(Finding("trust-downgrade", Weight.ABSENT, sure, sentence))
    return tuple(findings)


def gone_runs(case: Case, now: datetime) -> tuple[RunKey, ...]:
    """The runs of ours that its evidence names and that retention or a deletion has taken from us.

    A run that we heard of and whose jobs are gone counts; one that nobody ever saw only when the publication is so
    old that GitHub may have dropped it: else naming a run that never was would switch an absence off.
    """
    ours = {publisher.repository_id for publisher in case.publishers}
    named = {key for key in named_runs(case.evidence or ()) if key.repository_id in ours}
    gone = {run.key for run in case.runs if run.jobs is JobsState.GONE}
    if now - case.version.at > RETENTION:
        gone |= set(case.gone)
    return tuple(sorted(named & gone))


def _unvetted(case: Case, now: datetime) -> tuple[Finding, ...]:
    """A run accounts for it, and whether its commit is reviewed is not known; open as long as an answer may come."""
    if now - case.version.last_at >= case.policy.blind_limit:
        return ()
    run = next(run for run in explaining_runs(case) if vetted.unclear(case, run))
    why = f": {run.vetting.problem}" if run.vetting is not None else " yet."
    sentence = f"Run {run.key} may have published it; GitHub has not said whether its commit is on a branch{why}"
    return (Finding("run-unvetted", Weight.BLINDS, Confidence.HIGH, sentence, run.key),)


def askable(case: Case) -> bool:
    """GitHub may hold attestations that the registry does not: asked by SHA-256, once, about what is new."""
    version = case.version
    digests = [digest for file in version.files for digest in file.digests]
    new = version.at >= case.first_contact and bool(case.publishers) and not version.placeholder
    return new and not case.github_asked and not case.evidence and any(d.startswith("sha256:") for d in digests)


def _is_staged(case: Case, habit: Habit) -> bool:
    """A person approved it later. On a line that CI attests, only what CI itself staged counts as that."""
    account = case.version.account
    return account is not None and account.approver is not None and (by_registry(case.version) or not habit.attested)


def signed_by_ours(case: Case) -> bool:
    """Each file is signed for by a run of ours that may publish, whenever that was: whatever else, not an absence."""
    return bool(case.version.files) and all(_signed_by_ours(case, file) for file in case.version.files)


def _signed_by_ours(case: Case, file: File) -> bool:
    span = case.version.span_of(file)
    for evidence in about(case, file):
        run = run_of(case, evidence)
        if run is not None and approved(case, run) and (binds(evidence, file) or may_concern(case, run, span)):
            return True
    return False


def unreadable_only(case: Case) -> bool:
    """It carries attestations, and none of them could be read or checked: that is not absent. A wrong one is."""
    found = [e for e in case.evidence or () if e.standing is not Standing.FAILED]
    return bool(found) and not any(e.proven for e in found)


def unchecked(case: Case) -> bool:
    """Nothing is proven, and something could not be checked with the trust root we have: a newer one may."""
    found = case.evidence or ()
    return any(e.standing is Standing.STATED for e in found) and not any(e.proven for e in found)


def _problems(case: Case) -> str:
    return "; ".join(sorted({e.problem for e in case.evidence or () if e.standing is Standing.STATED}))


def recheck_after(case: Case, findings: tuple[Finding, ...], now: datetime) -> datetime:
    """When a pending verdict is worth another look even if no new fact arrives."""
    due = case.version.last_at + case.policy.grace
    if now < due:
        return due
    if any(finding.reason == "provenance-unchecked" for finding in findings):
        return now + timedelta(hours=1)
    silent = any(finding.reason in ("github-silent", "evidence-unread") for finding in findings)
    return now + (timedelta(minutes=1) if silent else timedelta(minutes=5))


def _waiting(case: Case, now: datetime, due: datetime) -> Finding:
    if now < due:
        sentence = f"No run accounts for it yet; GitHub's list of runs is read at {due:%H:%M:%S} UTC."
        return Finding("in-grace", Weight.BLINDS, Confidence.HIGH, sentence)
    if case.sight.github_problem:
        sentence = f"No run accounts for it, and we could not ask GitHub: {case.sight.github_problem}"
        return Finding("github-silent", Weight.BLINDS, Confidence.HIGH, sentence)
    sentence = "No run accounts for it; GitHub's own list of runs is still to be read."
    return Finding("runs-not-listed", Weight.BLINDS, Confidence.HIGH, sentence)


def _sentence(case: Case, habit: Habit, configured: bool, explained: bool) -> str:
    workflows = ", ".join(sorted({path for p in case.publishers for path in p.workflows}))
    why = (
        "the configuration says it is never published by hand"
        if configured
        else f"the last {habit.count} versions of line {habit.line} were published by CI"
    )
    surely = " as surely as is required" if explained else ""
    return f"No run of {workflows} accounts for it{surely}, and {why}."
