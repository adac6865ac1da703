"""The six steps, in the order in which work flows. Each drains one batch and says how much it did."""

from __future__ import annotations

from collections.abc import Callable

from app.deps import Deps
from app.jobs import examine, hear, inspect, poll, report, tell

STEPS: dict[str, Callable[[Deps], int]] = {
    "hear": hear.run,
    "inspect": inspect.run,
    "poll": poll.run,
    "examine": examine.run,
    "tell": tell.run,
    "report": report.run,
}


def run_step(deps: Deps, step: str) -> int:
    """Do one batch of this step; returns how many pieces of work were taken up. 0: nothing is due."""
    return STEPS[step](deps)
