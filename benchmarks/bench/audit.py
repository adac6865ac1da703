"""How fast the versions of one artifact are judged, and how that grows with their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.audit import figures
from benchmarks.bench.rows import Measured, Row

PER_VERSION = 10


def measure(full: bool) -> Measured:
    """1,000 and 10,000 versions with ten runs each; 100,000 where all is wanted."""
    return measured(figures((1_000, 10_000, 100_000) if full else (1_000, 10_000), PER_VERSION))


def measured(found: Iterable[Mapping[str, Any]]) -> Measured:
    """The rows; an exponent of 1 means that twice as many take twice as long."""
    speeds, powers, before = [], [], 0
    for one in found:
        size = int(one["versions"])
        note = f"{one['seconds']:.1f} s, {one['cpu_seconds']:.1f} of processor, at most {one['peak_mb']} MB"
        speeds.append(Row("versions judged", f"of {size:,}", "a second", size / one["seconds"], 1, note=note))
        if "exponent" in one:
            powers.append(Row("growth of the time", f"{before:,} to {size:,}", "exponent", one["exponent"], 1))
        before = size
    return Measured((*speeds, *powers))
