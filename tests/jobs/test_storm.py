"""A storm's pace: the first come one by one, the rest together, and never more than a few messages in an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.jobs.telling.storm import ALONE, GATHERED, WINDOW, Pace, kept, read
from tests.verdict.cases import NOON

moments = st.lists(st.floats(0, 3600), min_size=1, max_size=300).map(
    lambda seconds: [NOON + timedelta(seconds=at) for at in sorted(seconds)]
)


@given(moments)
def test_nobody_is_flooded_and_nobody_waits_long(alerts: list[datetime]) -> None:
    """However alerts come: no ten minutes hold more than the first few and one put together every two minutes."""
    pace, said = Pace(), []
    for at in alerts:
        if pace.may_speak_alone(at):
            pace = pace.spoke(at, alone=True)
            said.append(at)
        elif pace.together_from(at) <= at:
            pace = pace.spoke(at, alone=False)
            said.append(at)
        else:
            assert pace.together_from(at) - at <= GATHERED
    for start in said:
        within = [at for at in said if start <= at < start + WINDOW]
        assert len(within) <= ALONE + WINDOW / GATHERED


@given(moments, st.booleans())
def test_a_pace_is_kept_as_it_is(alerts: list[datetime], together: bool) -> None:
    pace = Pace()
    for at in alerts[:20]:
        pace = pace.spoke(at, alone=not together)
    now = alerts[-1]
    again = read(kept(pace, "route/x", now))
    assert pace.may_speak_alone(now) == again.may_speak_alone(now)
    assert pace.together_from(now) == again.together_from(now)


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    pace = Pace()
    for _ in range(ALONE):
        pace = pace.spoke(NOON + timedelta(days=1), alone=True)
    pace = pace.spoke(NOON + timedelta(days=1), alone=False)
    assert pace.may_speak_alone(NOON)
    assert NOON == pace.together_from(NOON)


def test_nothing_was_said_yet() -> None:
    assert Pace() == read(None)
    assert Pace().may_speak_alone(NOON)
