"""Whether 10,000 watched artifacts keep to a registry's budget: real clock and workers, real HTTP, the machine's time.

Half of them are packages of a pretended npm registry and half of a pretended PyPI, on two ports, each a host of its own
with 5 requests a second; a fifth is hot, and during the measure one in a hundred gets a new version. Every artifact is
known when it begins: each was looked at once, and looks are spread as they are in the long run. Nothing is pretended
about time, and of the monitor's steps only the polls are done, so that it is their share of the processor that is seen.
DATABASE_URL and REDIS_URL say where (a database that may be filled); without them it is one worker on SQLite.

    python -m benchmarks.polling [--artifacts 10000] [--minutes 15] [--workers 2] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.build import build
from app.deps import Deps
from app.jobs import batch, poll, run_step
from app.logs import events as logs
from app.processes import clock, worker
from app.settings import Settings, read
from benchmarks.polling_ground import HOT, ROOT, SPLIT, is_hot, seed, serve
from benchmarks.webhooks import free_port
from sandbox.app import NPM, PYPI
from verifier.ledger.protocol import Task
from verifier.ledger.sql.engine import engine
from verifier.model import Artifact

CHANGING = 100
"""One in so many gets a new version."""
WINDOW = 10.0
BUDGET = 5.0
"""Requests a second to one host."""


def work(out: Path) -> None:
    """A worker that does polls and nothing else, and notes how late each was begun."""
    begun: list[tuple[float, float, str]] = []
    do = batch.one

    def noting(deps: Deps, task: Task, look: Any) -> None:
        now = deps.now()
        begun.append((now.timestamp(), (now - task.due_at).total_seconds(), task.key))
        do(deps, task, look)

    vars(poll)["one"] = noting  # the real thing, and a note beside it
    settings = read(os.environ)
    logs.configure(settings)
    worker.main(build(settings), step=lambda deps, step: run_step(deps, step) if step == "poll" else 0)
    out.write_text(json.dumps(begun))


def _hot(purl: str) -> bool:
    return is_hot(int(purl.rpartition("-")[2]))


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busiest(times: list[float]) -> int:
    """The most requests within any `WINDOW` seconds."""
    most, first, ordered = 0, 0, sorted(times)
    for last, at in enumerate(ordered):
        while at - ordered[first] >= WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


def main() -> None:
    """Measure and print; or be one of the processes of a measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--artifacts", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--workers", type=int, default=2 if os.environ.get("REDIS_URL") else 1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--be", nargs="*", default=(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    match options.be:
        case ["registry", kind, port, count, begin, out]:
            serve(kind, int(port), int(count), datetime.fromisoformat(begin), Path(out))
        case ["worker", out]:
            work(Path(out))
        case ["clock"]:
            clock.main(build(read(os.environ)))
        case _:
            with tempfile.TemporaryDirectory() as folder:
                found = measure(options.artifacts, options.minutes, options.workers, Path(folder))
            print(json.dumps(found, indent=2))
            if options.json:
                options.json.write_text(json.dumps(found, indent=2) + "\n")


def measure(count: int, minutes: float, workers: int, folder: Path) -> dict[str, Any]:
    """Start everything, let it run, stop it, and see what was noted."""
    ports = {kind: free_port() for kind in SPLIT}
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "GITHUB_WEBHOOK_SECRET": "benchmark-secret",
        "NPM_REGISTRY": f"http://127.0.0.1:{ports['npm']}{NPM}",
        "PYPI_INDEX": f"http://127.0.0.1:{ports['pypi']}{PYPI}/simple/",
        "HOST_INTERVAL": str(1 / BUDGET),
        "PACE_LOOPBACK": "on",
        "TUF_REFRESH": "off",
        "LOG_FORMAT": "json",
    }
    begin = datetime.now(UTC)
    running: dict[str, subprocess.Popen[bytes]] = {}

    def start(name: str, *be: str) -> None:
        with (folder / f"{name}.log").open("wb") as log:
            running[name] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.polling", "--be", *be],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )

    try:
        for kind in SPLIT:
            size, out = str(count // len(SPLIT)), str(folder / f"{kind}.json")
            start(kind, "registry", kind, str(ports[kind]), size, begin.isoformat(), out)
        for kind in SPLIT:
            _wait_for(ports[kind], running[kind])
        settings = read(environment)
        seed(settings, count, begin)
        for number in range(workers):
            start(f"worker{number}", "worker", str(folder / f"worker{number}.json"))
        start("clock", "clock")
        since, before = time.time(), {}
        own = ["clock", *(f"worker{number}" for number in range(workers))]
        time.sleep(60)  # starting is no part of the measure
        since, before = time.time(), {name: cpu_of(running[name].pid) for name in own}
        _publish({kind: running[kind].stdin for kind in SPLIT}, count, minutes * 60)
        time.sleep(max(0.0, since + minutes * 60 - time.time()))
        until, after = time.time(), {name: cpu_of(running[name].pid) for name in own}
    finally:
        for process in reversed(running.values()):
            process.terminate()
        for process in running.values():
            process.wait(30)
    return _figures(settings, folder, workers, (since, until), {n: after[n] - before[n] for n in own}, count)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("a registry did not begin to listen")


def _publish(to: dict[str, IO[bytes] | None], count: int, seconds: float) -> None:
    """New versions of one in a hundred, hot and quiet alike, evenly over the first half of the time."""
    chance = random.Random(2)
    chosen = [(kind, n) for kind in SPLIT for n in chance.sample(range(count // len(SPLIT)), count // 2 // CHANGING)]
    chance.shuffle(chosen)
    for kind, number in chosen:
        stream = to[kind]
        if stream is None:
            raise RuntimeError("the registries listen to nobody")
        stream.write(f"{number}\n".encode())
        stream.flush()
        time.sleep(seconds / 2 / len(chosen))


def _figures(
    settings: Settings, folder: Path, workers: int, span: tuple[float, float], cpu: dict[str, float], count: int
) -> dict[str, Any]:
    since, until = span
    registries = {kind: json.loads((folder / f"{kind}.json").read_text()) for kind in SPLIT}
    looks = sorted(
        look
        for number in range(workers)
        for look in json.loads((folder / f"worker{number}.json").read_text())
        if since <= look[0] <= until
    )
    seconds = until - since
    hosts = {}
    for kind, noted in registries.items():
        within = [(at, code) for at, _, code in noted["asked"] if since <= at <= until]
        hosts[kind] = {
            "requests_per_s": round(len(within) / seconds, 2),
            "most_per_s_in_10_s": busiest([at for at, _ in within]) / WINDOW,
            "share_304": round(sum(code == 304 for _, code in within) / max(len(within), 1), 3),
            "errors": sum(code >= 400 for _, code in within),
        }
    thirds = [[late for at, late, _ in looks if k <= 3 * (at - since) / seconds < k + 1] for k in range(3)]
    hot = [look for look in looks if _hot(look[2])]
    each = count // HOT
    return {
        "artifacts": count,
        "workers": workers,
        "database": engine(settings.database).dialect.name,
        "redis": bool(settings.redis_url),
        "minutes": round(seconds / 60, 1),
        "hosts": hosts,
        "looks": len(looks),
        "late_s": _spread([late for _, late, _ in looks]),
        "late_s_by_third": [_spread(third) for third in thirds],
        "cpu_share": {name: round(used / seconds, 3) for name, used in cpu.items()},
        "cpu_ms_a_look": round(1000 * sum(cpu.values()) / max(len(looks), 1), 1),
        "requests_a_day": {
            "hot": round(len(hot) / each / seconds * 86_400),
            "quiet": round((len(looks) - len(hot)) / (count - each) / seconds * 86_400, 1),
        },
        "seen_after_s": _seen(settings, registries),
    }


def _spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p99": round(ordered[int(len(ordered) * 0.99)], 2),
        "max": round(ordered[-1], 2),
    }


def _seen(settings: Settings, registries: dict[str, Any]) -> dict[str, Any]:
    """How long after it was published a new version was in the ledger, by how lively its artifact was."""
    found: dict[str, list[float]] = {"hot": [], "quiet": []}
    missed = {"hot": 0, "quiet": 0}
    with build(settings).ledger.reading() as book:
        for noted in registries.values():
            for purl, at in noted["published"].items():
                kind = "hot" if _hot(purl) else "quiet"
                dossier = book.versions.get(Artifact(purl), "1.3.0")
                if dossier is None:
                    missed[kind] += 1
                else:
                    found[kind].append(dossier.version.first_seen_at.timestamp() - at)
    return {kind: {**_spread(delays), "seen": len(delays), "not_yet": missed[kind]} for kind, delays in found.items()}


if __name__ == "__main__":
    main()
