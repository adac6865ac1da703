"""Whether 10,000 artifacts keep to their registries' budgets, and what that costs; takes ten minutes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import polling
from benchmarks.bench.rows import Measured, Row
from benchmarks.beside_probot import database

ARTIFACTS, MINUTES = 10_000, 6.5


def measure(full: bool) -> Measured:
    """One worker; on a database of its own at the PostgreSQL of DATABASE_URL, else on SQLite."""
    del full
    os.environ.pop("REDIS_URL", None)
    server = os.environ.pop("DATABASE_URL", "")
    with ExitStack() as stack:
        if server.startswith("postgresql://"):
            os.environ["DATABASE_URL"] = stack.enter_context(database(server))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        return measured(polling.measure(ARTIFACTS, MINUTES, 1, Path(folder)))


def measured(found: Mapping[str, Any]) -> Measured:
    """The rows of what was noted."""
    what, looks = f"{found['artifacts']:,} artifacts polled", int(found["looks"])
    rows = [
        Row(what, "a look", "ms of processor", found["cpu_ms_a_look"], looks),
        *(Row(what, f"late, {name}", "s", seconds, looks) for name, seconds in found["late_s"].items()),
    ]
    for host, asked in found["hosts"].items():
        note = f"{100 * asked['share_304']:.1f} % 304, {asked['errors']} errors"
        rows.append(Row(what, host, "requests a second", asked["requests_per_s"], 1, note=note))
        rows.append(Row(what, f"{host}, busiest 10 s", "requests a second", asked["most_per_s_in_10_s"], 1))
    return Measured(tuple(rows), (f"{found['minutes']} minutes on {found['database']}, one worker",))
