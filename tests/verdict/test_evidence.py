"""What a version's own evidence, and the run that it names, do to its verdict."""

from __future__ import annotations

from dataclasses import replace

from tests.verdict.cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    OIDC,
    PUBLISHER,
    case,
    ci_line,
    hand_line,
    judged,
    run,
    stated,
    step,
    version,
)
from verifier.model import (
    Confidence,
    JobsState,
    Need,
    Outcome,
    RunKey,
    Standing,
)
from verifier.verdict import decide

LATER = NOON + 15 * MINUTE


def reasons(verdict):
    return {finding.reason for finding in verdict.reasons}


def test_provenance_naming_a_run_whose_publish_step_was_skipped_is_a_contradiction():
    """TanStack 2026: the packages were posted from the test phase."""
    failed = run(steps=(step(conclusion="skipped"),), conclusion="failure", head_branch="main")

    verdict = decide(case(version(attested=True, account=OIDC), evidence=(stated(),), runs=(failed,)), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome
    assert {"step-skipped"} == reasons(verdict)


def test_a_skipped_publish_step_of_a_run_that_nothing_names_is_everyday_life():
    idle = run(steps=(step(conclusion="skipped"),), head_branch="main")

    assert Outcome.UNVERIFIABLE == decide(case(runs=(idle,), siblings=hand_line()), LATER).outcome


def test_a_run_that_failed_after_its_publish_step_succeeded_still_explains():
    """Trap F7."""
    assert Outcome.COMPLIANT == decide(case(runs=(run(conclusion="failure"),)), LATER).outcome


def test_a_release_that_failed_half_way_explains_what_it_published_by_then():
    """Trap F7: provenance names the run, and the time lies inside the step that failed later."""
    partial = run(steps=(step(conclusion="failure"),), conclusion="failure", head_branch="main")

    verdict = decide(case(version(attested=True), evidence=(stated(),), runs=(partial,)), LATER)

    assert (Outcome.COMPLIANT, Confidence.LOW) == (verdict.outcome, verdict.confidence)


def test_provenance_of_an_attempt_that_failed_before_publishing_is_a_contradiction():
    failed = run(steps=(step(NOON - 3 * HOUR, "failure"),), conclusion="failure")

    verdict = decide(case(version(attested=True), evidence=(stated(),), runs=(failed,)), LATER)

    assert {"step-failed"} == reasons(verdict)


def test_provenance_of_a_fork_another_workflow_ref_or_event_is_a_contradiction():
    cases = {
        "run-of-fork": run(head_repository_id=666),
        "run-of-other-workflow": run(workflow=".github/workflows/test.yml"),
        "run-on-other-ref": run(head_branch="evil-branch"),
        "run-of-pull-request": run(event="pull_request_target", head_branch="main"),
    }
    for reason, named in cases.items():
        verdict = decide(case(version(attested=True), evidence=(stated(),), runs=(named,)), LATER)

        assert (Outcome.NON_COMPLIANT, {reason}) == (verdict.outcome, reasons(verdict)), reason


def test_provenance_of_another_repository_is_a_contradiction_but_a_new_name_is_not():
    other = stated(run=RunKey(8, 1, 1), repository_id=8, repository="mallory/widget")
    renamed = stated(repository="alice/new-name")

    assert {"run-of-other-repository"} == reasons(decide(case(version(attested=True), evidence=(other,)), LATER))
    assert Outcome.COMPLIANT == decide(case(version(attested=True), evidence=(renamed,), runs=(run(),)), LATER).outcome


def test_provenance_for_other_bytes_is_a_contradiction():
    other = stated(digests=("sha512:" + "0" * 128,))

    verdict = decide(case(version(attested=True), evidence=(other,), runs=(run(),)), LATER)

    assert "digest-mismatch" in reasons(verdict)


def test_a_line_that_honestly_publishes_from_pull_requests_is_not_alarmed_about():
    canaries = tuple(
        replace(
            judged(f"0.0.0-canary.{i}", NOON - (9 - i) * DAY, attested=True), evidence=(stated(event="pull_request"),)
        )
        for i in range(3)
    )
    named = run(event="pull_request", head_branch="feature")
    of = case(version("0.0.0-canary.9", attested=True), evidence=(stated(),), runs=(named,), siblings=canaries)

    assert Outcome.NON_COMPLIANT != decide(of, LATER).outcome


def test_a_reusable_workflow_counts_by_its_caller_or_by_itself():
    """Trap F4."""
    called = run(
        workflow=".github/workflows/caller.yml", called=(f"alice/widget/{PUBLISHER.workflows[0]}@refs/heads/main",)
    )

    assert Outcome.COMPLIANT == decide(case(runs=(called,)), LATER).outcome


def test_attestations_that_are_not_read_yet_keep_the_version_pending():
    assert {"evidence-unread"} == reasons(decide(case(version(attested=True), evidence=None), LATER))


def test_a_named_run_that_is_not_read_yet_is_fetched():
    verdict = decide(case(version(attested=True), evidence=(stated(99),), siblings=ci_line()), LATER)

    assert Outcome.PENDING == verdict.outcome
    assert {Need.NAMED_RUN} == verdict.needs


def test_unreadable_attestations_are_no_explanation_and_no_alarm_by_themselves():
    broken = stated(standing=Standing.UNREADABLE, run=None, problem="not JSON")

    verdict = decide(case(version(attested=True), evidence=(broken,), siblings=hand_line()), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "evidence-unreadable" in reasons(verdict)


def test_a_run_whose_jobs_github_no_longer_has_is_neither_an_explanation_nor_an_absence():
    gone = run(99, jobs=JobsState.GONE, steps=())

    verdict = decide(case(version(attested=True), evidence=(stated(99),), runs=(gone,), siblings=ci_line()), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "named-run-gone" in reasons(verdict)


def test_naming_a_run_that_never_was_does_not_switch_an_absence_off():
    of = case(version(attested=True), evidence=(stated(99),), siblings=ci_line(), gone=(RunKey(7, 99, 1),))

    assert Outcome.NON_COMPLIANT == decide(of, LATER).outcome
    assert Outcome.UNVERIFIABLE == decide(of, NOON + 100 * DAY).outcome


def test_a_workflow_of_the_same_path_in_another_repository_is_not_approved():
    evil = run(workflow=".github/workflows/caller.yml", called=(f"mallory/x/{PUBLISHER.workflows[0]}@refs/heads/main",))

    assert Outcome.NON_COMPLIANT == decide(case(runs=(evil,), siblings=ci_line()), LATER).outcome
