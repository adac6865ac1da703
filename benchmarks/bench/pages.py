"""How long the dashboard's pages take, from the request to the last byte, on a small ledger."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.bench.rows import Measured, Row
from benchmarks.pages import SMALL, Taken, figures, percentile
from benchmarks.seed import seed


def measure(full: bool) -> Measured:
    """All pages as the operator sees them, on SQLite with 500 artifacts, 20,000 versions and 40,000 runs."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seeded.sqlite3'}"
        seed(url, SMALL)
        rows = tuple(row(name, taken) for name, _, taken in figures(url, 60 if full else 20, who_only="all"))
    return Measured(rows, (f"{SMALL.artifacts:,} artifacts, {SMALL.versions:,} versions, {SMALL.runs:,} runs, SQLite",))


def row(name: str, taken: Taken) -> Row:
    """One page: what somebody waits; the processor's part in the note."""
    note = f"p95 {percentile(taken.wall, 0.95):.1f}; processor {percentile(taken.cpu, 0.5):.1f}"
    return Row(
        "pages", name, "ms", percentile(taken.wall, 0.5), len(taken.wall), taken.wall[0], taken.wall[-1], note=note
    )
