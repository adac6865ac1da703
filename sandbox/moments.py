"""The moments of a scenario at which something changes, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.attempt import Run
from sandbox.events import Event, Outage, Publish
from sandbox.github import run_shapes
from sandbox.scenario import Scenario


@dataclass(frozen=True)
class Moment:
    """When something changes. `phase` says which part of the event: a run has three, an outage two."""

    at: datetime
    scenario: Scenario
    event: Event | None
    phase: str = ""


def moments(scenario: Scenario) -> list[Moment]:
    """Everything that changes in a scenario and when, in order; `installed` is a moment without an event."""
    found = [Moment(scenario.installed, scenario, None, "installed")]
    for event in scenario.events:
        found.append(Moment(event.at, scenario, event))
        if isinstance(event, Run):
            found.append(Moment(run_shapes.begins(event), scenario, event, "in_progress"))
            if event.ends is not None:
                found.append(Moment(event.ends, scenario, event, "completed"))
        elif isinstance(event, Publish):
            late = sorted({file.at for file in event.files if file.at > event.at})
            found += [Moment(at, scenario, event, "late") for at in late]
        elif isinstance(event, Outage):
            found.append(Moment(event.ends, scenario, event, "over"))
    return sorted(found, key=lambda moment: moment.at)
