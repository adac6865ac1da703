"""The timeline: runs of the publish workflows against publications. A publication with no run under it is seen at once.

Pure; the template draws it. Positions are in the units of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.pages.words import moment, plural, shown
from verifier.model import Run
from verifier.model.standing import Standing

_Place = Callable[[datetime], float]

WIDTH = 1000
LEFT, RIGHT = 10, 990
LANES = 6
"""Publications that come close together are stacked so high; more lie upon one another."""
NEAR = 14
"""What is nearer than this would overlap."""
MOST = 200


@dataclass(frozen=True)
class Publication:
    """One version as it is drawn: a dot, tied to the run that accounts for it where there is one."""

    number: str
    at: datetime
    standing: Standing
    run: str = ""
    """The key of the run that accounts for it, '' where none does."""
    url: str = ""


@dataclass(frozen=True)
class Dot:
    """Where a publication stands. `tie` is the middle of its run's bar, None where no run accounts for it."""

    x: float
    lane: int
    style: str
    label: str
    url: str
    tie: float | None
    missing: bool = False
    """It is in doubt and no run accounts for it: an empty frame is drawn where that would be."""


@dataclass(frozen=True)
class Bar:
    """A run, from its start to its end."""

    x: float
    width: float
    failed: bool
    label: str
    url: str


@dataclass(frozen=True)
class Tick:
    """A time on the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Timeline:
    """The picture; empty `dots`: there is nothing to draw. `label` says in words what it shows."""

    dots: tuple[Dot, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    label: str

    @property
    def top(self) -> int:
        """Where the picture begins: no higher than what is stacked in it."""
        return max(0, 76 - 15 * max((dot.lane for dot in self.dots), default=0))


def timeline(publications: Sequence[Publication], runs: Sequence[Run]) -> Timeline:
    """The newest `MOST` publications, and the runs from shortly before the first of them on."""
    newest = sorted(publications, key=lambda p: (p.at, p.number))[-MOST:]
    if not newest:
        return Timeline((), (), (), "No version yet.")
    since, until = newest[0].at, newest[-1].at
    margin = max((until - since) / 40, timedelta(minutes=10))
    first, last = since - margin, until + margin

    def place(at: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((min(max(at, first), last) - first) / (last - first)), 1)

    near = [run for run in runs if run.updated_at >= first and run.started_at <= last]
    bars = {str(run.key): _bar(run, place) for run in near}
    dots = _dots(newest, bars, place)
    alone = sum(dot.tie is None for dot in dots)
    label = f"{plural(len(dots), 'publication')}, {plural(len(bars), 'run')}; without a run under it: {alone:,}."
    return Timeline(tuple(dots), tuple(bars.values()), _ticks(first, last), label)


def _bar(run: Run, place: _Place) -> Bar:
    x, end = place(run.started_at), place(run.updated_at)
    failed = run.conclusion not in (None, "success")
    how = run.conclusion or run.status
    return Bar(x, max(round(end - x, 1), 4.0), failed, f"run {run.key}, {how}, {moment(run.started_at)} UTC", run.url)


def _dots(publications: Sequence[Publication], bars: dict[str, Bar], place: _Place) -> list[Dot]:
    dots, ends = list[Dot](), [float("-inf")] * LANES
    for one in publications:
        x = place(one.at)
        lane = next((n for n, end in enumerate(ends) if x - end >= NEAR), LANES - 1)
        ends[lane] = x
        bar = bars.get(one.run)
        tie = round(bar.x + bar.width / 2, 1) if bar is not None else None
        label = f"{shown(one.number, 60)}, {one.standing.value.replace('_', '-')}, {moment(one.at)} UTC"
        missing = not one.run and one.standing in (Standing.NON_COMPLIANT, Standing.SUSPECT)
        dots.append(Dot(x, lane, one.standing.value.replace("_", "-"), label, one.url, tie, missing))
    return dots


def _ticks(first: datetime, last: datetime) -> tuple[Tick, ...]:
    form = "%Y-%m-%d" if last - first > timedelta(days=4) else "%m-%d %H:%M"
    step = (last - first) / 4
    return tuple(Tick(round(LEFT + (RIGHT - LEFT) * n / 4, 1), (first + n * step).strftime(form)) for n in range(5))
