"""When to try again: longer each time, never all together, and as the other side says."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.jobs.batch import LONGEST, later
from tests.verdict.cases import NOON


@given(st.integers(0, 100), st.floats(0, 1))
def test_it_doubles_and_chance_adds_a_tenth_at_most(attempts: int, chance: float) -> None:
    wait = later(NOON, attempts, jitter=lambda: chance) - NOON
    plain = later(NOON, attempts, jitter=lambda: 0.0) - NOON
    assert plain <= wait <= min(plain * 1.1 + timedelta(microseconds=1), LONGEST)
    assert plain == min(timedelta(seconds=10 * 2 ** min(attempts, 10)), LONGEST)


def test_what_failed_together_is_not_tried_again_together() -> None:
    assert len({later(NOON, 1) for _ in range(50)}) > 25


@given(st.floats(0, 10**6), st.floats(0, 1))
def test_what_the_other_side_says_is_obeyed_exactly_from_a_second_to_an_hour(said: float, chance: float) -> None:
    wait = later(NOON, 5, said, jitter=lambda: chance) - NOON
    assert max(timedelta(seconds=1), min(timedelta(seconds=said), LONGEST)) == wait
