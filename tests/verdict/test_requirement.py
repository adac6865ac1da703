"""`confidence` and `grace` of the configuration: what an explanation must reach, and how long an absence waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import DAY, HOUR, LATER, NOON, PUBLISHER, REPOSITORY, case, ci_line, reasons, run, signed
from tests.verdict.cases import version as published
from tests.verdict.test_properties import cases, times
from verifier.ledger import memory_ledger
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Dossier, Watch
from verifier.model import Case, Confidence, Outcome, Policy, PublishersSet, RepositorySeen
from verifier.verdict import decide
from verifier.verdict.explanation import explanations
from verifier.verdict.habit import habit
from verifier.verdict.requirement import required

HIGH = replace(PUBLISHER, confidence=Confidence.HIGH)
BY_COMMIT = run(title="1.2.3", head_branch="main")
"""A run that only its commit's title ties to the version: an explanation of low confidence."""


def test_what_is_explained_surely_enough_is_compliant() -> None:
    verdict = decide(case(runs=(run(),), evidence=(signed(),), publishers=(HIGH,)), LATER)

    assert (Outcome.COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)


def test_what_is_explained_less_surely_than_required_counts_as_absent_where_nobody_publishes_by_hand() -> None:
    asked = replace(HIGH, manual=False)
    rules = (replace(asked, confidence=Confidence.LOW), asked)
    lenient, strict = (decide(case(runs=(BY_COMMIT,), publishers=(p,)), LATER) for p in rules)

    assert Outcome.COMPLIANT is lenient.outcome
    assert (Outcome.NON_COMPLIANT, {"no-run"}) == (strict.outcome, reasons(strict))
    assert "as surely as is required" in strict.reasons[0].sentence
    assert "explanation-too-weak" in {finding.reason for finding in strict.findings}


def test_a_line_whose_releases_never_leave_more_behind_alarms_nobody() -> None:
    """Its own versions are not settled either, so no habit of CI forms from them."""
    verdict = decide(case(runs=(BY_COMMIT,), publishers=(HIGH,)), LATER)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)
    assert {"explanation-too-weak"} <= reasons(verdict)


def test_until_github_was_asked_it_is_pending() -> None:
    waiting = case(runs=(BY_COMMIT,), publishers=(HIGH,), siblings=ci_line(), sight=case().sight)
    early = decide(replace(waiting, sight=replace(waiting.sight, runs_listed_at=None)), LATER)

    assert Outcome.PENDING is early.outcome


def test_of_two_publishers_a_run_is_held_to_what_its_own_asks() -> None:
    other = replace(PUBLISHER, workflows=(".github/workflows/nightly.yml",))
    verdict = decide(case(runs=(BY_COMMIT,), publishers=(other, HIGH)), LATER)

    assert Outcome.COMPLIANT is not verdict.outcome


@given(cases, times, st.sampled_from([*Confidence]))
def test_asking_for_more_never_makes_anything_compliant(of: Case, now: datetime, least: Confidence) -> None:
    asked = replace(of, publishers=tuple(replace(p, confidence=least) for p in of.publishers))
    before, after = decide(of, now), decide(asked, now)

    if after.outcome is Outcome.COMPLIANT:
        assert before == after
        assert after.confidence >= least
    if before.outcome in (Outcome.NON_COMPLIANT, Outcome.PENDING):
        assert before.outcome is after.outcome


@given(cases, times)
def test_what_is_compliant_reaches_what_is_required(of: Case, now: datetime) -> None:
    verdict = decide(of, now)
    if verdict.outcome is Outcome.COMPLIANT:
        assert all(finding.confidence >= required(of, finding) for finding in explanations(of, habit(of)))


@pytest.mark.parametrize(
    ("asked", "waits"),
    [((None,), 2), ((1,), 2), ((120,), 120), ((120, None), 2), ((120, 60), 60)],
)
def test_the_grace_is_the_shortest_that_its_publishers_ask_for_and_never_less_than_the_servers(
    asked: tuple[int | None, ...], waits: int
) -> None:
    ledger, version = memory_ledger(), published()
    with ledger.writing() as book:
        book.record(RepositorySeen(REPOSITORY), NOON)
        graces = [None if minutes is None else timedelta(minutes=minutes) for minutes in asked]
        publishers = tuple(replace(PUBLISHER, grace=grace, refs=(f"refs/tags/{i}",)) for i, grace in enumerate(graces))
        book.record(PublishersSet(REPOSITORY.id, "config", publishers), NOON)
        gathered = Cases(book, Policy()).case(Dossier(version), Watch(version.artifact, NOON - DAY))

    assert timedelta(minutes=waits) == gathered.policy.grace


def test_within_the_grace_that_is_asked_for_an_absence_is_pending() -> None:
    absent = case(siblings=ci_line(), policy=Policy(grace=2 * HOUR))

    assert Outcome.PENDING is decide(absent, LATER).outcome
    listed = replace(absent, sight=replace(absent.sight, runs_listed_at=NOON + 3 * HOUR))
    assert Outcome.NON_COMPLIANT is decide(listed, NOON + 3 * HOUR).outcome
