"""Oddities of an unexplained version where nothing could settle its origin: "was this you?"."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta

from verifier.model import AccountKind, Case, Confidence, Finding, Judged, Outcome, Weight, named_runs
from verifier.verdict import vetted
from verifier.verdict.absence import signed_by_ours, unreadable_only
from verifier.verdict.approval import approved
from verifier.verdict.explanation import explaining_runs, unnamed
from verifier.verdict.habit import LAST, Habit, by_ci, by_registry, earlier, expects_ci, is_tagged
from verifier.verdict.tag_doubt import doubts, explained_away
from verifier.verdict.window import windows

HOUR = timedelta(hours=1)
NEAR = timedelta(days=7)


def suspicions(case: Case, habit: Habit, now: datetime) -> tuple[Finding, ...]:
    """Every oddity; whether they matter is `decide`'s affair."""
    if case.version.placeholder:
        return ()
    if explained_away(case, habit):
        return doubts(case, habit, now) + _near_incident(case)
    return (
        _account(case)
        + _unlike_all(case)
        + _unnamed(case, habit)
        + _burst(case)
        + _no_tag(case, habit, now)
        + _near_incident(case)
        + _outside_step(case)
        + _staged(case, habit)
        + _unproven(case, habit)
        + _unvetted(case)
        + doubts(case, habit, now)
    )


def burst_size(case: Case) -> tuple[int, int]:
    """Versions of this artifact that no CI explains, within an hour of this one: now, and at most ever before."""
    unexplained = [j for j in case.siblings if not by_ci(j) and not j.version.placeholder]
    if case.version.artifact.is_image:
        unexplained = _each_once(case, unexplained)
    return _peak(case, [j.version.at for j in unexplained])


def _each_once(case: Case, siblings: list[Judged]) -> list[Judged]:
    """One release sets several tags on the same bytes: they are one."""
    first = {j.version.fingerprint: j for j in sorted(siblings, key=lambda j: j.version.at, reverse=True)}
    return [judged for fingerprint, judged in first.items() if fingerprint != case.version.fingerprint]


def _suspect(reason: str, sentence: str) -> tuple[Finding, ...]:
    return (Finding(reason, Weight.SUSPECTS, Confidence.MEDIUM, sentence),)


def _account(case: Case) -> tuple[Finding, ...]:
    account = case.version.account
    if account is None or account.kind is not AccountKind.PERSON:
        return ()
    before = [j.version.account for j in earlier(case)]
    people = {a.name for a in before if a is not None and a.kind is AccountKind.PERSON}
    if not people and len(before) >= LAST and None not in before:
        return _suspect(
            "account-unknown", f"A trusted publisher published it until now, and “{account.name}” never did."
        )
    if not people or account.name in people:
        return ()
    others = "another account" if len(people) == 1 else f"{len(people)} other accounts"
    return _suspect("account-unknown", f"Account “{account.name}” never published it before; {others} did.")


def _unlike_all(case: Case) -> tuple[Finding, ...]:
    """A line of its own does not hide it: the artifact's newest versions came from CI, and this one did not."""
    if case.version.moving and case.earlier:
        return ()  # it is moved about, by whomever
    newest = sorted(earlier(case), key=lambda j: (j.version.at, j.version.number))[-2 * LAST :]
    if len(newest) < LAST or by_registry(case.version) or not all(by_ci(j) for j in newest):
        return ()
    sentence = f"The {len(newest)} versions before it came from CI, whatever their line; this one did not."
    return _suspect("unlike-all-before", sentence)


def _unnamed(case: Case, habit: Habit) -> tuple[Finding, ...]:
    if not expects_ci(case, habit) or not unnamed(case, habit):
        return ()
    return _suspect("run-names-nothing", "An approved run published something then; nothing says that it was this.")


def _burst(case: Case) -> tuple[Finding, ...]:
    here, before = burst_size(case)
    if here >= 2 and here > before:
        sentence = f"{here} versions within an hour; its history knows at most {before}."
        return _suspect("burst", sentence)
    account = case.version.account
    kin = [j for j in case.neighbours if account is None or j.version.account == account]
    kin = [j for j in kin if not by_ci(j) and not j.version.placeholder]
    names = {j.version.artifact for j in kin if abs(j.version.at - case.version.at) <= HOUR}
    known = _most_artifacts([j for j in kin if j.version.at < case.version.at - HOUR])
    if len(names) >= 2 and len(names) + 1 > known:
        sentence = f"{len(names) + 1} artifacts of one owner within an hour; its history knows at most {known}."
        return _suspect("burst", sentence)
    return ()


def _peak(case: Case, others: list[datetime]) -> tuple[int, int]:
    """(versions within an hour of this one, most versions in any hour that ended before those), itself included."""
    here = sorted(at for at in others if abs(at - case.version.at) <= HOUR)
    start = min([case.version.at, *here])
    past = sorted(at for at in others if at < start)
    most = max((last + 1 - bisect_left(past, at - HOUR) for last, at in enumerate(past)), default=0)
    return len(here) + 1, most


def _most_artifacts(past: list[Judged]) -> int:
    """The most distinct artifacts in any one hour."""
    ordered = sorted(past, key=lambda j: j.version.at)
    most, first = 0, 0
    for last, judged in enumerate(ordered):
        while judged.version.at - ordered[first].version.at > HOUR:
            first += 1
        most = max(most, len({j.version.artifact for j in ordered[first : last + 1]}))
    return most


def _no_tag(case: Case, habit: Habit, now: datetime) -> tuple[Finding, ...]:
    if not habit.tagged or now < case.version.at + case.policy.tagged_grace or is_tagged(case, case.version):
        return ()
    return _suspect("no-tag", f"Versions of line {habit.line} are always tagged; a day later this one has no tag.")


def _staged(case: Case, habit: Habit) -> tuple[Finding, ...]:
    """Staged, on a line of CI, and no approved run published anything in all the time that it may have waited."""
    version = case.version
    if version.account is None or version.account.approver is None or not expects_ci(case, habit):
        return ()
    ran = (w for run in case.runs if approved(case, run) for w in windows(version.artifact, run))
    if any(window.step and window.start <= version.at + case.policy.skew for window in ran):
        return ()
    who = version.account.approver
    return _suspect("staged-by-nobody", f"“{who}” approved it, and no run of yours staged anything in 31 days before.")


def _outside_step(case: Case) -> tuple[Finding, ...]:
    """A run of ours signed it, and it was published while that run's publish step was not running, or nobody knows."""
    if case.version.account is not None and case.version.account.approver is not None:
        return ()
    if not signed_by_ours(case) or _unvetted(case):
        return ()
    runs = ", ".join(str(key) for key in sorted(named_runs(case.evidence or ())))
    sentence = f"Run {runs} signed it, and it was not published while a publish step of that run went on."
    return _suspect("outside-step", sentence)


def _unvetted(case: Case) -> tuple[Finding, ...]:
    runs = [run for run in explaining_runs(case) if vetted.unclear(case, run)]
    if not runs:
        return ()
    sentence = f"Nobody could say whether the commit of run {runs[0].key} is on a branch; of those before it was known."
    return _suspect("commit-unvetted", sentence)


def _unproven(case: Case, habit: Habit) -> tuple[Finding, ...]:
    """The versions before it carry provenance that verifies; this one's could not be read or checked."""
    before = [j for j in case.siblings if j.version.line == case.version.line and j.version.at < case.version.at]
    proven = sum(1 for j in before if any(e.proven for e in j.evidence))
    if not unreadable_only(case) or not habit.attested or proven < LAST:
        return ()
    return _suspect("provenance-unproven", f"The provenance of {proven} versions before it verifies; its own does not.")


def _near_incident(case: Case) -> tuple[Finding, ...]:
    """The non-compliant version published closest to it, if one is close."""
    near = [
        judged.version
        for judged in (*case.siblings, *case.neighbours)
        if judged.verdict is not None
        and judged.verdict.outcome is Outcome.NON_COMPLIANT
        and judged.version.at >= case.first_contact
        and abs(judged.version.at - case.version.at) <= NEAR
    ]
    if not near:
        return ()
    closest = min(near, key=lambda v: (abs(v.at - case.version.at), v.artifact, v.number))
    return _suspect("near-incident", f"{closest} is non-compliant and was published close to it.")
