"""What the logs of runs say or leave unsaid of a version that they could have published."""

from __future__ import annotations

from verifier.model import Case, Judged, LogState, Run
from verifier.verdict.claim import files_of, own_claims
from verifier.verdict.habit import LAST, Habit, Way, is_compliant, last, plain
from verifier.verdict.logged import is_of

BY_LOG = frozenset({"digest-in-log", "version-in-log"})
"""The reasons that rest on what a run printed."""


def logging(case: Case) -> tuple[Run, ...]:
    """The approved runs that could have published it and whose log names it."""
    found = (claim for file in files_of(case.version) for claim in own_claims(case, file))
    runs = {claim.run.key: claim.run for claim in found if claim.log.named or claim.log.same}
    return tuple(runs[key] for key in sorted(runs))


def skipping(case: Case) -> Run | None:
    """The approved run that could have published it and says that it found it there already; None where none does."""
    found = (claim for file in files_of(case.version) for claim in own_claims(case, file))
    return min((c.run for c in found if c.log.skipped), key=lambda run: run.key, default=None)


def fallen_silent(case: Case, habit: Habit) -> tuple[Run, ...]:
    """`_fallen_silent`, found once: several rules ask."""
    if fallen_silent not in case.found:
        case.found[fallen_silent] = _fallen_silent(case, habit)
    found: tuple[Run, ...] = case.found[fallen_silent]
    return found


def _fallen_silent(case: Case, habit: Habit) -> tuple[Run, ...]:
    """The runs that fit by a name alone and whose logs, read whole, name nothing of this package, where the logs of its
    line's last versions named those.

    A tool that finds the version there and skips it without a word leaves such a log, and so does a tool that was
    exchanged for another: once, for where the version before was asked about for that, this is the line's new way.
    """
    usual = habit.way is Way.CI and not case.version.artifact.is_image
    if not usual or any(publisher.manual is False for publisher in case.publishers):
        return ()
    before = next(case.siblings.before(case.version.at, case.version.line), None)
    usually = last(case, habit.line)
    if len(usually) < LAST or not all(map(_in_log, usually)) or (before is not None and _asked_for_silence(before)):
        return ()
    found = [c for file in files_of(case.version) for c in own_claims(case, file) if c.by_name_alone and c.explains]
    if plain(case, habit):
        found = [c for c in found if c.named_by_ref]
    silent = {c.run.key: c.run for c in found if c.run.log is LogState.READ and not _speaks_of(case, c.run)}
    return tuple(silent[key] for key in sorted(silent))


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
