"""What provenance does to a verdict, by how far it carries and who signed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verdict.cases import (
    ALICE,
    DAY,
    HOUR,
    LATER,
    NOON,
    OIDC,
    PUBLISHER,
    case,
    ci_line,
    judged,
    reasons,
    run,
    signed,
    step,
    version,
)
from verifier.model import Account, AccountKind, Confidence, Need, Outcome, RunKey, Sight, Standing
from verifier.verdict import decide

PROVEN = version(attested=True)
GITLAB = replace(
    PUBLISHER, issuer="https://gitlab.com", identity="https://gitlab.com/alice/widget//.gitlab-ci.yml@refs/tags/v1"
)


def found(verdict):
    return {finding.reason for finding in verdict.findings}


def test_a_promise_of_the_log_explains_less_surely_than_its_proof():
    promised = signed(standing=Standing.PROMISED)

    verdict = decide(case(PROVEN, evidence=(promised,), runs=(run(),)), LATER)

    assert (Outcome.COMPLIANT, Confidence.MEDIUM) == (verdict.outcome, verdict.confidence)


@pytest.mark.parametrize("standing", [Standing.STATED, Standing.FAILED, Standing.UNREADABLE])
def test_words_that_nobody_vouches_for_accuse_nobody(standing: Standing):
    other = signed(standing=standing, run=RunKey(8, 1, 1), repository_id=8, problem="why")

    assert Outcome.NON_COMPLIANT != decide(case(PROVEN, evidence=(other,)), LATER).outcome


@pytest.mark.parametrize("standing", [Standing.STATED, Standing.FAILED, Standing.UNREADABLE])
def test_words_that_nobody_vouches_for_name_no_run(standing: Standing):
    """A run on the default branch that says nothing of this version: only the unproven evidence names it."""
    evidence = (signed(standing=standing, problem="why"),)

    verdict = decide(case(PROVEN, evidence=evidence, runs=(run(head_branch="main"),), siblings=ci_line()), LATER)

    assert Outcome.COMPLIANT != verdict.outcome


def test_provenance_that_does_not_verify_counts_as_none_and_is_shown():
    wrong = signed(standing=Standing.FAILED, problem="the signature does not match")

    verdict = decide(case(PROVEN, evidence=(wrong,), siblings=ci_line()), LATER)

    assert Outcome.NON_COMPLIANT == verdict.outcome
    assert "provenance-invalid" in found(verdict)


def test_provenance_that_our_trust_root_is_too_old_for_waits_and_then_settles_nothing():
    old = signed(standing=Standing.STATED, problem="the trust root does not know this log")
    of = case(PROVEN, evidence=(old,), siblings=ci_line(), sight=Sight(runs_listed_at=NOON + 9 * DAY))

    assert {"provenance-unchecked"} == reasons(decide(of, LATER))
    assert Outcome.UNVERIFIABLE == decide(of, NOON + 8 * DAY).outcome


def test_a_version_that_our_trust_root_is_too_old_for_may_still_be_explained_by_its_tag_and_publisher():
    old = signed(standing=Standing.STATED, problem="the trust root does not know this log")
    of = version(attested=True, account=OIDC)

    verdict = decide(case(of, evidence=(old,), runs=(run(),), siblings=ci_line()), LATER)

    assert (Outcome.COMPLIANT, {"registry-names-publisher"}) == (verdict.outcome, reasons(verdict))


def test_junk_in_the_place_of_provenance_asks_on_a_line_whose_provenance_always_verified():
    line = tuple(replace(j, evidence=(signed(number=j.version.number),)) for j in ci_line())
    junk = signed(standing=Standing.UNREADABLE, problem="not JSON", run=None)

    verdict = decide(case(PROVEN, evidence=(junk,), siblings=line), LATER)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "provenance-unproven" in reasons(verdict)


def test_a_certificate_speaks_before_its_run_is_read():
    """Nx: the branch is deleted, the run too; the certificate still says which ref it was."""
    evil = signed(99, ref="refs/heads/evil")

    verdict = decide(case(PROVEN, evidence=(evil,), siblings=ci_line()), LATER)

    assert (Outcome.NON_COMPLIANT, {"run-on-other-ref"}) == (verdict.outcome, reasons(verdict))


def test_what_our_run_signed_and_published_outside_its_step_is_asked_about_and_never_an_absence():
    early = run(steps=(step(NOON + 4 * HOUR),), updated_at=NOON + 5 * HOUR)

    verdict = decide(case(PROVEN, evidence=(signed(),), runs=(early,), siblings=ci_line()), NOON + 6 * HOUR)

    assert (Outcome.UNVERIFIABLE, True) == (verdict.outcome, verdict.suspect)
    assert "outside-step" in reasons(verdict)


def test_a_staged_version_is_explained_by_the_provenance_of_its_run_whenever_it_was_approved():
    """Trap F8."""
    later = version(at=NOON + 30 * HOUR, attested=True, account=replace(OIDC, approver="alice"))
    runs = (run(),)

    explained = decide(case(later, evidence=(signed(),), runs=runs, siblings=ci_line()), NOON + 31 * HOUR)
    by_time_alone = decide(case(later, evidence=(), runs=runs, siblings=ci_line()), NOON + 31 * HOUR)

    assert (Outcome.COMPLIANT, Confidence.HIGH) == (explained.outcome, explained.confidence)
    assert Outcome.UNVERIFIABLE == by_time_alone.outcome


def test_a_staged_version_that_no_run_staged_is_asked_about():
    """A stolen account stages and approves by itself; a run that staged may have been any of the last month."""
    staged = version(account=replace(ALICE, approver="alice"))
    never = (replace(PUBLISHER, manual=False),)

    verdict = decide(case(staged, publishers=never, siblings=ci_line()[:0]), LATER)

    assert (Outcome.UNVERIFIABLE, {"staged-by-nobody"}) == (verdict.outcome, reasons(verdict) & {"staged-by-nobody"})
    with_run = case(staged, publishers=never, runs=(run(at=NOON - 9 * DAY, head_branch="main"),))
    assert "staged-by-nobody" not in reasons(decide(with_run, LATER))


def test_a_staged_version_does_not_appear_before_its_run():
    before = version(at=NOON - 9 * HOUR, attested=True, account=replace(OIDC, approver="alice"))

    assert Outcome.COMPLIANT != decide(case(before, evidence=(signed(),), runs=(run(),)), LATER).outcome


def test_provenance_of_the_configured_identity_alone_settles_another_ci_system():
    theirs = signed(run=None, repository_id=None, issuer=GITLAB.issuer, identity=GITLAB.identity)
    of = case(PROVEN, evidence=(theirs,), publishers=(GITLAB,))

    verdict = decide(of, LATER)

    assert (Outcome.COMPLIANT, {"verified-identity"}) == (verdict.outcome, reasons(verdict))


@pytest.mark.parametrize("changes", [{"identity": GITLAB.identity + "2"}, {"issuer": GITLAB.issuer + "/x"}])
def test_an_identity_is_compared_exactly(changes):
    theirs = signed(run=None, repository_id=None, issuer=GITLAB.issuer, identity=GITLAB.identity)
    of = case(PROVEN, evidence=(replace(theirs, **changes),), publishers=(GITLAB,))

    assert {"signed-by-other"} == reasons(decide(of, LATER))


def test_only_the_ref_of_an_identity_may_be_a_pattern():
    """GitLab's identity ends in the tag of each version; whoever it is must be the same."""
    tags = replace(GITLAB, identity="https://gitlab.com/alice/*//.gitlab-ci.yml@refs/tags/*")
    theirs = signed(run=None, repository_id=None, issuer=GITLAB.issuer, identity=GITLAB.identity)

    assert {"signed-by-other"} == reasons(decide(case(PROVEN, evidence=(theirs,), publishers=(tags,)), LATER))
    tags = replace(GITLAB, identity=GITLAB.identity.replace("tags/v1", "tags/*"))
    assert {"verified-identity"} == reasons(decide(case(PROVEN, evidence=(theirs,), publishers=(tags,)), LATER))


def test_the_identity_of_another_ci_system_is_no_use_for_other_bytes():
    theirs = signed(run=None, repository_id=None, issuer=GITLAB.issuer, identity=GITLAB.identity, number="9.9.9")

    assert {"digest-mismatch"} == reasons(decide(case(PROVEN, evidence=(theirs,), publishers=(GITLAB,)), LATER))


def test_a_self_hosted_runner_is_odd_only_where_it_is_new():
    line = tuple(replace(j, evidence=(signed(number=j.version.number),)) for j in ci_line())
    used = tuple(replace(j, evidence=(signed(number=j.version.number, runner="self-hosted"),)) for j in ci_line())
    ours = (signed(runner="self-hosted"),)

    assert "runner-self-hosted" in found(decide(case(PROVEN, evidence=ours, runs=(run(),), siblings=line), LATER))
    assert "runner-self-hosted" not in found(decide(case(PROVEN, evidence=ours, runs=(run(),), siblings=used), LATER))


def test_github_is_asked_for_attestations_before_an_absence_counts():
    """Provenance may be kept at GitHub only: by SHA-256, so not for npm's SHA-512."""
    wheel = replace(version(), files=(replace(version().files[0], digests=("sha256:" + "a" * 64,)),))
    of = case(wheel, siblings=ci_line(), github_asked=False)

    verdict = decide(of, LATER)

    assert ({"attestations-not-asked"}, frozenset({Need.GITHUB_ATTESTATIONS})) == (reasons(verdict), verdict.needs)
    assert Outcome.NON_COMPLIANT == decide(replace(of, github_asked=True), LATER).outcome
    assert Outcome.NON_COMPLIANT == decide(case(siblings=ci_line(), github_asked=False), LATER).outcome


def test_provenance_signed_for_another_version_of_ours_is_a_contradiction():
    """Replay: the bytes of an approved run under another number have another digest, or its own."""
    assert {"digest-mismatch"} == reasons(
        decide(case(PROVEN, evidence=(signed(number="1.2.2"),), runs=(run(),), siblings=ci_line()), LATER)
    )


def test_an_account_that_a_person_uses_beside_ci_is_no_trusted_publisher():
    person = version(account=Account("alice", AccountKind.PERSON))
    other = judged("1.2.4", NOON, Outcome.COMPLIANT)

    assert Outcome.NON_COMPLIANT == decide(case(person, siblings=(*ci_line(), other)), LATER).outcome
