"""When summaries of a week are due: Mondays at 08:00 UTC. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

WEEK = timedelta(days=7)
_HOUR = time(8)


def due_on(monday: date) -> datetime:
    """When the summary of a Monday is due."""
    return datetime.combine(monday, _HOUR, UTC)


def after(now: datetime) -> datetime:
    """The first moment after now at which a summary is due."""
    today = now.astimezone(UTC)
    due = due_on(today.date() - timedelta(days=today.weekday()))
    return due if due > today else due + WEEK
