"""What a version's own evidence, and the run that it names, do to its verdict."""

from __future__ import annotations

from dataclasses import replace

from tests.verdict.cases import (
    DAY,
    HOUR,
    LATER,
    MINUTE,
    NOON,
    OIDC,
    PUBLISHER,
    case,
    ci_line,
    hand_line,
    judged,
    reasons,
    run,
    signed,
    step,
    version,
)
from verifier.model import (
    Confidence,
    File,
    Finding,
    JobsState,
    Need,
    Outcome,
    RunKey,
    Sight,
    Standing,
    Verdict,
    Weight,
)
from verifier.model.evidence import GITHUB_HELD
from verifier.verdict import decide


def test_provenance_naming_a_run_whose_publish_step_was_skipped_is_a_contradiction():
    """TanStack 2026: the packages were posted from the test phase."""
    failed = run(steps=(step(conclusion="skipped"),), conclusion="failure", head_branch="main")

    verdict = decide(case(version(attested=True, account=OIDC), evidence=(signed(),), runs=(failed,)), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome
    assert {"step-skipped"} == reasons(verdict)


def test_a_step_known_by_its_name_alone_contradicts_less_surely_than_one_known_by_the_workflow_file():
    by_name = run(steps=(step(conclusion="skipped"),), head_branch="main")
    by_file = replace(by_name, steps=(replace(by_name.steps[0], by_file=True),))

    sure = [
        decide(case(version(attested=True), evidence=(signed(),), runs=(named,)), LATER).confidence
        for named in (by_name, by_file)
    ]

    assert [Confidence.MEDIUM, Confidence.HIGH] == sure


def test_a_step_that_the_whole_history_skipped_is_not_the_one_that_publishes():
    """A canary step that is recognised, beside a release step that is not."""
    named = run(steps=(step(conclusion="skipped"),), head_branch="main")
    skipped = Finding("step-skipped", Weight.CONTRADICTS, Confidence.HIGH, "It skipped its publish step.")
    history = tuple(
        replace(j, verdict=Verdict(Outcome.NON_COMPLIANT, Confidence.HIGH, (skipped,)))
        for j in (judged(f"1.{i}.0", NOON - (60 - i) * DAY, attested=True) for i in range(3))
    )

    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(named,), siblings=history), LATER)

    assert Outcome.NON_COMPLIANT != verdict.outcome


def test_a_skipped_publish_step_of_a_run_that_nothing_names_is_everyday_life():
    idle = run(steps=(step(conclusion="skipped"),), head_branch="main")

    assert Outcome.UNVERIFIABLE == decide(case(runs=(idle,), siblings=hand_line()), LATER).outcome


def test_a_run_that_failed_after_its_publish_step_succeeded_still_explains():
    """Trap F7."""
    assert Outcome.COMPLIANT == decide(case(runs=(run(conclusion="failure"),)), LATER).outcome


def test_a_release_that_failed_half_way_explains_what_it_published_by_then():
    """Trap F7: provenance names the run, and the time lies inside the step that failed later."""
    partial = run(steps=(step(conclusion="failure"),), conclusion="failure", head_branch="main")

    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(partial,)), LATER)

    assert (Outcome.COMPLIANT, Confidence.LOW) == (verdict.outcome, verdict.confidence)


def test_provenance_of_an_attempt_that_failed_before_publishing_is_a_contradiction():
    failed = run(steps=(step(NOON - 3 * HOUR, "failure"),), conclusion="failure")

    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(failed,)), LATER)

    assert {"step-failed"} == reasons(verdict)


def test_provenance_of_a_fork_another_workflow_ref_or_event_is_a_contradiction():
    cases = {
        "run-of-fork": run(head_repository_id=666),
        "run-of-other-workflow": run(workflow=".github/workflows/test.yml"),
        "run-on-other-ref": run(head_branch="evil-branch"),
        "run-of-pull-request": run(event="pull_request_target", head_branch="main"),
    }
    for reason, named in cases.items():
        verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(named,)), LATER)

        assert (Outcome.NON_COMPLIANT, {reason}) == (verdict.outcome, reasons(verdict)), reason


def test_provenance_of_another_repository_is_a_contradiction_but_a_new_name_is_not():
    other = signed(run=RunKey(8, 1, 1), repository_id=8, repository="mallory/widget")
    renamed = signed(repository="alice/new-name")

    assert {"run-of-other-repository"} == reasons(decide(case(version(attested=True), evidence=(other,)), LATER))
    assert Outcome.COMPLIANT == decide(case(version(attested=True), evidence=(renamed,), runs=(run(),)), LATER).outcome


def test_provenance_for_other_bytes_is_a_contradiction():
    other = signed(digests=("sha512:" + "0" * 128,))

    verdict = decide(case(version(attested=True), evidence=(other,), runs=(run(),)), LATER)

    assert "digest-mismatch" in reasons(verdict)


def test_a_line_that_honestly_publishes_from_pull_requests_is_not_alarmed_about():
    canaries = tuple(
        replace(
            judged(f"0.0.0-canary.{i}", NOON - (9 - i) * DAY, attested=True), evidence=(signed(event="pull_request"),)
        )
        for i in range(3)
    )
    named = run(event="pull_request", head_branch="feature")
    of = case(
        version("0.0.0-canary.9", attested=True),
        evidence=(signed(number="0.0.0-canary.9"),),
        runs=(named,),
        siblings=canaries,
    )

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
    verdict = decide(case(version(attested=True), evidence=(signed(99),), siblings=ci_line()), LATER)

    assert Outcome.PENDING == verdict.outcome
    assert {Need.NAMED_RUN} == verdict.needs


def test_unreadable_attestations_are_no_explanation_and_no_alarm_by_themselves():
    broken = signed(standing=Standing.UNREADABLE, run=None, problem="not JSON")

    verdict = decide(case(version(attested=True), evidence=(broken,), siblings=hand_line()), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "evidence-unreadable" in reasons(verdict)


def test_a_run_that_was_seen_and_whose_jobs_are_gone_explains_what_it_signed_with_medium_confidence():
    gone = run(99, jobs=JobsState.GONE, steps=(), read_at=NOON + 91 * DAY)

    verdict = decide(case(version(attested=True), evidence=(signed(99),), runs=(gone,), siblings=ci_line()), LATER)

    assert (Outcome.COMPLIANT, Confidence.MEDIUM) == (verdict.outcome, verdict.confidence)


def test_a_run_that_was_deleted_before_its_jobs_were_read_explains_nothing_and_is_asked_about():
    """TanStack, tidied up: publish from a run that skips its publish step, then delete the run as it ends."""
    gone = run(99, jobs=JobsState.GONE, steps=(), read_at=NOON + 6 * MINUTE)

    verdict = decide(case(version(attested=True), evidence=(signed(99),), runs=(gone,), siblings=ci_line()), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)


def test_a_gone_run_that_signed_other_bytes_is_no_explanation():
    gone = run(99, jobs=JobsState.GONE, steps=())
    nothing = signed(99, digests=())

    verdict = decide(case(version(attested=True), evidence=(nothing,), runs=(gone,), siblings=ci_line()), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "named-run-gone" in {finding.reason for finding in verdict.findings}


def test_naming_a_run_that_never_was_does_not_switch_an_absence_off():
    of = case(version(attested=True), evidence=(signed(99),), siblings=ci_line(), gone=(RunKey(7, 99, 1),))

    assert Outcome.NON_COMPLIANT == decide(of, LATER).outcome
    assert Outcome.UNVERIFIABLE == decide(of, NOON + 100 * DAY).outcome


def test_a_workflow_of_the_same_path_in_another_repository_is_not_approved():
    evil = run(workflow=".github/workflows/caller.yml", called=(f"mallory/x/{PUBLISHER.workflows[0]}@refs/heads/main",))

    assert Outcome.NON_COMPLIANT == decide(case(runs=(evil,), siblings=ci_line()), LATER).outcome


def test_provenance_of_one_file_explains_no_other():
    """A wheel added by token within the step of the honest files (PyPI)."""
    honest = File("w.tar.gz", ("sha256:" + "a" * 64,), NOON, attested=True)
    rogue = File("w.whl", ("sha256:" + "b" * 64,), NOON + MINUTE)
    of = version(files=(honest, rogue))

    verdict = decide(case(of, evidence=(signed(digests=honest.digests),), runs=(run(),), siblings=ci_line()), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome


def test_a_new_line_may_come_from_the_branch_and_event_that_the_others_always_came_by():
    usual = signed(ref="refs/heads/next", event="workflow_run", number="1.0.0")
    line = tuple(replace(j, evidence=(usual,)) for j in ci_line())
    line = tuple(replace(j, verdict=Verdict(Outcome.COMPLIANT, Confidence.HIGH, ())) for j in line)
    first = version("2.0.0", attested=True)
    theirs = signed(ref="refs/heads/next", event="workflow_run", number="2.0.0")
    named = run(head_branch="next", event="workflow_run")

    assert Outcome.COMPLIANT == decide(case(first, evidence=(theirs,), runs=(named,), siblings=line), LATER).outcome


def test_an_attestation_that_github_holds_of_another_build_neither_accuses_nor_narrows():
    """CI attests what it builds in build.yml, and publish.yml publishes."""
    built = signed(2, source=GITHUB_HELD, workflow=".github/workflows/build.yml")
    build = run(2, workflow=".github/workflows/build.yml")

    verdict = decide(case(evidence=(built,), runs=(build, run(1))), LATER)

    assert Outcome.COMPLIANT == verdict.outcome


def test_a_late_wheel_waits_for_its_own_run():
    """Trap F11: files of one release come days apart, each with a time of its own."""
    wheel = File("w.whl", ("sha256:" + "b" * 64,), NOON + DAY)
    of = version(files=(*version().files, wheel))
    going = run(2, NOON + DAY, status="in_progress", conclusion=None, jobs=JobsState.UNREAD, steps=(), read_at=None)
    sight = Sight(runs_listed_at=NOON + DAY + HOUR)

    verdict = decide(case(of, runs=(run(), going), siblings=ci_line(), sight=sight), NOON + DAY + 10 * MINUTE)

    assert (Outcome.PENDING, {"run-active"}) == (verdict.outcome, reasons(verdict))


def test_a_branch_that_a_pattern_allows_is_not_refused_for_looking_like_a_tag():
    allowed = (replace(PUBLISHER, refs=("refs/heads/release/*",), manual=False),)
    named = run(head_branch="release/1.2.3")

    assert Outcome.COMPLIANT == decide(case(runs=(named,), publishers=allowed), LATER).outcome


def test_one_quiet_version_does_not_end_a_habit_of_ci():
    quiet = judged("1.2.2", NOON - HOUR, Outcome.UNVERIFIABLE)

    assert Outcome.NON_COMPLIANT == decide(case(siblings=(*ci_line(), quiet)), LATER).outcome
    three = tuple(judged(f"1.2.{i}", NOON - (4 - i) * HOUR, Outcome.UNVERIFIABLE) for i in range(3))
    assert Outcome.UNVERIFIABLE == decide(case(siblings=(*ci_line(), *three)), LATER).outcome


def test_a_maintenance_branch_that_the_line_always_used_is_not_a_contradiction():
    usual = signed(ref="refs/heads/beta", event="workflow_run")
    line = tuple(replace(j, evidence=(usual,)) for j in ci_line())
    line = tuple(replace(j, verdict=Verdict(Outcome.COMPLIANT, Confidence.MEDIUM, ())) for j in line)
    named = run(head_branch="beta", event="workflow_run")

    verdict = decide(case(version(attested=True), evidence=(usual,), runs=(named,), siblings=line), LATER)

    assert Outcome.COMPLIANT == verdict.outcome


def test_a_branch_of_a_dependency_bump_is_no_version_tag():
    named = run(head_branch="dependabot/npm_and_yarn/lodash-4.17.21")

    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(named,)), LATER)

    assert {"run-on-other-ref"} == reasons(verdict)


def test_a_step_that_pushes_an_image_says_nothing_about_a_package():
    image = step(NOON + 4 * MINUTE, "skipped", name="Build and push Docker image")
    named = run(head_branch="main", steps=(image,))

    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(named,), siblings=ci_line()), LATER)

    assert (Outcome.COMPLIANT, Confidence.MEDIUM) == (verdict.outcome, verdict.confidence)


def test_a_named_run_that_never_ends_is_no_alarm_and_not_pending_for_ever():
    waiting = run(status="in_progress", conclusion=None, jobs=JobsState.UNREAD, steps=(), read_at=None)
    of = case(version(attested=True), evidence=(signed(),), runs=(waiting,), siblings=ci_line())
    of = replace(of, sight=Sight(runs_listed_at=NOON + 20 * DAY))

    assert Outcome.PENDING == decide(of, LATER).outcome
    assert Outcome.UNVERIFIABLE == decide(of, NOON + 20 * DAY).outcome
