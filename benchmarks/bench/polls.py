"""What one poll of one package costs: processor of the monitor, and requests; when nothing and when something is new.

The real step against the sandbox's registries, which are processes of their own. Every package was looked at once
before, so that the first poll is answered "not modified"; then each gets a new version, hours after the one before. The
clock is set forward.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.build import build
from app.deps import Deps
from app.jobs import batch, poll
from app.settings import read
from benchmarks.bench.rows import Measured, Row, of_rounds
from benchmarks.polling_ground import ROOT, SPLIT, artifact_of, seed
from benchmarks.webhooks import free_port, wait_for
from sandbox.app import NPM, PYPI

SAME, NEW = "nothing new", "a new version"
DAY, APART = timedelta(days=1), timedelta(hours=3)
"""New versions are hours apart: many at once by one account are looked at together, which costs more."""


@dataclass(frozen=True)
class Pass:
    """One poll of each package of a registry: milliseconds of processor for each, and when it was."""

    kind: str
    what: str
    cpu_ms: Sequence[float]
    begun: float
    ended: float


@contextmanager
def _registries(ports: dict[str, int], each: int, begin: datetime, folder: Path) -> Iterator[dict[str, Any]]:
    running = {
        kind: subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks.polling", "--be", "registry"),
                *(kind, str(port), str(each), begin.isoformat(), str(folder / f"{kind}.json")),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        for kind, port in ports.items()
    }
    try:
        for kind, process in running.items():
            wait_for(ports[kind], process)
        yield running
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(30)


def measure(full: bool) -> Measured:
    """150 packages of each registry; 1,000 where all is wanted."""
    each, begin = (1_000 if full else 150), datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), {kind: free_port() for kind in SPLIT}
        settings = read(
            {
                "PATH": os.environ.get("PATH", ""),
                "DATA_DIR": name,
                "GITHUB_WEBHOOK_SECRET": "benchmark-secret",
                "NPM_REGISTRY": f"http://127.0.0.1:{ports['npm']}{NPM}",
                "PYPI_INDEX": f"http://127.0.0.1:{ports['pypi']}{PYPI}/simple/",
                "TUF_REFRESH": "off",
            }
        )
        with _registries(ports, each, begin, folder) as running:
            seed(settings, each * len(SPLIT), begin)
            deps = build(settings)
            passes = [passed(_at(deps, begin + DAY), kind, SAME) for kind in SPLIT]
            for kind in SPLIT:
                lines = (f"{n} {(begin + DAY + APART * n).isoformat()}\n" for n in range(each))
                running[kind].stdin.write("".join(lines).encode())
                running[kind].stdin.flush()
            time.sleep(1 + each / 100)  # until the registries have published them
            passes += [passed(_at(deps, begin + 2 * DAY + APART * each), kind, NEW) for kind in SPLIT]
            with deps.ledger.reading() as book:
                unseen = [
                    artifact.purl
                    for kind in SPLIT
                    for artifact in (artifact_of(kind, n) for n in range(each))
                    if book.versions.get(artifact, "1.3.0") is None
                ]
        asked = {kind: json.loads((folder / f"{kind}.json").read_text())["asked"] for kind in SPLIT}
    return measured(passes, asked, (f"{len(unseen)} new versions were not seen",) if unseen else ())


def _at(deps: Deps, now: datetime) -> Deps:
    return replace(deps, now=lambda: now)


def passed(deps: Deps, kind: str, what: str) -> Pass:
    """All that is due of a registry, as the step does it, one after another."""
    begun, taken = time.time(), list[float]()
    while True:
        before = time.process_time()
        task = poll._claim(deps, kind)
        if task is None:
            return Pass(kind, what, taken, begun, time.time())
        batch.one(deps, task, poll._poll)
        taken.append(1000 * (time.process_time() - before))


def measured(
    passes: Sequence[Pass], asked: dict[str, list[tuple[float, str, int]]], remarks: tuple[str, ...]
) -> Measured:
    """Processor and requests of each pass; the registries noted what they were asked, when, and how they answered."""
    cpu, requests = [], []
    for one in passes:
        codes = [code for at, _, code in asked[one.kind] if one.begun <= at <= one.ended]
        note = f"{sum(code == 304 for code in codes)} of {len(codes)} answers were 304"
        name, count = f"{one.kind}, {one.what}", len(one.cpu_ms)
        cpu.append(of_rounds("a poll", name, "ms of processor", one.cpu_ms))
        requests.append(Row("a poll", name, "requests", len(codes) / count, count, note=note))
    return Measured((*cpu, *requests), remarks)
