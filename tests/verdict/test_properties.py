"""What holds for every case, whatever is in it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verdict.cases import (
    BOB,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    OIDC,
    PUBLISHER,
    case,
    judged,
    run,
    signed,
    step,
    tags,
    version,
)
from tests.verdict.test_vetted import EDITED, GOOD, ORPHAN
from verifier.model import (
    Case,
    Comparison,
    ForcedPush,
    JobsState,
    LogClaim,
    LogState,
    Outcome,
    RunKey,
    Sight,
    Standing,
    Weight,
)
from verifier.verdict import REASONS, decide
from verifier.verdict.approval import approved

PUSH = ForcedPush(7, "refs/heads/main", "0" * 40, "a" * 40, NOON - HOUR)
spans = st.sampled_from([-10 * DAY, -HOUR, -MINUTE, 0 * DAY, MINUTE, HOUR])
outcomes = st.sampled_from([None, *Outcome])

SAME = version().files[0].digests
claims = st.lists(
    st.sampled_from(
        [
            LogClaim("npm", "widget", "1.2.3"),
            LogClaim("npm", "widget", "1.2.3", digests=SAME),
            LogClaim("npm", "widget", "1.2.3", digests=("sha512:" + "f" * 32,)),
            LogClaim("npm", "widget", "1.2.4"),
            LogClaim("npm", "other", "1.2.3", digests=SAME),
        ]
    ),
    max_size=2,
).map(tuple)
vettings = st.sampled_from([None, GOOD, ORPHAN, EDITED, replace(ORPHAN, problem="502")])
runs = st.builds(
    lambda i, shift, event, branch, fork, jobs, conclusion, status, logged, vetting: run(
        i,
        NOON + shift,
        key=RunKey(7, i, 1),
        event=event,
        head_branch=branch,
        head_repository_id=8 if fork else 7,
        jobs=jobs,
        status=status,
        steps=(step(NOON + shift, conclusion),) if jobs is JobsState.READ and conclusion else (),
        log=LogState.READ if logged else LogState.UNREAD,
        claims=logged,
        vetting=vetting,
    ),
    st.integers(1, 4),
    spans,
    st.sampled_from(["push", "release", "pull_request", "workflow_dispatch"]),
    st.sampled_from(["v1.2.3", "v1.2.4", "main", "evil", None]),
    st.booleans(),
    st.sampled_from(list(JobsState)),
    st.sampled_from(["success", "failure", "skipped", ""]),
    st.sampled_from(["completed", "in_progress"]),
    claims,
    vettings,
)
evidence = st.builds(
    lambda i, standing, repository: signed(
        i, standing=standing, repository_id=repository, run=RunKey(repository, i, 1)
    ),
    st.integers(1, 5),
    st.sampled_from([*Standing]),
    st.sampled_from([7, 8]),
)
siblings = st.builds(
    lambda number, shift, outcome, account, attested, vetting: replace(
        judged(number, NOON + shift, outcome, account=account, attested=attested), vetting=vetting
    ),
    st.sampled_from(["1.0.0", "1.1.0", "1.2.2", "1.2.4", "0.9.0", "2.0.0-rc.1"]),
    spans,
    outcomes,
    st.sampled_from([BOB, OIDC, None]),
    st.booleans(),
    vettings,
)
cases = st.builds(
    lambda account, attested, found, runs, siblings, names, listed, manual: case(
        version(account=account, attested=attested),
        evidence=found,
        runs=tuple({r.key: r for r in runs}.values()),
        siblings=tuple({j.version.number: j for j in siblings}.values()),
        refs=tags(*names),
        sight=Sight(runs_listed_at=listed),
        publishers=(replace(PUBLISHER, manual=manual),),
    ),
    st.sampled_from([BOB, OIDC, None]),
    st.booleans(),
    st.one_of(st.none(), st.lists(evidence, max_size=3).map(tuple)),
    st.lists(runs, max_size=4),
    st.lists(siblings, max_size=6),
    st.lists(st.sampled_from(["v1.0.0", "v1.1.0", "v1.2.2", "v1.2.3"]), max_size=4, unique=True),
    st.sampled_from([None, NOON, NOON + HOUR]),
    st.sampled_from([None, True, False]),
)
times = st.sampled_from([NOON, NOON + MINUTE, NOON + HOUR, NOON + 2 * DAY])


def answer(of: Case, now):
    verdict = decide(of, now)
    return (
        verdict.outcome,
        verdict.confidence,
        verdict.suspect,
        set(verdict.findings),
        verdict.recheck_at,
        verdict.needs,
    )


@given(cases, times, st.randoms(use_true_random=False))
@settings(max_examples=400)
def test_the_order_of_what_we_know_never_matters(of: Case, now, rng: random.Random):
    shuffled: dict[str, Any] = {
        name: tuple(rng.sample(list(items), len(items)))
        for name in ("runs", "siblings", "refs")
        if (items := getattr(of, name))
    }
    if of.evidence:
        shuffled["evidence"] = tuple(rng.sample(list(of.evidence), len(of.evidence)))

    assert answer(of, now) == answer(replace(of, **shuffled), now)


@given(cases, times)
def test_nothing_explains_nothing(of: Case, now):
    assert Outcome.COMPLIANT != decide(replace(of, runs=()), now).outcome


@given(cases, times)
def test_compliant_always_names_an_approved_run_whose_jobs_were_read_or_that_signed_the_bytes(of: Case, now):
    verdict = decide(of, now)
    if verdict.outcome is Outcome.COMPLIANT:
        known = {r.key: r for r in of.runs}
        named = {finding.run for finding in verdict.reasons if finding.run is not None}
        assert len(named) == len({finding.run for finding in verdict.reasons})

        assert named
        assert all(approved(of, known[key]) for key in named)
        signers = {e.run for e in of.evidence or () if e.proven}
        assert all(known[key].jobs is JobsState.READ or key in signers for key in named)


@given(cases, times, runs)
def test_more_runs_never_hide_a_contradiction(of: Case, now, another):
    before = decide(of, now)
    if any(finding.weight is Weight.CONTRADICTS for finding in before.findings) and another.key not in {
        r.key for r in of.runs
    }:
        assert Outcome.NON_COMPLIANT == decide(replace(of, runs=(*of.runs, another)), now).outcome


@given(cases, times, evidence)
def test_unreadable_evidence_never_makes_a_version_compliant_accused_or_surer(of: Case, now, another):
    unreadable = replace(another, standing=Standing.UNREADABLE)
    if of.evidence is None:
        return
    before, after = decide(of, now), decide(replace(of, evidence=(*of.evidence, unreadable)), now)

    assert after.outcome in (before.outcome, Outcome.UNVERIFIABLE)
    assert before.outcome is not after.outcome or after.confidence <= before.confidence


@given(cases, times)
def test_only_an_unverifiable_version_is_suspect(of: Case, now):
    verdict = decide(of, now)

    assert not verdict.suspect or verdict.outcome is Outcome.UNVERIFIABLE


@given(cases, times)
def test_every_finding_gives_a_reason_of_the_closed_list_with_its_weight(of: Case, now):
    for finding in decide(of, now).findings:
        assert REASONS[finding.reason].weight is finding.weight


@given(cases, times)
def test_a_pending_verdict_is_always_looked_at_again(of: Case, now):
    verdict = decide(of, now)

    assert verdict.outcome is not Outcome.PENDING or (verdict.recheck_at is not None and verdict.recheck_at > now)


@given(cases)
@settings(max_examples=100)
def test_a_silent_github_never_accuses_by_absence(of: Case):
    blind = replace(of, sight=Sight(github_problem="503"))
    verdict = decide(blind, NOON + HOUR)

    assert not any(finding.weight is Weight.ABSENT for finding in verdict.findings)


@given(cases, times)
def test_what_nobody_proves_counts_no_more_than_what_is_not_there(of: Case, now):
    """Unproven words may keep a verdict open; they never make a version compliant, accused or surer."""
    if of.evidence is None:
        return
    bare = replace(of, evidence=tuple(e for e in of.evidence if e.proven))
    before, after = decide(bare, now), decide(of, now)

    if after.outcome in (Outcome.COMPLIANT, Outcome.NON_COMPLIANT):
        assert (after.outcome, True) == (before.outcome, after.confidence <= before.confidence)


@given(cases, times)
def test_an_anomaly_never_changes_an_outcome(of: Case, now):
    odd = replace(of, source=Comparison("a" * 40, NOON, 2, 2, differing=("x",)), forced=(PUSH,))

    assert decide(of, now).outcome is decide(odd, now).outcome


@given(cases, times)
def test_a_log_alone_never_accuses_what_was_published_at_another_time(of: Case, now):
    """A hostile log changes nothing but its own run's claims: runs long over speak about nothing new."""
    old = tuple(
        replace(r, started_at=r.started_at - 90 * DAY, updated_at=r.updated_at - 90 * DAY, steps=()) for r in of.runs
    )
    quiet = tuple(replace(r, claims=(), log=LogState.UNREAD) for r in old)

    assert decide(replace(of, runs=old), now).outcome is decide(replace(of, runs=quiet), now).outcome
