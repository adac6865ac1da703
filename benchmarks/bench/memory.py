"""What the web processes, the worker and the clock hold while they work."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import memory
from benchmarks.bench.rows import Measured, Row, of_rounds
from benchmarks.memory import SETTLED, Series, slope

PAGES_A_SECOND = 5


def measure(full: bool) -> Measured:
    """One minute of load on SQLite; ten where all is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        series, done, answers = memory.measure(10 if full else 1, PAGES_A_SECOND, Path(folder), {})
    return measured(series, done, answers)


def measured(series: Sequence[Series], done: Mapping[str, int], answers: Mapping[int, int]) -> Measured:
    """Resident memory of each process; its share of what is shared, and the slope of the second half, in the note."""
    rows: list[Row] = []
    for one in series:
        first = next(k for k, at in enumerate(one.at) if at >= SETTLED * one.at[-1])
        rise, error = slope(one.at[first:], one.rss[first:])
        note = f"at the end {one.rss[-1]:.0f}, its share {one.pss[-1]:.0f}; {rise:+.2f} ± {error:.2f} MB a minute"
        rows.append(replace(of_rounds("resident under load", one.name, "MB", one.rss), note=note))
    pages = ", ".join(f"{count} answered {status}" for status, count in sorted(answers.items()))
    return Measured(tuple(rows), (f"{', '.join(f'{count} {what}' for what, count in done.items())}; pages: {pages}",))
