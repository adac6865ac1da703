"""The schedule of faults: drawn from a seed, replayable, every kind in turn."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.chaos.faults import BY_NAME, FAULTS
from sandbox.chaos.schedule import LATEST, LONGEST, SHORTEST, plan

NAMES = [fault.name for fault in FAULTS]
seeds = st.integers(0, 2**32)


@given(seeds, st.integers(1, 300))
def test_the_same_seed_gives_the_same_faults_at_the_same_moments(seed: int, count: int) -> None:
    assert plan(seed, count, NAMES) == plan(seed, count, NAMES)


@given(seeds, st.integers(1, 60), st.integers(1, 60))
def test_a_longer_schedule_begins_like_a_shorter_one(seed: int, one: int, other: int) -> None:
    short, long = sorted((one, other))

    assert plan(seed, short, NAMES) == plan(seed, long, NAMES)[:short]


@given(seeds)
def test_every_kind_comes_once_before_any_comes_again(seed: int) -> None:
    faults = [planned.fault for planned in plan(seed, 3 * len(NAMES), NAMES)]

    for turn in range(3):
        assert sorted(NAMES) == sorted(faults[turn * len(NAMES) : (turn + 1) * len(NAMES)])


@given(seeds, st.integers(1, 300))
def test_every_round_has_one_fault_within_it_that_ends(seed: int, count: int) -> None:
    schedule = plan(seed, count, NAMES)

    assert list(range(count)) == [planned.round for planned in schedule]
    assert all(0 <= p.part < 1 and 0 <= p.after <= LATEST and SHORTEST <= p.hold <= LONGEST for p in schedule)


def test_different_seeds_give_different_schedules() -> None:
    orders = Counter(tuple(p.fault for p in plan(seed, 10, NAMES)) for seed in range(20))

    assert len(orders) == 20


def test_a_schedule_of_no_faults_is_refused() -> None:
    with pytest.raises(ValueError, match="no faults"):
        plan(1, 1, [])


def test_no_two_faults_have_the_same_name() -> None:
    assert len(BY_NAME) == len(FAULTS)
