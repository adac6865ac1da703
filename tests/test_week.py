"""Summaries of a week are due on Mondays at eight in the morning, UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from app.processes.week import WEEK, after, due_on

MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)
moments = st.integers(0, 10**6).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


@given(moments, st.integers(-14, 14))
def test_it_is_due_on_the_next_monday_at_eight_wherever_the_clock_is(now: datetime, hours: int) -> None:
    due = after(now.astimezone(timezone(timedelta(hours=hours))))

    assert (0, 8, 0) == (due.weekday(), due.hour, due.minute)
    assert timedelta(0) < due - now <= WEEK
    assert due == due_on(due.date())


def test_a_monday_at_eight_is_over_when_it_has_come() -> None:
    assert MONDAY == due_on(date(2026, 3, 9)) == after(MONDAY - timedelta(seconds=1))
    assert MONDAY + WEEK == after(MONDAY)
