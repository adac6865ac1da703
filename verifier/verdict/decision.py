"""The decision: every rule on the whole case, then the first answer that holds.

1. a contradiction is proven: `non_compliant`
2. we are blind for this version: `pending`
3. a run explains every file, as surely as its publisher requires: `compliant`; suspect where a name alone ties it
   and its log, which should name the version, does not
4. the grace is not over, or GitHub's list of runs is not read: `pending`
5. absence on a CI line: `non_compliant`
6. else `unverifiable`, perhaps suspect
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from verifier.model import Case, Confidence, Finding, Need, Outcome, Verdict, Weight
from verifier.verdict.absence import absence, askable, recheck_after
from verifier.verdict.anomaly import anomalies
from verifier.verdict.blindness import blindness, needs
from verifier.verdict.context import notes, of_run
from verifier.verdict.contradiction import contradictions
from verifier.verdict.explanation import explanations
from verifier.verdict.habit import Habit, by_hand_allowed, habit
from verifier.verdict.mirrors import to_be_looked_at
from verifier.verdict.requirement import enough, too_weak
from verifier.verdict.silence import fallen_silent
from verifier.verdict.suspicion import HOUR, fell_silent, suspicions


def decide(case: Case, now: datetime) -> Verdict:
    """The verdict about one version as of `now`. Pure: the same case and time give the same verdict.

    Nothing explains nothing: without an explanation by a run the answer is never `compliant`.
    """
    usual, odd = habit(case), anomalies(case)
    if against := contradictions(case):
        return _verdict(Outcome.NON_COMPLIANT, against, odd + notes(case, usual, now))
    if blind := blindness(case, now):
        return _pending(case, blind, odd + notes(case, usual, now), now)
    explained = explanations(case, usual)
    if enough(case, explained):
        if asked := fell_silent(fallen_silent(case, usual, explained)):
            return Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, asked + odd + of_run(case, explained), suspect=True)
        return _verdict(Outcome.COMPLIANT, explained, odd + of_run(case, explained))
    context = (*too_weak(case, explained), *odd, *notes(case, usual, now))
    absent = absence(case, usual, now, explained=bool(explained))
    if waiting := tuple(f for f in absent if f.weight is Weight.BLINDS):
        return _pending(case, waiting, context, now)
    if absent:
        return replace(_verdict(Outcome.NON_COMPLIANT, absent, context), recheck_at=to_be_looked_at(case, now))
    return _unverifiable(case, usual, context, now)


def _pending(case: Case, blind: tuple[Finding, ...], context: tuple[Finding, ...], now: datetime) -> Verdict:
    return Verdict(
        Outcome.PENDING,
        Confidence.LOW,
        blind + context,
        recheck_at=recheck_after(case, blind, now),
        needs=needs(case, blind, now),
    )


def _verdict(outcome: Outcome, decisive: tuple[Finding, ...], context: tuple[Finding, ...]) -> Verdict:
    """An explanation is as sure as its weakest file; an accusation as sure as its strongest proof."""
    choose = min if outcome is Outcome.COMPLIANT else max
    return Verdict(outcome, choose(f.confidence for f in decisive), _ordered(decisive) + context)


def _unverifiable(case: Case, usual: Habit, context: tuple[Finding, ...], now: datetime) -> Verdict:
    watched = case.version.at >= case.first_contact and not case.version.placeholder
    allowed = by_hand_allowed(case)
    doubts = suspicions(case, usual, now) if watched else ()
    tag_due = case.version.at + case.policy.tagged_grace
    waits = [tag_due] if usual.tagged else []
    waits += [case.version.last_at + HOUR] if case.mirrors else []
    return Verdict(
        Outcome.UNVERIFIABLE,
        Confidence.MEDIUM,
        doubts + context,
        suspect=bool(doubts) and not allowed,
        recheck_at=min((at for at in waits if watched and now < at), default=None),
        needs=frozenset({Need.GITHUB_ATTESTATIONS}) if askable(case) else frozenset(),
    )


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (-f.confidence, f.reason, f.sentence)))
