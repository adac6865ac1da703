"""The other versions of an artifact are found by their order as they would be by looking at each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.verdict.cases import DAY, MINUTE, NOON, judged, signed
from verifier.model import Judged, Outcome, RunKey, Siblings, Vetting

moments = st.integers(0, 9).map(lambda n: NOON + n * 20 * MINUTE)
versions = st.lists(
    st.builds(
        lambda n, at, major, proven, outcome: replace(
            judged(f"{major}.{n}.0", at, outcome), evidence=(signed(n % 3),) if proven else ()
        ),
        st.integers(0, 999),
        moments,
        st.integers(1, 3),
        st.booleans(),
        st.sampled_from([None, *Outcome]),
    ),
    max_size=40,
    unique_by=lambda one: one.version.number,
)


def inorder(found: list[Judged]) -> list[Judged]:
    return sorted(found, key=lambda one: (one.version.at, one.version.number))


@given(versions, moments, st.integers(1, 3), st.booleans())
def test_those_before_a_moment_come_newest_first_of_all_lines_or_of_one(
    every: list[Judged], at, major: int, proven: bool
) -> None:
    line = judged(f"{major}.0.0", NOON).version.line
    wanted = [one for one in inorder(every) if one.version.at < at and (not proven or one.evidence)]

    assert wanted[::-1] == list(Siblings.of(every).before(at, proven=proven))
    assert [o for o in wanted if o.version.line == line][::-1] == list(
        Siblings.of(every).before(at, line, proven=proven)
    )


@given(versions, moments, moments)
def test_those_of_a_time_are_those_whose_time_it_is(every: list[Judged], since, until) -> None:
    wanted = [one for one in inorder(every) if since <= one.version.at <= until]

    assert wanted == list(Siblings.of(every).within(since, until))
    assert wanted == list(Siblings.of(every).published(since, until))
    assert sum(one.version.at > since for one in every) == Siblings.of(every).newer(since)


@given(versions)
def test_those_that_name_a_run_are_those_whose_evidence_does(every: list[Judged]) -> None:
    wanted = [one for one in inorder(every) if any(e.run == RunKey(7, 1, 1) for e in one.evidence)]

    assert wanted == list(Siblings.of(every).naming(RunKey(7, 1, 1)))


@given(versions.filter(bool), st.data())
def test_the_one_under_judgement_is_left_out_and_a_verdict_changes_no_other(every: list[Judged], data) -> None:
    one = data.draw(st.sampled_from(every))
    rest = [other for other in inorder(every) if other is not one]
    before = Siblings.of(every)
    after = before.judged(one.version.number, replace(one, verdict=judged("9.9.9", NOON, Outcome.COMPLIANT).verdict))

    assert inorder(every) == list(before)
    assert rest == list(before.about(one.version.number, {})) == list(after.about(one.version.number, {}))
    assert len(rest) == len(before.about(one.version.number, {}))
    assert rest[::-1] == list(after.about(one.version.number, {}).before(NOON + DAY))


def test_of_a_few_it_is_told_what_github_said_of_their_runs() -> None:
    every = [judged(f"1.{n}.0", NOON + n * timedelta(days=1)) for n in range(300)]
    vetting = Vetting(NOON, ("refs/heads/main",), ("refs/heads/main",))
    told = Siblings.of(every).about("1.200.0", {"1.199.0": vetting, "1.198.0": None})

    assert ["1.199.0"] == [one.version.number for one in told.vetted]
    assert vetting == next(told.before(every[200].version.at)).vetting
