"""When an artifact is looked at next: as often as asked for while the host's budget lasts, and never over it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.polling.schedule import AFTER_RUN, KEPT, SOONER, Facts, Means, intervals, next_poll
from tests.verdict.cases import NOON
from verifier.ledger.looks import Load

MINUTE = timedelta(minutes=1)
FIVE = 5 * MINUTE
FIFTH = timedelta(milliseconds=200)

means = st.builds(
    Means,
    st.just(FIVE),
    st.sampled_from([timedelta(), FIFTH, timedelta(seconds=1)]),
    st.floats(1, 20),
    st.builds(Load, st.integers(0, 20_000), st.integers(0, 100_000)),
)
times = st.timedeltas(timedelta(), timedelta(hours=1))
facts = st.builds(Facts, st.booleans(), st.booleans(), st.none() | times.map(lambda ago: NOON - ago))
chance = st.floats(0, 1)


def of(hot: int, quiet: int, cost: float = 1.0) -> Means:
    return Means(FIVE, FIFTH, cost, Load(hot, quiet))


@given(means)
def test_no_more_looks_are_planned_than_the_host_allows(means):
    """On average over what chance takes from the intervals; what is planned leaves room for what is not."""
    found, mean = intervals(means), 1 - SOONER / 2
    looks = means.load.hot / (found.hot.total_seconds() * mean) + means.load.quiet / (
        found.quiet.total_seconds() * mean
    )

    assert looks <= means.looks_a_second / mean * (1 + 1e-6)


@given(means)
def test_nobody_is_looked_at_more_often_than_asked_for_and_the_hot_never_less_often_than_the_quiet(means):
    found = intervals(means)

    assert means.interval <= found.hot <= found.quiet


@given(means, st.integers(0, 1000))
def test_one_artifact_more_makes_nobody_be_looked_at_more_often(means, more):
    crowded = Means(means.interval, means.every, means.cost, Load(means.load.hot, means.load.quiet + more))

    assert intervals(crowded).quiet >= intervals(means).quiet - timedelta(milliseconds=1)


@pytest.mark.parametrize("load", [Load(0, 1_000), Load(1_000, 0), Load(500, 500)])
def test_as_long_as_the_budget_lasts_quiet_artifacts_are_looked_at_as_often_as_hot_ones(load):
    """A stolen token publishes where nobody has published for years."""
    found = intervals(Means(FIVE, FIFTH, 1.0, load))

    assert (FIVE, FIVE) == (found.hot, found.quiet)


def test_hot_ones_come_first_where_it_does_not_last():
    found = intervals(of(1_000, 4_000))

    assert found.hot == FIVE
    assert found.quiet > 60 * MINUTE


def test_however_many_are_hot_the_quiet_ones_keep_their_share():
    found, looks = intervals(of(100_000, 50_000)), of(0, 0).looks_a_second

    assert 50_000 / found.quiet.total_seconds() >= looks * KEPT * (1 - SOONER / 2) * (1 - 1e-9)


def test_where_there_is_no_limit_everybody_is_looked_at_each_interval():
    found = intervals(Means(FIVE, timedelta(), 1.0, Load(10_000, 1_000_000)))

    assert (FIVE, FIVE) == (found.hot, found.quiet)


@given(facts, means, chance)
def test_the_next_look_lies_ahead_and_never_later_than_the_interval(facts, means, jitter):
    found, at = intervals(means), next_poll(facts, means, NOON, jitter)
    interval = found.hot if facts.hot or facts.running else found.quiet

    assert NOON < at <= NOON + interval


@given(means, chance)
def test_without_a_run_chance_takes_a_tenth_at_most(means, jitter):
    assert next_poll(Facts(False), means, NOON, jitter) - NOON >= intervals(means).quiet * (1 - SOONER) - MINUTE / 1000


def test_what_began_together_does_not_stay_together():
    assert len({next_poll(Facts(True), of(1, 1), NOON, n / 100) for n in range(100)}) == 100


def test_after_a_publish_run_it_is_looked_at_in_a_short_series():
    """Registries make known bit by bit what they show; so one look at the end of a run is not enough."""
    load, now, seen = of(0, 100_000), NOON, []
    for _ in AFTER_RUN:
        now = next_poll(Facts(False, ran_at=NOON), load, now, 0.0)
        seen.append(now - NOON)

    assert list(AFTER_RUN) == seen
    assert next_poll(Facts(False, ran_at=NOON), load, now, 0.0) > now + FIVE


def test_what_is_being_published_now_is_hot():
    load = of(1, 100_000)

    assert next_poll(Facts(False, running=True), load, NOON, 0.0) == NOON + FIVE
