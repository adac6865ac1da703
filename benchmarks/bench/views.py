"""How long the questions take that pages ask of the ledger."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.bench.rows import Measured, Row
from benchmarks.seed import seed
from benchmarks.views import SMALL, figures

ROUNDS = 60


def measure(full: bool) -> Measured:
    """As the operator, on a small SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'seeded.sqlite3'}"
        seed(url, SMALL)
        rows = tuple(
            Row("views of the ledger", name, "ms", p50, ROUNDS, note=f"p95 {p95:.1f}, worst {worst:.1f}")
            for name, who, (p50, p95, worst) in figures(url, ROUNDS)
            if who == "all"
        )
    return Measured(rows)
