"""What each step of the monitor costs: processor, questions to GitHub and to registries, and facts kept.

Plays scenarios in this process, as `artifact-monitor replay` does, but on SQLite, a file of its own for each, and takes
the time of each piece of work without that of the pretended GitHub and registries. What a step costs beside its pieces
(claiming them) stands under `around`, what it costs to find that nothing is due under `idle`.

    python -m benchmarks.steps [--scenario NAME]... [--json FILE]

The scenarios are those of honest everyday publishing unless some are named.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from app.github.installation import clients
from app.jobs import batch, hear, poll, run_step
from app.logs.events import quiet
from app.processes import clock
from app.wake import STEPS
from handlers import missed
from sandbox.play import Stuck, play
from sandbox.replay import ROUNDS, Replay, _kept
from sandbox.scenario import load
from sandbox.state import Webhook
from verifier.ledger import migrate, open_ledger
from verifier.ledger.sql import tables
from verifier.ledger.sql.engine import engine

ROOT = Path(__file__).resolve().parent.parent
EVERYDAY = (
    "npm-intoto-provenance",
    "trap-f08-rerun",
    "trap-f09-schedule-and-dispatch",
    "trap-f11-late-wheel",
    "trap-f12-multi-arch",
    "trap-f13-rebuild",
)


@dataclass
class Tally:
    """What pieces of work of one kind took."""

    pieces: int = 0
    seconds: float = 0.0
    github: Counter[str] = field(default_factory=Counter)
    registry: int = 0


class Meter:
    """Time and questions, by what is being done. `outside` is the pretended world's own time, taken off."""

    def __init__(self) -> None:
        self.kinds: dict[str, Tally] = defaultdict(Tally)
        self.outside = 0.0
        self._stack: list[Tally] = []

    @contextmanager
    def doing(self, kind: str | Callable[[], str]) -> Iterator[None]:
        """One piece of work; what is done within it is counted for it alone. The kind may be known at the end only."""
        tally = Tally(1)
        self._stack.append(tally)
        begun, outside = time.process_time(), self.outside
        try:
            yield
        finally:
            self._stack.pop()
            spent = time.process_time() - begun - (self.outside - outside)
            total = self.kinds[kind if isinstance(kind, str) else kind()]
            total.pieces += 1
            total.seconds += spent
            total.github += tally.github
            total.registry += tally.registry
            self.outside += spent  # for whoever it is done within

    @contextmanager
    def world(self, asked: str, method: str = "") -> Iterator[None]:
        """The pretended world answers."""
        if self._stack:
            if asked == "github":
                self._stack[-1].github["read" if method == "GET" else "write"] += 1
            elif asked == "registry":
                self._stack[-1].registry += 1
        begun = time.process_time()
        try:
            yield
        finally:
            self.outside += time.process_time() - begun


class Metered(Replay):
    """A replay on a real database, whose every piece of work is measured."""

    def __init__(self, name: str, url: str, meter: Meter) -> None:
        super().__init__(load(ROOT / "scenarios" / name))
        self.meter = meter
        fetch, app = self.deps.fetch, self._app()

        def asked(ask: Any, etag: str | None = None) -> Any:
            with meter.world("registry"):
                return fetch(ask, etag)

        class Transport(httpx.WSGITransport):
            def handle_request(self, request: httpx.Request) -> httpx.Response:
                with meter.world("github", request.method):
                    return super().handle_request(request)

        github = _kept(clients(self.deps.settings, Transport(app=app)))
        self.deps = replace(self.deps, ledger=open_ledger(url), fetch=asked, github=github)
        self.ledger = self.deps.ledger

    def _app(self) -> Any:
        return self.deps.fetch._client.application  # type: ignore[attr-defined]  # the sandbox's one app

    def deliver(self, webhook: Webhook) -> None:
        """At the door: verified and put into the inbox."""
        with self.meter.doing("deliver"):
            super().deliver(webhook)

    def settle(self) -> None:
        """As a replay does, with each batch's time taken, too."""
        with self.deps.ledger.writing() as book:
            book.health.beat(clock.NAME, self._now)
            missed.keep_sweeping(book, self._now)
        for _ in range(ROUNDS):
            if not sum([self._batch(step) for step in STEPS]):
                return
        raise Stuck(f"the steps do not come to rest at {self._now}")

    def _batch(self, step: str) -> int:
        done = 0
        with self.meter.doing(lambda: f"around {step}" if done else f"idle {step}"):
            done = run_step(self.deps, step)
        return done


def measure(names: tuple[str, ...]) -> dict[str, Any]:
    """Play them all and add up."""
    meter = Meter()
    each, polled, heard = batch.one, poll.one, hear._hear
    found: dict[str, Any] = {}

    def one(deps: Any, task: Any, do: Any) -> None:
        kind = f"inspect {task.key.partition('/')[0]}" if task.step == "inspect" else task.step
        with meter.doing(kind):
            each(deps, task, do)

    def look(deps: Any, task: Any, do: Any) -> None:
        with deps.ledger.reading() as book:
            before = len(book.versions.of(poll.Artifact(task.key.partition(" ")[0])))
        after = before

        def kind() -> str:
            return "poll same" if after == before else "poll changed" if before else "poll first"

        with meter.doing(kind):
            polled(deps, task, do)
            with meter.world("look"), deps.ledger.reading() as book:
                after = len(book.versions.of(poll.Artifact(task.key.partition(" ")[0])))

    def hearing(deps: Any, delivery: Any, now: Any) -> None:
        with meter.doing(f"hear {delivery.event}"):
            heard(deps, delivery, now)

    batch.one, poll.one, hear._hear = one, look, hearing  # type: ignore[attr-defined]  # the real ones, measured
    try:
        for name in names:
            with tempfile.TemporaryDirectory() as folder, quiet():
                url = f"sqlite:///{folder}/steps.sqlite3"
                migrate(url)
                result = play(load(ROOT / "scenarios" / name), Metered(name, url, meter))
                _add(found, _facts(url))
                print(f"{name}: played", file=sys.stderr)
                if result.problems:
                    print(f"{name}: {result.problems}", file=sys.stderr)
    finally:
        batch.one, poll.one, hear._hear = each, polled, heard  # type: ignore[attr-defined]  # put back
    return {"scenarios": len(names), "kinds": _kinds(meter), **found}


def _facts(url: str) -> dict[str, Any]:
    """Facts by kind: how many, and the bytes of their bodies; rows of the shelves."""
    columns = tables.facts.c
    with engine(url).connect() as connection:
        kinds = connection.execute(
            select(columns.kind, func.count(), func.sum(func.length(columns.body))).group_by(columns.kind)
        )
        facts = {kind: {"rows": rows, "bytes": int(size)} for kind, rows, size in kinds}
        rows = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (tables.runs, tables.versions, tables.verdicts)
        }
    return {"facts": facts, "rows": rows}


def _add(total: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _add(total.setdefault(key, {}), value)
        else:
            total[key] = total.get(key, 0) + value


def _kinds(meter: Meter) -> dict[str, Any]:
    return {
        kind: {
            "pieces": tally.pieces,
            "ms": round(1000 * tally.seconds / tally.pieces, 2),
            "github_reads": round(tally.github["read"] / tally.pieces, 2),
            "github_writes": round(tally.github["write"] / tally.pieces, 2),
            "registry": round(tally.registry / tally.pieces, 2),
        }
        for kind, tally in sorted(meter.kinds.items())
    }


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", action="append", default=[])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(tuple(options.scenario) or EVERYDAY)
    print(json.dumps(found, indent=2))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
