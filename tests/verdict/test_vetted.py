"""What GitHub said of a run's commit and workflow file, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.verdict.cases import (
    DAY,
    HOUR,
    LATER,
    NOON,
    PUBLISHER,
    REPOSITORY,
    case,
    judged,
    reasons,
    run,
    signed,
    tags,
    version,
)
from verifier.model import Approval, Case, Commit, Comparison, ForcedPush, Judged, Outcome, Ref, Vetting
from verifier.model.case import Shared
from verifier.verdict import decide

MAIN = "refs/heads/main"
GOOD = Vetting(
    NOON,
    asked=(MAIN,),
    reachable_from=(MAIN,),
    workflow_blob="b" * 40,
    stood=True,
    commit=Commit("a" * 40, "alice", "alice@example.com", signed=True, first_time=False, pull_requests=(7,)),
)
ORPHAN = replace(GOOD, reachable_from=())
EDITED = replace(GOOD, reachable_from=(), workflow_blob="e" * 40, stood=False)
PROVEN = version(attested=True)


def line(vetting: Vetting | None = GOOD, **changes: Any) -> tuple[Judged, ...]:
    """Three earlier, attested versions of line 1.x whose runs were vetted."""
    return tuple(
        replace(judged(f"1.{i}.0", NOON - (10 - i) * DAY, Outcome.COMPLIANT, attested=True), vetting=vetting, **changes)
        for i in range(3)
    )


def released(vetting: Vetting | None, siblings: tuple[Judged, ...] | None = None, **changes: Any) -> Case:
    """A version with verified provenance of a run on its tag, vetted so."""
    named = run(vetting=vetting)
    made = case(
        PROVEN,
        evidence=(signed(),),
        runs=(named,),
        siblings=line() if siblings is None else siblings,
        refs=tags("v1.2.3"),
    )
    return replace(made, **changes)


def odd(of: Case) -> set[str]:
    return {finding.reason for finding in decide(of, LATER).anomalies}


def test_a_reviewed_release_is_compliant_and_nothing_about_it_is_odd():
    of = released(GOOD)

    assert Outcome.COMPLIANT == decide(of, LATER).outcome
    assert set() == odd(of)


def test_a_tag_on_a_commit_of_no_branch_is_a_contradiction_where_releases_always_came_from_a_branch():
    """Trap N2."""
    assert {"commit-off-branch"} == reasons(decide(released(ORPHAN), LATER))


def test_a_workflow_file_that_never_stood_on_the_default_branch_is_a_contradiction():
    """Trap N8."""
    assert {"workflow-never-stood"} == reasons(decide(released(EDITED), LATER))


@pytest.mark.parametrize("vetting", [ORPHAN, EDITED])
def test_a_line_that_is_released_like_that_is_used_to_it(vetting: Vetting):
    """Release bots tag commits that never reach a branch; maintenance branches keep a workflow file of their own."""
    assert Outcome.COMPLIANT == decide(released(vetting, line(vetting)), LATER).outcome


@pytest.mark.parametrize("vetting", [ORPHAN, EDITED])
def test_nothing_is_held_against_a_line_whose_releases_nobody_vetted(vetting: Vetting):
    assert Outcome.COMPLIANT == decide(released(vetting, line(None)), LATER).outcome


@pytest.mark.parametrize("vetting", [None, *(replace(v, problem="too many branches") for v in (GOOD, ORPHAN, EDITED))])
def test_what_github_could_not_answer_waits_and_is_then_asked_about_but_accuses_nobody(vetting: Vetting | None):
    of = released(vetting)

    assert {"run-unvetted"} == reasons(decide(of, LATER))
    late = decide(of, NOON + 2 * DAY)
    assert (Outcome.UNVERIFIABLE, True) == (late.outcome, late.suspect)
    assert "commit-unvetted" in reasons(late)


def test_a_plain_token_release_whose_run_github_has_not_vetted_yet_waits_and_accuses_nobody():
    """GitHub was away, and the jobs were read before the commit could be asked about."""
    before = [judged(f"1.{i}.0", NOON - (10 - i) * DAY, Outcome.COMPLIANT) for i in range(3)]
    plain = tuple(replace(one, vetting=GOOD) for one in before)
    of = case(version(), runs=(run(vetting=None),), siblings=plain, refs=tags("v1.2.3"))

    assert {"run-unvetted"} == reasons(decide(of, LATER))
    assert not decide(of, LATER).suspect
    assert Outcome.COMPLIANT == decide(replace(of, runs=(run(vetting=GOOD),)), LATER).outcome
    late = decide(of, NOON + 2 * DAY)
    assert (Outcome.UNVERIFIABLE, True) == (late.outcome, late.suspect)


def test_where_the_releases_before_could_not_be_vetted_either_nobody_waits():
    broken = replace(GOOD, problem="403")

    assert Outcome.COMPLIANT == decide(released(broken, line(broken)), LATER).outcome


def test_a_new_line_is_no_way_around_a_workflow_file_that_nobody_reviewed():
    """The same thief, one major higher."""
    high = version("2.0.0", attested=True)
    of = released(EDITED, version=high, evidence=(signed(number="2.0.0"),))

    assert {"workflow-never-stood"} == reasons(decide(of, LATER))


def test_a_certificate_tells_a_tag_that_no_webhook_told():
    """GitHub sends none for more than three tags in one push."""
    of = released(ORPHAN, refs=(), evidence=(signed(ref="refs/tags/v1.2.3"),))

    assert {"commit-off-branch"} == reasons(decide(of, LATER))


def test_a_workflow_file_that_only_a_branch_called_like_a_version_knows_is_odd_and_no_contradiction():
    """A maintenance branch may have its own; so may a thief's branch called `9.9`."""
    own = replace(GOOD, reachable_from=("refs/heads/9.9",), workflow_blob="e" * 40, stood=False)
    of = replace(released(own), runs=(run(vetting=own, head_branch="9.9"),), refs=Shared[Ref]())

    verdict = decide(of, LATER)
    assert (Outcome.COMPLIANT, {"workflow-unreviewed"}) == (verdict.outcome, {f.reason for f in verdict.anomalies})


def test_an_environment_of_one_rule_is_no_matter_of_another():
    npm, beta = replace(PUBLISHER, environment="npm"), replace(PUBLISHER, environment="npm-beta")
    mixed = replace(GOOD, approvals=(Approval("npm", "bob", "approved"), Approval("npm-beta", "bob", "rejected")))

    assert Outcome.COMPLIANT == decide(released(mixed, publishers=(npm, beta)), LATER).outcome


def test_a_run_on_a_branch_ran_on_that_branchs_head():
    """A branch rewritten later does not make its earlier releases orphans."""
    of = replace(released(None), runs=(run(vetting=ORPHAN, head_branch="main"),))

    assert Outcome.COMPLIANT == decide(of, LATER).outcome


@pytest.mark.parametrize("vetting", [ORPHAN, EDITED])
def test_such_a_run_that_nothing_names_is_no_explanation(vetting: Vetting):
    plain = released(vetting, version=version(), evidence=())

    assert Outcome.NON_COMPLIANT == decide(plain, LATER).outcome


def test_a_workflow_file_changed_by_review_is_a_note_and_no_contradiction():
    newer = replace(GOOD, workflow_blob="c" * 40)

    verdict = decide(released(newer), LATER)

    assert Outcome.COMPLIANT == verdict.outcome
    assert "workflow-changed" in {finding.reason for finding in verdict.findings}
    assert not verdict.anomalies


def test_a_refused_environment_is_a_contradiction_and_an_approved_one_is_told():
    guarded = (replace(PUBLISHER, environment="npm"),)
    refused = replace(GOOD, approvals=(Approval("npm", "bob", "rejected"),))
    approved = replace(GOOD, approvals=(Approval("npm", "bob", "approved"), Approval("npm", "eve", "rejected")))

    assert {"environment-refused"} == reasons(decide(released(refused, publishers=guarded), LATER))
    verdict = decide(released(approved, publishers=guarded), LATER)
    assert Outcome.COMPLIANT == verdict.outcome
    assert "environment-approved" in {finding.reason for finding in verdict.findings}


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("commit-without-review", {"pull_requests": ()}),
        ("commit-unsigned", {"signed": False}),
        ("committer-unknown", {"first_time": True}),
    ],
)
def test_an_odd_commit_is_told_where_the_line_is_not_used_to_it(reason: str, changes: dict[str, Any]):
    """AsyncAPI 2026: hostile commits through the real workflow. Compliant, and odd."""
    assert GOOD.commit is not None
    strange = replace(GOOD, commit=replace(GOOD.commit, **changes))

    verdict = decide(released(strange), LATER)

    assert (Outcome.COMPLIANT, {reason}) == (verdict.outcome, {f.reason for f in verdict.anomalies})
    assert set() == odd(released(strange, line(strange)))
    assert set() == odd(released(strange, line(None)))


@pytest.mark.parametrize("unknown", [{"pull_requests": None}, {"signed": None}, {"first_time": None}])
def test_what_github_did_not_say_of_a_commit_is_not_odd(unknown: dict[str, Any]):
    assert GOOD.commit is not None

    assert set() == odd(released(replace(GOOD, commit=replace(GOOD.commit, **unknown))))


def forced(at=NOON - HOUR, **changes: Any) -> ForcedPush:
    return replace(ForcedPush(REPOSITORY.id, MAIN, "0" * 40, "a" * 40, at, "mallory"), **changes)


def test_a_branch_rewritten_just_before_the_run_is_odd():
    assert {"force-push"} == odd(released(GOOD, forced=(forced(),)))


@pytest.mark.parametrize(
    "push",
    [forced(NOON - 3 * DAY), forced(NOON + HOUR), forced(after="9" * 40, ref="refs/heads/feature")],
    ids=["long before", "after", "of another branch"],
)
def test_another_rewriting_says_nothing(push: ForcedPush):
    assert set() == odd(released(GOOD, forced=(push,)))


def test_rewriting_feature_branches_is_no_habit_of_rewriting_the_released_one():
    bots = tuple(forced(NOON - (10 - i) * DAY - HOUR, ref="refs/heads/renovate", after="9" * 40) for i in range(3))

    assert {"force-push"} == odd(released(GOOD, forced=(*bots, forced())))


def test_a_project_that_always_rewrites_its_branch_is_used_to_it():
    always = tuple(forced(NOON - (10 - i) * DAY - HOUR) for i in range(3))

    assert set() == odd(released(GOOD, forced=(*always, forced())))


def compared(*differing: str, missing: tuple[str, ...] = (), **changes: Any) -> Comparison:
    made = Comparison("a" * 40, NOON, files=245, compared=241, differing=differing, missing=missing)
    return replace(made, **changes)


def test_files_that_differ_from_the_source_are_odd_and_the_share_that_could_be_compared_is_told():
    """Ultralytics 8.3.41: the real workflow, a poisoned cache."""
    of = released(GOOD, line(source=compared()), source=compared("downloads.py"))

    (finding,) = decide(of, LATER).anomalies
    assert "files-differ-from-source" == finding.reason
    assert "downloads.py" in finding.sentence
    assert "241 of its 245" in finding.sentence


def test_files_that_no_source_knows_are_odd():
    of = released(GOOD, line(source=compared()), source=compared(missing=("router_init.js",)))

    assert {"files-not-in-source"} == odd(of)


def test_what_a_build_always_adds_or_changes_is_not_odd():
    usual = compared("_version.py", missing=("built.py",))

    assert set() == odd(released(GOOD, line(source=usual), source=usual))


def test_without_an_earlier_comparison_or_with_a_failed_one_nothing_is_said():
    strange = compared("x.py")

    assert set() == odd(released(GOOD, line(), source=strange))
    assert set() == odd(released(GOOD, line(source=compared()), source=replace(strange, problem="too large")))


def test_an_anomaly_never_changes_an_outcome():
    of = released(GOOD, line(source=compared()), source=compared("x.py"), forced=(forced(),))

    assert decide(released(GOOD), LATER).outcome is decide(of, LATER).outcome
