"""What the log of a run's publish step does to a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verdict.cases import (
    BOB,
    DAY,
    HOUR,
    LATER,
    MINUTE,
    NOON,
    OIDC,
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
from verifier.model import Confidence, Finding, Judged, LogClaim, LogState, Outcome, Run, RunKey, Verdict, Weight
from verifier.model.siblings import Siblings
from verifier.verdict import decide

OTHER = "sha512:" + "f" * 32


def logging(*claims: LogClaim, **changes: Any) -> Run:
    """An approved run on the default branch whose publish step logged this."""
    made = run(head_branch="main", log=LogState.READ, claims=claims)
    return replace(made, **changes)


def claim(number: str = "1.2.3", **changes: Any) -> LogClaim:
    return replace(LogClaim("npm", "widget", number, tool="npm", step="Publish", at=NOON), **changes)


SAME = claim(digests=version().files[0].digests)


def test_the_digest_in_the_log_of_an_approved_run_explains_with_high_confidence():
    verdict = decide(case(runs=(logging(SAME),), siblings=hand_line()), LATER)

    assert (Outcome.COMPLIANT, Confidence.HIGH) == (verdict.outcome, verdict.confidence)
    assert {"digest-in-log"} == reasons(verdict)


def test_the_number_in_the_log_of_an_approved_run_explains_with_medium_confidence():
    verdict = decide(case(runs=(logging(claim()),), siblings=hand_line()), LATER)

    assert (Outcome.COMPLIANT, Confidence.MEDIUM) == (verdict.outcome, verdict.confidence)
    assert {"version-in-log"} == reasons(verdict)


def test_a_trusted_publisher_whose_run_logged_the_version_is_sure():
    of = version(account=OIDC)

    assert Confidence.HIGH == decide(case(of, runs=(logging(claim()),)), LATER).confidence


def test_a_log_that_names_another_version_explains_none_but_that():
    """Trap N4: a real run just happened, and a stolen token publishes in its window."""
    real = logging(claim("1.2.2"))

    verdict = decide(case(runs=(real,), siblings=ci_line()), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome


def test_not_even_a_tag_outweighs_a_log_that_names_another_version():
    """Whoever pushes the tag v1.2.3 does not choose what the run's tools print."""
    real = logging(claim("1.2.2"), head_branch="v1.2.3")

    assert Outcome.COMPLIANT != decide(case(runs=(real,), siblings=ci_line()), LATER).outcome


def test_other_bytes_in_the_log_of_our_own_run_are_a_contradiction():
    verdict = decide(case(runs=(logging(claim(digests=(OTHER,))),), siblings=hand_line()), LATER)

    assert (Outcome.NON_COMPLIANT, {"log-digest-mismatch"}) == (verdict.outcome, reasons(verdict))


def test_a_signature_for_these_very_bytes_outweighs_a_line_in_a_log():
    of = case(
        version(attested=True), evidence=(signed(),), runs=(logging(claim(digests=(OTHER,))),), siblings=ci_line()
    )

    assert "log-digest-mismatch" not in {f.reason for f in decide(of, LATER).findings}


@pytest.mark.parametrize("changes", [{"event": "pull_request"}, {"head_branch": "evil"}, {"head_repository_id": 8}])
def test_only_the_log_of_an_approved_run_counts(changes: dict[str, Any]):
    evil = logging(SAME, **changes)

    assert Outcome.NON_COMPLIANT == decide(case(runs=(evil,), siblings=ci_line()), LATER).outcome


def test_a_log_line_explains_nothing_that_was_published_at_another_time():
    early = logging(SAME, steps=(step(NOON - 3 * HOUR),), started_at=NOON - 4 * HOUR)

    assert Outcome.COMPLIANT != decide(case(runs=(early,), siblings=ci_line()), LATER).outcome


def test_a_failed_step_explains_what_its_log_says_it_published_before():
    """Trap F7: partial releases."""
    partial = logging(claim(), steps=(step(conclusion="failure"),), conclusion="failure")

    assert Outcome.COMPLIANT == decide(case(runs=(partial,), siblings=hand_line()), LATER).outcome


def test_two_versions_of_one_run_are_both_explained_when_its_log_names_both():
    both = logging(claim("1.2.3"), claim("1.2.4"))
    twin = replace(hand_line()[0], version=version("1.2.4", NOON + MINUTE / 2), verdict=None)

    assert Outcome.COMPLIANT == decide(case(runs=(both,), siblings=(*hand_line(), twin)), LATER).outcome


def test_a_staged_version_is_explained_by_its_digest_in_the_log_of_the_stage_step():
    later = version(at=NOON + 30 * HOUR, account=replace(OIDC, approver="alice"))
    staged = logging(replace(claim(digests=later.files[0].digests), staged=True))

    verdict = decide(case(later, runs=(staged,), siblings=ci_line()), NOON + 31 * HOUR)

    assert (Outcome.COMPLIANT, {"digest-in-log"}) == (verdict.outcome, reasons(verdict))


def test_a_run_that_signs_what_it_publishes_did_not_publish_what_it_only_printed():
    """A dependency prints a rogue version inside the publish step of a run that signs the honest one."""
    real = logging(claim("1.2.2", digests=version("1.2.2").files[0].digests), SAME)
    honest = replace(ci_line()[0], version=version("1.2.2", attested=True), evidence=(signed(number="1.2.2"),))

    verdict = decide(case(runs=(real,), siblings=(*ci_line(), honest)), LATER)

    assert Outcome.COMPLIANT != verdict.outcome


def test_a_trusted_publisher_is_no_explanation_where_another_runs_log_shows_these_bytes():
    """A run on an attacker's branch publishes without provenance while an honest one goes on."""
    evil = logging(SAME, key=replace(run().key, run_id=9), head_branch="evil")
    idle = logging()

    verdict = decide(case(version(account=OIDC), runs=(idle, evil), siblings=ci_line()), LATER)

    assert Outcome.COMPLIANT != verdict.outcome


def test_a_claim_of_another_package_or_ecosystem_says_nothing():
    for strange in (replace(SAME, name="other"), replace(SAME, type="pypi")):
        verdict = decide(case(runs=(logging(strange),), siblings=ci_line()), LATER)

        assert Outcome.NON_COMPLIANT == verdict.outcome


def test_a_run_that_found_the_version_there_already_does_not_explain_it_by_its_tag():
    """Who holds the token can publish the next number seconds before the run does."""
    skips = logging(claim(skipped=True), head_branch="v1.2.3")

    assert Outcome.COMPLIANT == decide(case(runs=(logging(head_branch="v1.2.3"),), siblings=hand_line()), LATER).outcome
    assert Outcome.UNVERIFIABLE == decide(case(runs=(skips,), siblings=hand_line()), LATER).outcome
    assert Outcome.NON_COMPLIANT == decide(case(runs=(skips,), siblings=ci_line()), LATER).outcome


def test_on_a_token_line_a_run_that_found_the_version_there_is_asked_about():
    """The legitimate look-alike: the upload went through, its answer was lost, and the step tried again."""
    line = tuple(judged(f"1.{i}.0", NOON - (10 - i) * DAY, Outcome.COMPLIANT) for i in range(3))

    verdict = decide(case(runs=(logging(claim(skipped=True), head_branch="v1.2.3"),), siblings=line), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "run-skipped-it" in reasons(verdict)


def test_what_proves_the_bytes_explains_whatever_another_attempt_skipped():
    """A second attempt finds what the first one published (trap F7)."""
    first = logging(SAME, head_branch="v1.2.3", conclusion="failure")
    second = logging(claim(skipped=True), head_branch="v1.2.3", key=RunKey(7, 1, 2))
    trusted = case(version(account=OIDC), runs=(second,), siblings=ci_line())

    assert Outcome.COMPLIANT == decide(case(runs=(first, second), siblings=ci_line()), LATER).outcome
    assert Outcome.COMPLIANT == decide(trusted, LATER).outcome


def test_what_a_run_skipped_besides_what_it_published_takes_nothing_away():
    both = logging(claim(), claim(skipped=True))

    assert {"version-in-log"} == reasons(decide(case(runs=(both,), siblings=hand_line()), LATER))


def told(number: str, days: int, outcome: Outcome = Outcome.COMPLIANT, *findings: Finding) -> Judged:
    of = judged(number, NOON - days * DAY, outcome)
    said = findings or (Finding("digest-in-log", Weight.EXPLAINS, Confidence.HIGH, "Its digest stands in a log."),)
    return replace(of, verdict=Verdict(outcome, Confidence.HIGH, said, suspect=bool(findings)))


PRINTING = (told("1.0.0", 9), told("1.1.0", 6), told("1.2.0", 3))


def test_where_logs_always_named_the_version_one_that_names_nothing_is_asked_about():
    """The legitimate look-alike: another tool, which publishes without a word."""
    silent = logging(head_branch="v1.2.3")

    verdict = decide(case(runs=(silent,), siblings=PRINTING), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "run-fell-silent" in reasons(verdict)


def signed_and_told(number: str, days: int) -> Judged:
    """Provenance accounts for it, and its run's log names it, too."""
    of = told(
        number, days, Outcome.COMPLIANT, Finding("provenance-verified", Weight.EXPLAINS, Confidence.HIGH, "It is.")
    )
    beside = Finding("log-names-it", Weight.NOTES, Confidence.HIGH, "The log names it, too.")
    verdict = replace(of.verdict, findings=(*of.verdict.findings, beside), suspect=False) if of.verdict else None
    return replace(of, version=replace(of.version, files=version(number, attested=True).files), verdict=verdict)


SIGNING = (signed_and_told("1.0.0", 9), signed_and_told("1.1.0", 6), signed_and_told("1.2.0", 3))


def test_a_signed_version_whose_run_prints_it_says_so_and_one_whose_run_does_not_says_nothing():
    signed_one = case(version(attested=True), evidence=(signed(),), runs=(logging(SAME),), siblings=ci_line())
    quiet = replace(signed_one, runs=(logging(),))

    assert "log-names-it" in {f.reason for f in decide(signed_one, LATER).findings}
    assert "log-names-it" not in {f.reason for f in decide(quiet, LATER).findings}
    assert {"digest-in-log"} == {
        f.reason for f in decide(case(runs=(logging(SAME),), siblings=hand_line()), LATER).findings
    }


def test_on_an_attested_line_a_log_that_fell_silent_beside_lost_provenance_is_asked_about():
    """The legitimate look-alike: a silent tool in the place of the old one, which signs nothing either (trap F4)."""
    verdict = decide(case(runs=(logging(head_branch="v1.2.3"),), siblings=SIGNING), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "run-fell-silent" in reasons(verdict)


def test_where_more_is_required_than_a_tag_a_silent_log_does_not_soften_the_accusation():
    sure = tuple(replace(p, confidence=Confidence.MEDIUM) for p in case().publishers)
    strict = case(runs=(logging(head_branch="v1.2.3"),), siblings=SIGNING, publishers=sure)

    assert Outcome.NON_COMPLIANT == decide(strict, LATER).outcome


def test_a_silent_run_excuses_no_file_that_came_at_another_time():
    """A rogue wheel beside a release whose log fell silent (trap N11)."""
    of = version()
    late = replace(of.files[0], name="rogue.whl", digests=("sha256:" + "9" * 64,), published_at=NOON + 3 * HOUR)
    both = replace(of, files=(replace(of.files[0], published_at=NOON), late))

    silent = case(both, runs=(logging(head_branch="v1.2.3"),), siblings=SIGNING)
    silent = replace(silent, sight=replace(silent.sight, runs_listed_at=LATER + 4 * HOUR))

    assert Outcome.NON_COMPLIANT == decide(silent, LATER + 4 * HOUR).outcome


def test_what_the_configuration_says_of_publishing_by_hand_decides_whether_silence_is_asked_about():
    def stated(manual: bool, line: tuple[Judged, ...]):
        of = case(runs=(logging(head_branch="v1.2.3"),), siblings=line)
        return decide(replace(of, publishers=tuple(replace(p, manual=manual) for p in of.publishers)), LATER)

    assert Outcome.COMPLIANT == stated(True, SIGNING).outcome
    assert "run-fell-silent" in reasons(stated(False, SIGNING))
    assert Outcome.COMPLIANT == stated(False, PRINTING).outcome


def test_a_project_that_changed_its_tool_is_not_asked_again_on_its_other_lines():
    asked = Finding("run-fell-silent", Weight.SUSPECTS, Confidence.MEDIUM, "Its log names nothing of it.")
    line = (*PRINTING, told("2.0.0-rc.1", 2, Outcome.UNVERIFIABLE, asked), told("2.0.0", 1))

    assert Outcome.COMPLIANT == decide(case(runs=(logging(head_branch="v1.2.3"),), siblings=line), LATER).outcome


def test_lost_provenance_alone_is_no_question_where_the_log_goes_on_or_never_said_anything():
    for runs, line in ((logging(SAME, head_branch="v1.2.3"), SIGNING), (logging(head_branch="v1.2.3"), ci_line())):
        assert Outcome.COMPLIANT == decide(case(runs=(runs,), siblings=line), LATER).outcome


def test_on_an_attested_line_a_commits_title_does_not_turn_an_accusation_into_a_question():
    """Anybody's pull request names a commit."""
    named = logging(title="chore: release 1.2.3")

    assert Outcome.NON_COMPLIANT == decide(case(runs=(named,), siblings=SIGNING), LATER).outcome


def test_a_line_of_few_versions_is_held_to_what_the_logs_of_the_others_say_and_to_its_own():
    few = (told("0.9.0", 1), told("1.1.0", 6), told("1.2.0", 3))
    of = case(version("0.9.1"), runs=(logging(head_branch="v0.9.1"),), siblings=few)
    by_tag = Finding("ref-names-version", Weight.EXPLAINS, Confidence.MEDIUM, "Its tag names it.")
    quiet = replace(few[0], verdict=Verdict(Outcome.COMPLIANT, Confidence.MEDIUM, (by_tag,)))

    assert "run-fell-silent" in reasons(decide(of, LATER))
    assert Outcome.COMPLIANT == decide(replace(of, siblings=Siblings.of((quiet, *few[1:]))), LATER).outcome


def test_a_log_that_could_not_be_read_is_not_a_silent_one():
    for state in (LogState.UNREAD, LogState.GONE, LogState.REFUSED):
        unread = logging(head_branch="v1.2.3", log=state)

        assert Outcome.COMPLIANT == decide(case(runs=(unread,), siblings=PRINTING), LATER).outcome


def test_a_tool_that_fell_silent_is_asked_about_once():
    asked = Finding("run-fell-silent", Weight.SUSPECTS, Confidence.MEDIUM, "Its log names nothing of it.")
    line = (*PRINTING, told("1.2.2", 1, Outcome.UNVERIFIABLE, asked))

    verdict = decide(case(runs=(logging(head_branch="v1.2.3"),), siblings=line), LATER)

    assert {"ref-names-version"} == reasons(verdict)


def test_where_publishing_by_hand_is_excluded_a_silent_tool_is_not_accused():
    never = case(runs=(logging(head_branch="v1.2.3"),), siblings=PRINTING)
    never = replace(never, publishers=tuple(replace(p, manual=False) for p in never.publishers))

    assert Outcome.COMPLIANT == decide(never, LATER).outcome


def test_silence_counts_whoever_published_and_whatever_else_was_published_then():
    silent = logging(head_branch="v1.2.3")
    stranger = case(version(account=BOB), runs=(silent,), siblings=PRINTING)
    beside = case(runs=(silent,), siblings=(*PRINTING, judged("2.0.0-rc.1", NOON, account=BOB)))

    assert "run-fell-silent" in reasons(decide(stranger, LATER))
    assert "run-fell-silent" in reasons(decide(beside, LATER))


def test_the_log_of_a_run_that_does_not_fit_is_no_silence():
    """A thief publishes while the run of another package of the repository goes on."""
    other = logging(replace(claim(), name="gadget"), head_branch="gadget@1.2.3")

    assert "run-fell-silent" not in reasons(decide(case(runs=(other,), siblings=PRINTING), LATER))


def test_what_was_asked_about_for_its_silence_teaches_nothing_else():
    """Else a thief who is asked about once would not be asked about on another line."""
    asked = Finding("run-fell-silent", Weight.SUSPECTS, Confidence.MEDIUM, "Its log names nothing of it.")
    line = (*PRINTING, told("1.2.2", 1, Outcome.UNVERIFIABLE, asked))

    verdict = decide(case(version("0.9.9"), siblings=line), LATER)

    assert "unlike-all-before" in reasons(verdict)


def test_a_version_that_a_run_skipped_is_not_accused_on_a_token_line_whatever_is_configured():
    skips = case(runs=(logging(claim(skipped=True), head_branch="v1.2.3"),), siblings=PRINTING)
    never = replace(skips, publishers=tuple(replace(p, manual=False) for p in skips.publishers))

    for one in (skips, never, replace(skips, version=version(account=BOB))):
        verdict = decide(one, LATER)
        assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
        assert "run-skipped-it" in reasons(verdict)
