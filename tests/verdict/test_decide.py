"""What each kind of publication is answered with, one sentence a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.verdict.cases import (
    BOB,
    DAY,
    HOUR,
    INSTALLED,
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
    tags,
    version,
)
from verifier.model import (
    Account,
    AccountKind,
    Confidence,
    File,
    JobsState,
    Need,
    Outcome,
    RunKey,
    Sight,
)
from verifier.model.case import Shared
from verifier.verdict import decide


def test_a_version_published_in_the_step_of_a_run_on_its_own_tag_is_compliant():
    verdict = decide(case(runs=(run(),), siblings=ci_line()), LATER)

    assert Outcome.COMPLIANT == verdict.outcome
    assert {"ref-names-version"} == reasons(verdict)
    assert verdict.reasons[0].run == RunKey(7, 1, 1)


def test_a_time_window_alone_never_explains():
    verdict = decide(case(runs=(run(head_branch="main"),), siblings=ci_line()), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome


def test_a_commit_whose_title_names_the_version_explains_with_low_confidence():
    verdict = decide(case(runs=(run(head_branch="main", title="chore(release): 1.2.3 [skip ci]"),)), LATER)

    assert (Outcome.COMPLIANT, Confidence.LOW) == (verdict.outcome, verdict.confidence)


def test_a_trusted_publisher_during_an_approved_publish_step_is_compliant():
    verdict = decide(case(version(account=OIDC), runs=(run(head_branch="main"),)), LATER)

    assert {"registry-names-publisher"} == reasons(verdict)


def test_verified_provenance_that_names_an_approved_run_is_compliant_at_high_confidence():
    verdict = decide(case(version(attested=True), evidence=(signed(),), runs=(run(head_branch="main"),)), LATER)

    assert (Outcome.COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)


def test_nothing_explains_before_the_runs_jobs_are_read():
    unread = run(jobs=JobsState.UNREAD, steps=(), read_at=None)

    verdict = decide(case(runs=(unread,), siblings=ci_line()), LATER)

    assert Outcome.PENDING == verdict.outcome
    assert {"run-unread"} == reasons(verdict)


def test_a_run_without_a_recognisable_publish_step_caps_the_confidence():
    verdict = decide(case(runs=(run(steps=()),), siblings=ci_line()), LATER)

    assert (Outcome.COMPLIANT, Confidence.LOW) == (verdict.outcome, verdict.confidence)


def test_a_run_still_going_on_keeps_the_version_pending_but_not_for_ever():
    active = run(status="in_progress", conclusion=None, jobs=JobsState.UNREAD, steps=(), read_at=None)
    of = case(runs=(active,), siblings=ci_line(), sight=Sight(runs_listed_at=NOON + 3 * DAY))

    assert Outcome.PENDING == decide(of, LATER).outcome
    assert Outcome.NON_COMPLIANT == decide(of, NOON + 2 * DAY).outcome


def test_a_version_of_a_ci_line_that_no_run_accounts_for_is_non_compliant():
    verdict = decide(case(siblings=ci_line()), LATER)

    assert (Outcome.NON_COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)
    assert {"no-run", "trust-downgrade"} == reasons(verdict)


def test_absence_does_not_count_before_the_grace_is_over():
    verdict = decide(case(siblings=ci_line(), sight=Sight()), NOON + MINUTE)

    assert Outcome.PENDING == verdict.outcome
    assert NOON + 2 * MINUTE == verdict.recheck_at
    assert frozenset() == verdict.needs


def test_absence_does_not_count_before_github_was_asked_for_its_own_list():
    verdict = decide(case(siblings=ci_line(), sight=Sight(runs_listed_at=NOON - MINUTE)), LATER)

    assert Outcome.PENDING == verdict.outcome
    assert {Need.RUN_LIST} == verdict.needs


def test_a_silent_github_is_neither_compliant_nor_an_alarm():
    verdict = decide(case(siblings=ci_line(), sight=Sight(github_problem="502 Bad Gateway")), LATER)

    assert Outcome.PENDING == verdict.outcome
    assert {"github-silent"} == reasons(verdict)


def test_missing_webhooks_keep_a_version_pending_until_they_are_made_up_for():
    sight = Sight(runs_listed_at=LATER, gap_since=NOON - DAY)

    assert {"webhooks-missing"} == reasons(decide(case(siblings=ci_line(), sight=sight), LATER))


def test_a_version_of_a_line_published_by_hand_is_unverifiable_and_not_suspect():
    verdict = decide(case(siblings=hand_line()), LATER)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)
    assert {"published-by-hand"} == reasons(verdict)


def test_configured_as_never_by_hand_an_absence_counts_without_a_habit():
    strict = replace(PUBLISHER, manual=False)

    assert Outcome.NON_COMPLIANT == decide(case(siblings=hand_line(), publishers=(strict,)), LATER).outcome


def test_configured_as_allowed_by_hand_an_absence_never_alarms_or_asks():
    lenient = replace(PUBLISHER, manual=True)

    verdict = decide(case(version(account=BOB), siblings=ci_line(), publishers=(lenient,)), LATER)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)


def test_the_first_version_of_a_new_package_is_unverifiable():
    assert Outcome.UNVERIFIABLE == decide(case(), LATER).outcome


def test_history_before_first_contact_never_alarms():
    old = version(at=INSTALLED - DAY)
    line = tuple(judged(f"1.{i}.0", INSTALLED - (10 - i) * DAY, attested=True) for i in range(3))

    verdict = decide(case(old, siblings=line), LATER)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)


def test_an_older_line_by_hand_keeps_its_own_habit_beside_a_ci_line():
    """axios 0.30.4 and trap F3."""
    old_line = tuple(judged(f"0.{i}.0", NOON - (10 - i) * DAY, Outcome.UNVERIFIABLE) for i in range(3))

    verdict = decide(case(version("0.30.4"), siblings=(*ci_line(), *old_line)), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome


def test_a_new_major_inherits_the_habit_of_the_newest_older_line():
    assert Outcome.NON_COMPLIANT == decide(case(version("2.0.0"), siblings=ci_line()), LATER).outcome


def test_a_sibling_near_a_non_compliant_version_is_suspect():
    rogue = judged("1.9.9", NOON - HOUR, Outcome.NON_COMPLIANT)

    verdict = decide(case(siblings=(*hand_line(), rogue)), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "near-incident" in reasons(verdict)


def test_an_account_that_never_published_it_is_asked_about():
    assert "account-unknown" in reasons(decide(case(version(account=BOB), siblings=hand_line()), LATER))


def test_more_versions_within_an_hour_than_history_knows_are_asked_about():
    others = (judged("1.2.2", NOON - 20 * MINUTE), judged("1.2.1", NOON - 40 * MINUTE))

    assert "burst" in reasons(decide(case(siblings=(*hand_line(), *others)), LATER))


def test_a_burst_that_history_knows_is_not_asked_about():
    before = tuple(judged(f"1.0.{i}", NOON - 20 * DAY + i * MINUTE, Outcome.UNVERIFIABLE) for i in range(3))
    others = (judged("1.2.2", NOON - 20 * MINUTE),)

    verdict = decide(case(siblings=(*before, *others)), LATER)

    assert not verdict.suspect


def test_a_line_that_is_always_tagged_is_asked_about_after_a_day_without_a_tag():
    dated = zip(tags("v1.0.0", "v1.1.0", "v1.2.0"), hand_line(), strict=True)
    of = case(siblings=hand_line(), refs=tuple(replace(ref, seen_at=of.version.at) for ref, of in dated))

    first = decide(of, LATER)

    assert not first.suspect
    assert NOON + DAY == first.recheck_at
    assert "no-tag" in reasons(decide(of, NOON + DAY))
    assert not decide(replace(of, refs=Shared((*of.refs, *tags("v1.2.3")))), NOON + DAY).suspect


def test_one_run_accounts_for_one_version_the_rogue_in_its_window_is_not_explained():
    """Trap N4: a token publish lands in the window of a real run that names another version."""
    honest = judged("1.2.3", NOON)

    verdict = decide(case(version("1.2.4"), runs=(run(),), siblings=(*ci_line(), honest)), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome


def test_two_versions_that_claim_one_run_equally_are_neither_explained_nor_alarmed_about():
    other = judged("1.2.2", NOON + 10 * timedelta(seconds=1), account=OIDC)

    verdict = decide(case(version(account=OIDC), runs=(run(head_branch="main"),), siblings=(*ci_line(), other)), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "runs-tie" in reasons(verdict)


def test_every_file_must_be_accounted_for():
    """Traps F11 and N11: a wheel added by hand later to a release that CI made."""
    of = version()
    late = File("widget-1.2.3-evil.whl", ("sha256:" + "e" * 64,), NOON + DAY)
    of = replace(of, files=(*of.files, late))
    sight = Sight(runs_listed_at=NOON + 2 * DAY)

    assert (
        Outcome.NON_COMPLIANT
        == decide(case(of, runs=(run(),), siblings=ci_line(), sight=sight), NOON + 2 * DAY).outcome
    )


def test_a_staged_version_approved_later_is_never_called_absent():
    """Trap F8: a person approves a staged npm version days after the run."""
    staged = version(account=Account("GitHub Actions", AccountKind.TRUSTED_PUBLISHER, approver="alice"))

    verdict = decide(case(staged, siblings=ci_line()), LATER)

    assert Outcome.UNVERIFIABLE == verdict.outcome
    assert "staged-publishing" in reasons(verdict)


def test_a_registrys_own_placeholder_is_shown_and_never_alarmed_about():
    """Trap F10."""
    verdict = decide(case(version("0.0.1-security", placeholder=True, account=BOB), siblings=ci_line()), LATER)

    assert (Outcome.UNVERIFIABLE, False) == (verdict.outcome, verdict.suspect)


def test_a_new_install_script_is_an_anomaly_and_changes_no_outcome():
    verdict = decide(case(version(install_scripts=True), runs=(run(),), siblings=ci_line()), LATER)

    assert Outcome.COMPLIANT == verdict.outcome
    assert ["install-scripts-new"] == [finding.reason for finding in verdict.anomalies]


def test_never_by_hand_wins_over_allowed_by_hand_when_two_sources_disagree():
    """A thief who may write the repository's own config cannot loosen what the operator said."""
    both = (replace(PUBLISHER, manual=False), replace(PUBLISHER, manual=True))

    assert Outcome.NON_COMPLIANT == decide(case(siblings=hand_line(), publishers=both), LATER).outcome


def test_a_thiefs_first_version_does_not_make_the_account_known():
    rogue = judged("1.9.0", NOON - 3 * DAY, Outcome.NON_COMPLIANT, account=BOB)

    verdict = decide(case(version(account=BOB), siblings=(*hand_line(), rogue)), LATER)

    assert "account-unknown" in reasons(verdict)


def test_the_title_of_a_dependency_bump_names_no_release():
    """Anybody's pull request can carry such a title."""
    bump = run(head_branch="main", title="chore(deps): bump lodash from 4.17.20 to 1.2.3 (#77)")

    assert Outcome.NON_COMPLIANT == decide(case(runs=(bump,), siblings=ci_line()), LATER).outcome


def test_on_an_attested_line_a_commits_title_explains_no_plain_token():
    titled = run(head_branch="main", title="chore(release): 1.2.3")

    assert Outcome.NON_COMPLIANT == decide(case(runs=(titled,), siblings=ci_line()), LATER).outcome


def test_on_a_token_line_a_run_that_names_nothing_is_asked_about_and_not_accused():
    line = tuple(judged(f"1.{i}.0", NOON - (10 - i) * DAY, Outcome.COMPLIANT) for i in range(3))
    dispatched = run(head_branch="main", event="workflow_dispatch", title="Publish")

    verdict = decide(case(runs=(dispatched,), siblings=line), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "run-names-nothing" in reasons(verdict)


def test_a_line_of_its_own_does_not_hide_a_plain_token_where_all_else_came_from_ci():
    line = tuple(judged(f"2.{i}.0", NOON - (10 - i) * DAY, attested=True, account=OIDC) for i in range(3))

    verdict = decide(case(version("0.9.9", account=BOB), siblings=line), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert {"unlike-all-before", "account-unknown"} <= reasons(verdict)


def test_staging_from_a_laptop_does_not_switch_an_absence_off_on_an_attested_line():
    staged = version(account=Account("mallory", AccountKind.PERSON, approver="mallory"))

    assert Outcome.NON_COMPLIANT == decide(case(staged, siblings=ci_line()), LATER).outcome


def test_a_flood_of_release_lines_is_answered():
    lines = tuple(judged(f"{i}.0.0", NOON - DAY + i * timedelta(seconds=1)) for i in range(1, 3000))

    assert decide(case(version("5000.0.0"), siblings=lines), LATER).outcome is Outcome.UNVERIFIABLE
