"""The demo: real attacks played against the monitor's real processes on this machine, over real HTTP."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol, TextIO

from rich.console import Console

from sandbox.expected import show
from sandbox.live import ROOT, Live
from sandbox.play import play
from sandbox.results import Result, State
from sandbox.scenario import Scenario, load, scenarios_in
from sandbox.screen import Screen
from sandbox.world import Clash, World

SCENARIOS = ROOT / "scenarios"
STORY = (
    "kong-2024",
    "xrpl-2025",
    "nx-s1ngularity-2025",
    "chalk-2025",
    "axios-2026",
    "tanstack-2026",
    "monorepo-forty-packages",
)
"""What is played when nothing is named: attacks of each kind, and honest releases that must stay quiet."""

UNBOUNDED = 10_000
"""The columns of what is no terminal."""


def demo(once: bool, names: Sequence[str]) -> int:
    """Play them and show it; returns the exit code: 0 when all came out as expected. `names`: `all`, or scenarios.

    Raises ValueError for a name that is no scenario.
    """
    console, results = console_of(sys.stdout), list[Result]()
    chosen = _chosen(names)
    groups = grouped(chosen)
    temporary = tempfile.TemporaryDirectory(prefix="artifact-monitor-demo-", ignore_cleanup_errors=True)
    with sigterm_as_ctrl_c(), temporary as folder:
        screen = Screen(console)
        for number, group in enumerate(groups):
            data_dir = Path(folder) / str(number)
            stage = Live(group, data_dir)
            count = f"{len(group)} scenario{'s' if len(group) > 1 else ''}"
            console.print(
                f"Starting the monitor, a pretended GitHub and its registries on this machine ({count}) …",
                soft_wrap=True,
            )
            with stage:
                stage.settled = partial(screen.changes, stage.ledger)
                console.print(f"Dashboard: {stage.dashboard}   What is filed at GitHub: {stage.github}", soft_wrap=True)
                for scenario in group:
                    screen.begin(scenario, len(results) + 1, len(chosen))
                    stage.begin(scenario)
                    results.append(play(scenario, stage))
                screen.finish()
                if number == len(groups) - 1:
                    _end(console, screen, results, stage, once)
            shutil.rmtree(data_dir, ignore_errors=True)
    return 1 if any(result.state is State.FAILED for result in results) else 0


def console_of(out: TextIO) -> Console:
    """A terminal as wide as it is; what goes anywhere else is neither wrapped nor cut off."""
    return Console(file=out, highlight=False, width=None if out.isatty() else UNBOUNDED)


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """SIGTERM ends it with everything it started, as Ctrl-C does. A second one does not break that off."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def grouped(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Scenarios that one monitor can live through one after another: time only moves on, and names are used once."""
    groups: list[list[Scenario]] = []
    for scenario in sorted(scenarios, key=lambda s: (s.installed, s.name)):
        fitting = next((group for group in groups if _fits(group, scenario)), None)
        if fitting is None:
            groups.append([scenario])
        else:
            fitting.append(scenario)
    return groups


def _fits(group: list[Scenario], scenario: Scenario) -> bool:
    if group[-1].until > scenario.installed or group[-1].poll != scenario.poll:
        return False
    try:
        World([*group, scenario])
    except Clash:
        return False
    return True


def _chosen(names: Sequence[str]) -> list[Scenario]:
    if list(names) == ["all"]:
        return [load(directory) for directory in scenarios_in([SCENARIOS])]
    known = {directory.name: directory for directory in scenarios_in([SCENARIOS])}
    for name in names:
        if name not in known:
            raise ValueError(f"There is no scenario {name!r}. {_meant(name, known)}")
    return [load(known[name]) for name in names or STORY]


def _meant(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant, and where all of them stand."""
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    meant = f"Did you mean {' or '.join(close)}? " if close else ""
    return f"{meant}All that there are: scenarios/README.md."


def _end(console: Console, screen: Screen, results: list[Result], stage: Live, once: bool) -> None:
    console.print()
    show(console, results)
    if once:
        return
    console.print(
        f"\nDashboard: [bold]{stage.dashboard}[/]   What was filed: [bold]{stage.github}[/]\n"
        f"What every channel heard: [bold]{stage.github}/heard[/]   Ctrl-C ends it.\n"
        "On this machine nobody logs in, and whoever opens the dashboard is its operator: “Act on it” on the page of a "
        "version or an incident has it looked after, waived, muted or looked at again. What is told of that is shown "
        "here.",
        soft_wrap=not console.is_terminal,
    )
    try:
        linger(stage, shown=lambda: screen.changes(stage.ledger, stage.clock()))
    except KeyboardInterrupt:
        screen.finish()
        console.print("Ended.")


class Passing(Protocol):
    """Where time passes."""

    def pass_time(self, span: timedelta) -> None:
        """So much of it."""


def linger(
    stage: Passing, sleep: Callable[[float], None] = time.sleep, shown: Callable[[], None] = lambda: None
) -> None:
    """Let time go on as on any clock, until Ctrl-C: what somebody does now is answered, told and filed in its time.

    `shown` is called each time: it shows what is new.
    """
    before = time.monotonic()
    while True:
        sleep(1)
        now = time.monotonic()
        stage.pass_time(timedelta(seconds=now - before))
        shown()
        before = now
