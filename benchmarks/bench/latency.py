"""How long a webhook waits until it is accepted, on the embedded default, at a steady rate."""

from __future__ import annotations

from benchmarks import webhooks
from benchmarks.bench.rows import Measured, Row

RATE = 200


def measure(full: bool) -> Measured:
    """SQLite and two processes, 200 a second whether or not they keep up."""
    found = webhooks.measure(RATE, 20 if full else 10)
    name, n = f"SQLite, 2 processes, {RATE} a second", int(found["requests"])
    rows = tuple(
        Row("a webhook until it is accepted", f"{name}: {short}", "ms", found[f"{short}_ms"], n)
        for short in ("p50", "p99", "max")
    )
    refused = int(found["not_202"])
    return Measured(rows, (f"{refused} of {n} were not accepted",) if refused else ())
