"""What the logs of runs say or leave unsaid of a version that they could have published."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.model import Case, Finding, Judged, LogState, Run
from verifier.verdict.claim import files_of, own_claims
from verifier.verdict.habit import LAST, Habit, Way, by_hand_allowed, is_compliant, just_before, last
from verifier.verdict.logged import is_of

BY_LOG = frozenset({"digest-in-log", "version-in-log"})
"""The reasons that rest on what a run printed."""
BY_NAME = frozenset({"ref-names-version", "commit-names-version"})
"""Those that rest on what a run ran on alone."""


def logging(case: Case) -> tuple[Run, ...]:
    """The approved runs that could have published it and whose log names it."""
    found = (claim for file in files_of(case.version) for claim in own_claims(case, file))
    runs = {claim.run.key: claim.run for claim in found if claim.log.named or claim.log.same}
    return tuple(runs[key] for key in sorted(runs))


def skipping(case: Case) -> Run | None:
    """The approved run that could have published it and says that it found it there already; None where none does."""
    found = (claim for file in files_of(case.version) for claim in own_claims(case, file))
    return min((c.run for c in found if c.log.skipped), key=lambda run: run.key, default=None)


def fallen_silent(case: Case, habit: Habit, explained: Iterable[Finding]) -> tuple[Run, ...]:
    """The runs that explain the version by a name alone and whose logs, read whole, name nothing of this package, where
    the logs of its line's last versions named those.

    A tool that finds the version there and skips it without a word leaves such a log, and so does a tool that was
    exchanged for another: once, for where a version just before was asked about for that, it is the project's new way.
    """
    if habit.way is not Way.CI or case.version.artifact.is_image or case.version.at < case.first_contact:
        return ()
    stated = [publisher.manual for publisher in case.publishers]
    # Whoever rules hands out wants an answer and no question; a silent tool must not be accused for that.
    if by_hand_allowed(case) or (False in stated and not habit.attested):
        return ()
    usually = last(case, habit.line)
    if len(usually) < LAST or not all(map(_in_log, usually)) or any(map(_asked_for_silence, just_before(case))):
        return ()
    by_name = {finding.run for finding in explained if finding.reason in BY_NAME}
    runs = [run for run in case.runs if run.key in by_name and run.log is LogState.READ]
    return tuple(run for run in runs if not _speaks_of(case, run))


def _speaks_of(case: Case, run: Run) -> bool:
    return any(is_of(claim, case.version.artifact) for claim in run.claims)


def _asked_for_silence(judged: Judged) -> bool:
    findings = judged.verdict.findings if judged.verdict is not None else ()
    return judged.version.removed_at is None and any(f.reason == "run-fell-silent" for f in findings)


def _in_log(judged: Judged) -> bool:
    """The log of the run that accounts for it names it, by itself or beside better evidence."""
    verdict = judged.verdict
    if verdict is None or not is_compliant(judged):
        return False
    by_log = {f.reason for f in verdict.reasons} <= BY_LOG
    return by_log or any(f.reason == "log-names-it" for f in verdict.findings)
