"""Oddities of an unexplained version where nothing could settle its origin: "was this you?"."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from verifier.model import AccountKind, Case, Confidence, Finding, Judged, Outcome, Run, Weight, named_runs
from verifier.verdict import vetted
from verifier.verdict.absence import signed_by_ours, unreadable_only
from verifier.verdict.approval import approved
from verifier.verdict.explanation import explaining_runs, unnamed
from verifier.verdict.habit import LAST, Habit, by_ci, by_registry, expects_ci, is_tagged, lately
from verifier.verdict.silence import skipping
from verifier.verdict.tag_doubt import doubts, explained_away
from verifier.verdict.window import windows

HOUR = timedelta(hours=1)
NEAR = timedelta(days=7)


def fell_silent(silent: tuple[Run, ...]) -> tuple[Finding, ...]:
    """A run explains it by a name alone, and its log, which should name it, does not."""
    if not silent:
        return ()
    sentence = f"The log of run {silent[0].key} names nothing of it; the logs of the {LAST} versions before named them."
    return _suspect("run-fell-silent", sentence)


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


def _burst_size(case: Case) -> tuple[int, int]:
    """Versions of this artifact that no CI explains, within an hour of this one: now, and at most ever before.

    Of before it is enough to know that there were as many.
    """
    around = case.siblings.within(case.version.at - HOUR, case.version.at + HOUR)
    if sum(map(_unexplained, around)) == 0:
        return 1, 0
    if case.version.artifact.is_image:
        unexplained = _each_once(case, list(filter(_unexplained, case.siblings)))
        return _peak(case, sorted((j.version.at for j in unexplained), reverse=True))
    latest = case.siblings.before(case.version.at + HOUR + timedelta.resolution)
    return _peak(case, (j.version.at for j in latest if _unexplained(j)))


def _unexplained(judged: Judged) -> bool:
    return not by_ci(judged) and not judged.version.placeholder


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
    people, before, told = set[str](), 0, True
    for judged in lately(case):
        theirs = judged.version.account
        before, told = before + 1, told and theirs is not None
        if theirs is not None and theirs.kind is AccountKind.PERSON:
            people.add(theirs.name)
            if theirs.name == account.name:
                return ()
    if not people and before >= LAST and told:
        return _suspect(
            "account-unknown", f"A trusted publisher published it until now, and “{account.name}” never did."
        )
    if not people:
        return ()
    others = "another account" if len(people) == 1 else f"{len(people)} other accounts"
    return _suspect("account-unknown", f"Account “{account.name}” never published it before; {others} did.")


def _unlike_all(case: Case) -> tuple[Finding, ...]:
    """A line of its own does not hide it: the artifact's newest versions came from CI, and this one did not."""
    if case.version.moving and case.earlier:
        return ()  # it is moved about, by whomever
    newest = list(islice(lately(case), 2 * LAST))
    if len(newest) < LAST or by_registry(case.version) or not all(by_ci(j) for j in newest):
        return ()
    sentence = f"The {len(newest)} versions before it came from CI, whatever their line; this one did not."
    return _suspect("unlike-all-before", sentence)


def _unnamed(case: Case, habit: Habit) -> tuple[Finding, ...]:
    if not expects_ci(case, habit):
        return ()
    if (run := skipping(case)) is not None:
        sentence = f"Run {run.key} found it in the registry already and skipped it; no run says that it published it."
        return _suspect("run-skipped-it", sentence)
    if not unnamed(case, habit):
        return ()
    return _suspect("run-names-nothing", "An approved run published something then; nothing says that it was this.")


def _burst(case: Case) -> tuple[Finding, ...]:
    here, before = _burst_size(case)
    if here >= 2 and here > before:
        sentence = f"{here} versions within an hour; its history knows at most {before}."
        return _suspect("burst", sentence)
    account = case.version.account
    every = [j for j in (*case.neighbours, *case.siblings) if not by_ci(j) and not j.version.placeholder]
    kin = [j for j in every if account is None or j.version.account == account]
    near = (j.version.artifact for j in kin if abs(j.version.at - case.version.at) <= HOUR)
    names = {artifact for artifact in near if artifact != case.version.artifact}
    # Whoever of the owner's people published them together before: a monorepo's release is as large as it always was.
    known = _most_artifacts([j for j in every if j.version.at < case.version.at - HOUR])
    if len(names) >= 2 and len(names) + 1 > known:
        sentence = f"{len(names) + 1} artifacts of one owner within an hour; its history knows at most {known}."
        return _suspect("burst", sentence)
    return ()


def _peak(case: Case, others: Iterator[datetime] | list[datetime]) -> tuple[int, int]:
    """(versions within an hour of this one, versions in one hour that ended before those), itself included.

    `others` are the latest first. The second is the most ever, but for that it ends where it is as many as the first.
    """
    here, most, hour = 1, 0, deque[datetime]()
    for at in others:
        if at > case.version.at + HOUR:
            continue
        if at >= case.version.at - HOUR:
            here += 1
            continue
        hour.append(at)
        while hour[0] - at > HOUR:
            hour.popleft()
        most = max(most, len(hour))
        if most >= here:
            break
    return here, most


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
    if not unreadable_only(case) or not habit.attested:
        return ()
    proven = sum(1 for _ in case.siblings.before(case.version.at, case.version.line, proven=True))
    if proven < LAST:
        return ()
    return _suspect("provenance-unproven", f"The provenance of {proven} versions before it verifies; its own does not.")


def _near_incident(case: Case) -> tuple[Finding, ...]:
    """The non-compliant version published closest to it, if one is close."""
    near = [
        judged.version
        for judged in (*case.siblings.within(case.version.at - NEAR, case.version.at + NEAR), *case.neighbours)
        if judged.verdict is not None
        and judged.verdict.outcome is Outcome.NON_COMPLIANT
        and judged.version.at >= case.first_contact
        and abs(judged.version.at - case.version.at) <= NEAR
    ]
    if not near:
        return ()
    closest = min(near, key=lambda v: (abs(v.at - case.version.at), v.artifact, v.number))
    return _suspect("near-incident", f"{closest} is non-compliant and was published close to it.")
