"""What a web process, the worker and the clock hold over time, while they work: resident, and whether it grows.

The real processes on the sandbox's GitHub and registries. What happens in the scenarios happens in its order (webhooks,
polls, examinations, reports), and meanwhile deliveries come in bursts and the dashboard's pages are looked at. When
everything has happened, polls and deliveries go on. DATABASE_URL and REDIS_URL say where (an empty one);
without them it is SQLite.

    python -m benchmarks.memory [--minutes 10] [--pages 5] [--json FILE]

The slope is that of the second half, by least squares, with its standard error: what was loaded on first use and what
caches hold is there by then. RSS counts files that processes share in each of them, PSS their share.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import requests

from benchmarks.processes import children, held
from benchmarks.webhooks import ROOT, payload
from sandbox.live import Live
from sandbox.play import Stuck, times
from sandbox.scenario import Scenario, load, scenarios_in
from sandbox.state import Webhook
from verifier.ledger.views import Wanted

EVERY = 5.0
"""Seconds between two looks."""
BURST, BETWEEN = 100, 5
"""Deliveries more at each so many moments at which something happens."""
QUIET = timedelta(minutes=30)
"""How far time jumps when everything has happened."""
SETTLED = 0.5
"""The part of the time after which the slope is taken."""


@dataclass
class Series:
    """One process over time: minutes since the load began, MB resident and MB of its share."""

    name: str
    pid: int
    at: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)

    def look(self, at: float) -> None:
        """Note what it holds now."""
        rss, pss = held(self.pid)
        self.at.append(at)
        self.rss.append(rss)
        self.pss.append(pss)


def slope(at: Sequence[float], held: Sequence[float]) -> tuple[float, float]:
    """MB a minute and its standard error, by least squares; (nan, nan) for fewer than three points."""
    count = len(at)
    if count < 3:
        return math.nan, math.nan
    middle, level = sum(at) / count, sum(held) / count
    spread = sum((x - middle) ** 2 for x in at)
    rise = sum((x - middle) * (y - level) for x, y in zip(at, held, strict=True)) / spread
    rest = sum((y - level - rise * (x - middle)) ** 2 for x, y in zip(at, held, strict=True))
    return rise, math.sqrt(rest / (count - 2) / spread)


def addresses(stage: Live) -> Iterator[str]:
    """The dashboard's pages again and again, with whatever artifacts, versions and incidents there are by then."""
    while True:
        with stage.ledger.reading() as book:
            found = [s.artifact for s in book.views.artifacts(None, Wanted(limit=50)).items]
            versions = [(a, d.version.number) for a in found for d in book.views.versions(a, limit=20).items]
            incidents = [incident.id for incident in book.views.incidents(None, limit=50).items]
        yield from ("/", "/runs", "/activity", "/health", "/incidents", "/incidents?state=all", "/api/v1/artifacts")
        yield from (f"/artifact?{urlencode({'purl': artifact.purl})}" for artifact in found)
        yield from (f"/version?{urlencode({'purl': a.purl, 'number': number})}" for a, number in versions)
        yield from (f"/incidents/{id}" for id in incidents)


def look_at_pages(stage: Live, rate: float, stop: threading.Event, answers: dict[int, int]) -> None:
    """So many pages a second, until told to stop; counts the answers by status."""
    with requests.Session() as person:
        for address in addresses(stage):
            if stop.wait(1 / rate):
                return
            try:
                status = person.get(f"{stage.dashboard}{address}", timeout=30).status_code
            except requests.RequestException:
                status = 0
            answers[status] = answers.get(status, 0) + 1
            if status != 200:
                print(f"{address} is answered {status}", file=sys.stderr)


def scenarios() -> list[Scenario]:
    """All of ours that can be one world: no two of them have a repository in common."""
    found: list[Scenario] = []
    taken: set[str | int] = set()
    for directory in scenarios_in([ROOT / "scenarios"]):
        scenario = load(directory)
        own = {each for known in scenario.repositories for each in (known.name.lower(), known.id)}
        own |= {package.artifact.purl for package in scenario.packages}
        if not own & taken:
            found.append(scenario)
            taken |= own
    return found


def work(stage: Live, chosen: Sequence[Scenario], until: float, done: dict[str, int]) -> None:
    """Let everything happen in its order, with bursts of deliveries between; then time goes on by itself."""
    body = json.loads(payload())
    moments = sorted({at for scenario in chosen for at in (scenario.installed, *times(scenario))})
    for number, at in enumerate(itertools.chain(moments, itertools.repeat(None))):
        if time.monotonic() >= until:
            return
        try:
            webhooks = list(stage.set_clock(at or stage.clock() + QUIET))
            if number % BETWEEN == 0:
                webhooks += [Webhook(stage.clock(), "workflow_run", str(uuid.uuid4()), body) for _ in range(BURST)]
            for webhook in webhooks:
                stage.deliver(webhook)
            stage.settle()
        except Stuck as problem:
            done["stuck"] += 1
            print(problem, file=sys.stderr)
        done["moments"] += 1
        done["deliveries"] += len(webhooks)


def engines() -> dict[str, str]:
    """The database and the Redis that the environment names."""
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ}


def measure(
    minutes: float, rate: float, folder: Path, on: dict[str, str]
) -> tuple[list[Series], dict[str, int], dict[int, int]]:
    """Start everything on these engines, load it for so long, and look at it meanwhile."""
    chosen, answers = scenarios(), dict[int, int]()
    done = {"moments": 0, "deliveries": 0, "stuck": 0}
    with Live(chosen, folder, on) as stage:
        gunicorn, worker, clock = (process.pid for process in stage.processes)
        webs = [Series(f"web {number}", pid) for number, pid in enumerate(children(gunicorn), start=1)]
        series = [*webs, Series("worker", worker), Series("clock", clock), Series("gunicorn", gunicorn)]
        begun, stop = time.monotonic(), threading.Event()

        def look() -> None:
            while True:
                for each in series:
                    each.look((time.monotonic() - begun) / 60)
                if stop.wait(EVERY):
                    return

        threads = [
            threading.Thread(target=look, daemon=True),
            threading.Thread(target=look_at_pages, args=(stage, rate, stop, answers), daemon=True),
        ]
        for thread in threads:
            thread.start()
        work(stage, chosen, begun + 60 * minutes, done)
        stop.set()
        for thread in threads:
            thread.join(40)
    return series, done, answers


def report(series: Sequence[Series]) -> str:
    """Each process: MB at the beginning, once a minute, at the end, at most; and the slope of the second half."""
    lines = []
    for each in series:
        shown = [0, *(next((k for k, at in enumerate(each.at) if at >= m), -1) for m in range(1, int(each.at[-1]) + 1))]
        lines.append(f"{each.name:9} RSS " + " ".join(f"{each.rss[k]:.1f}" for k in (*shown, -1)))
        first = next(k for k, at in enumerate(each.at) if at >= SETTLED * each.at[-1])
        rise, error = slope(each.at[first:], each.rss[first:])
        lines.append(
            f"{'':9} most {max(each.rss):.1f}; PSS {each.pss[0]:.1f} to {each.pss[-1]:.1f};"
            f" slope {rise:+.3f} ± {error:.3f} MB a minute"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--pages", type=float, default=5, help="pages looked at a second")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        series, done, answers = measure(options.minutes, options.pages, Path(folder), engines())
    print(f"{done}; pages by status {answers}; load {'/'.join(f'{each:.1f}' for each in os.getloadavg())}")
    print(report(series))
    if options.json:
        found = [{"name": s.name, "minutes": s.at, "rss_mb": s.rss, "pss_mb": s.pss} for s in series]
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
