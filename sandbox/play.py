"""The player: takes one scenario from its installation to its end on a stage, without living through idle time.

The stage is the monitor with a clock that can be set: `sandbox.replay` in this process, or real processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.events import Outage
from sandbox.results import Result, Told, compare
from sandbox.scenario import Scenario
from sandbox.state import Webhook
from sandbox.world import moments

MOST = 50_000
"""More jumps than this mean that the monitor asks to be called again and again without end."""
_STEP = timedelta(seconds=1)


class Stuck(RuntimeError):
    """The play does not come to its end."""


class Stage(Protocol):
    """A monitor and the pretended world around it, at one simulated time."""

    def set_clock(self, to: datetime) -> Sequence[Webhook]:
        """Let the world and the monitor's clock move on; returns what GitHub delivers about it."""

    def deliver(self, webhook: Webhook) -> None:
        """Give the monitor one webhook, signed."""

    def settle(self) -> None:
        """Let the monitor do everything that is due."""

    def restart(self, since: datetime) -> None:
        """The monitor starts after it was down since then."""

    def next_poll(self) -> datetime | None:
        """When a registry is read next."""

    def next_due(self) -> datetime | None:
        """When anything else is due next: rechecks, retries."""

    def verdicts(self) -> Sequence[Told]:
        """Everything that was ever said."""

    def incidents(self) -> int:
        """How many incidents were opened."""

    def problems(self) -> Sequence[str]:
        """What the monitor could not do."""


def times(scenario: Scenario) -> list[datetime]:
    """The moments at which something changes after installation, and the end."""
    changes = {moment.at for moment in moments(scenario)}
    return sorted({at for at in changes if scenario.installed < at < scenario.until} | {scenario.until})


def play(scenario: Scenario, stage: Stage) -> Result:
    """Play it to the end and compare. Raises Stuck.

    At each change the monitor has polled as late before it as its interval says, hears at once, and polls each
    registry at least once after it. Between changes it is called when something it asked for is due.
    """
    downs = [event for event in scenario.events if isinstance(event, Outage) and event.of == "monitor"]
    ahead = times(scenario)
    now, fresh_until = scenario.installed, scenario.installed + scenario.poll
    _change(stage, now, downs)
    for _ in range(MOST):
        if not ahead:
            return compare(scenario, stage.verdicts(), stage.incidents(), stage.problems())
        now, jumped = _between(scenario, stage, now, ahead[0], fresh_until, downs)
        if jumped:
            continue
        now = ahead.pop(0)
        _change(stage, now, downs)
        fresh_until = now + scenario.poll
    raise Stuck(f"{scenario.name}: still busy at {now:%Y-%m-%d %H:%M:%S} after {MOST} jumps")


def _change(stage: Stage, now: datetime, downs: Sequence[Outage]) -> None:
    webhooks = stage.set_clock(now)
    if _down(now, downs):
        return
    for down in downs:
        if down.ends == now:
            stage.restart(down.at)
    for webhook in webhooks:
        stage.deliver(webhook)
    stage.settle()


def _between(
    scenario: Scenario,
    stage: Stage,
    now: datetime,
    until: datetime,
    fresh_until: datetime,
    downs: Sequence[Outage],
) -> tuple[datetime, bool]:
    """Go to the next moment before `until` at which the monitor does something that may matter; False: none is left."""
    if _down(now, downs):
        return now, False
    wanted = []
    poll, due = stage.next_poll(), stage.next_due()
    if due is not None:
        wanted.append(due)
    if poll is not None and poll <= fresh_until:
        wanted.append(poll)
    elif poll is not None and poll < until:
        wanted.append(poll + scenario.poll * ((until - poll - _STEP) // scenario.poll))
    target = max(min(wanted, default=until), now + _STEP)
    if target >= until:
        return now, False
    for webhook in stage.set_clock(target):
        stage.deliver(webhook)
    stage.settle()
    return target, True


def _down(now: datetime, downs: Sequence[Outage]) -> bool:
    return any(down.at <= now < down.ends for down in downs)
