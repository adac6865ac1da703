"""How long it takes from a verdict to the message, for every kind of route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from benchmarks.bench.rows import Measured, Row, of_rounds
from benchmarks.heard import Heard, run

ALONE, AT_ONCE = "from verdict to message", "the same, of many at once"


def measure(full: bool) -> Measured:
    """40 incidents one after another and 100 at once; 120 and 200 where all is wanted."""
    return measured(run(120, 200) if full else run(40, 100))


def measured(found: Heard) -> Measured:
    """The rows of each kind of route."""
    return Measured((*_rows(ALONE, found.alone), *_rows(AT_ONCE, found.at_once)))


def _rows(what: str, taken: Mapping[str, Sequence[float]]) -> list[Row]:
    found = []
    for place, seconds in taken.items():
        ms = sorted(1000 * each for each in seconds)
        p99 = ms[min(len(ms) - 1, int(len(ms) * 0.99))]
        found.append(replace(of_rounds(what, place, "ms", ms), note=f"p99 {p99:.0f}"))
    return found
