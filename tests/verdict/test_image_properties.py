"""What holds for every image, whatever its registry, its runs and other tags look like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verdict.cases import DAY, HOUR, LATER, MINUTE, NOON, step
from tests.verdict.images import (
    COPY,
    IMAGES,
    NEW,
    OLD,
    ROGUE,
    by_other_tag,
    by_run,
    held,
    image,
    known,
    of,
    pushed,
    unknown,
)
from verifier.model import Case, JobsState, LogState, Mirror, Outcome, Sight, Verdict, Weight
from verifier.model.siblings import Siblings
from verifier.verdict import REASONS, decide
from verifier.verdict.approval import approved

TAGS = ["1.2.3", "1.2.3-rc1", "1.1.0", "1.2", "latest", "sha-1f2e3d4", "main"]
tags, digests = st.sampled_from(TAGS), st.sampled_from([OLD, NEW, ROGUE])
shifts = st.sampled_from([-10 * DAY, -HOUR, -4 * MINUTE, 0 * DAY, HOUR])
verdicts = st.sampled_from([by_run(), by_other_tag(), unknown(), Verdict(Outcome.PENDING, by_run().confidence, ())])
versions = st.builds(
    lambda tag, digest, shift, dated: image(tag, digest, NOON + shift, published_at=NOON + shift if dated else None),
    tags,
    digests,
    shifts,
    st.booleans(),
)
judged = st.builds(held, versions, verdicts)
runs = st.builds(
    lambda number, digest, names, shift, event, fork, jobs, logged, status: pushed(
        digest,
        *names,
        run_id=number,
        at=NOON + shift,
        event=event,
        head_repository_id=8 if fork else 7,
        jobs=jobs,
        steps=(step(NOON + shift),) if jobs is JobsState.READ else (),
        log=logged,
        status=status,
        **({} if logged is LogState.READ else {"claims": ()}),
    ),
    st.integers(1, 4),
    digests,
    st.lists(tags, max_size=3),
    shifts,
    st.sampled_from(["push", "schedule", "pull_request"]),
    st.booleans(),
    st.sampled_from(list(JobsState)),
    st.sampled_from(list(LogState)),
    st.sampled_from(["completed", "in_progress"]),
)
cases = st.builds(
    lambda version, found, siblings, earlier, accounted, mirrored, listed, manual, workflows: of(
        version,
        replace(IMAGES, manual=manual, workflows=IMAGES.workflows if workflows else ()),
        runs=tuple({r.key: r for r in found}.values()),
        siblings=tuple({j.version.number: j for j in siblings if j.version.number != version.number}.values()),
        earlier=tuple(replace(j, version=replace(j.version, number=version.number)) for j in earlier),
        known=tuple(accounted),
        mirrors=(Mirror(COPY, NOON + HOUR, tuple(mirrored)),) if mirrored else (),
        sight=Sight(runs_listed_at=listed),
    ),
    versions,
    st.lists(runs, max_size=3),
    st.lists(judged, max_size=5),
    st.lists(judged, max_size=3),
    st.lists(st.builds(known, tags, shifts.map(lambda shift: NOON + shift), verdicts), max_size=3),
    st.lists(judged, max_size=4),
    st.sampled_from([None, NOON + 10 * MINUTE, NOON - DAY]),
    st.sampled_from([None, True, False]),
    st.booleans(),
)
many = settings(max_examples=200, deadline=None)


@many
@given(cases)
def test_a_tag_is_compliant_only_by_an_approved_run_or_by_bytes_that_one_accounts_for(case: Case) -> None:
    verdict = decide(case, LATER)

    if verdict.outcome is Outcome.COMPLIANT:
        keys = {f.run for f in verdict.reasons if f.run is not None}
        assert all(approved(case, run) for run in case.runs if run.key in keys)
        if not keys:
            assert ["digest-known"] == [f.reason for f in verdict.reasons]
            assert any(by_run() == one.verdict for one in case.known)


@many
@given(cases)
def test_nobody_is_accused_of_a_tag_of_before_first_contact_or_where_by_hand_is_allowed(case: Case) -> None:
    allowed = all(publisher.manual for publisher in case.publishers)
    history = replace(case, first_contact=case.version.at + MINUTE)

    assert not allowed or decide(case, LATER).outcome is not Outcome.NON_COMPLIANT
    assert decide(history, LATER).outcome is not Outcome.NON_COMPLIANT


@many
@given(cases)
def test_nobody_is_accused_before_githubs_list_was_read_after_the_push(case: Case) -> None:
    unread = replace(case, sight=Sight(runs_listed_at=case.version.at - MINUTE))

    assert decide(unread, LATER).outcome is not Outcome.NON_COMPLIANT


@many
@given(cases)
def test_every_finding_has_the_weight_of_its_reason_and_the_order_of_the_case_changes_nothing(case: Case) -> None:
    verdict = decide(case, LATER)
    turned = replace(case, runs=case.runs[::-1], siblings=Siblings.of(case.siblings[::-1]), known=case.known[::-1])
    again: Any = decide(turned, LATER)

    assert all(REASONS[f.reason].weight is f.weight for f in verdict.findings)
    assert verdict.outcome is again.outcome
    assert verdict.suspect is again.suspect
    assert Weight.ABSENT not in {f.weight for f in verdict.findings} or verdict.outcome is Outcome.NON_COMPLIANT


@many
@given(cases)
def test_another_tags_verdict_that_rests_on_no_run_changes_nothing(case: Case) -> None:
    """Two tags never hold each other up."""
    empty = tuple(replace(one, verdict=by_other_tag()) for one in case.known)

    assert decide(replace(case, known=empty), LATER) == decide(replace(case, known=()), LATER)
