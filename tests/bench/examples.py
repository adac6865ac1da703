"""A small report, and what the measurements give, made up."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.bench import audit, memory, paced, pages, polls, told, verify, webhooks
from benchmarks.bench.report import Machine, Part, Report
from benchmarks.bench.rows import Measured, Row
from benchmarks.beside_probot import Receiver
from benchmarks.beside_sigstore import EVERY_ONE, JS, OURS, PYTHON, Compared, Group
from benchmarks.heard import Heard
from benchmarks.memory import Series
from benchmarks.offered import Found
from benchmarks.pages import Taken
from benchmarks.sigstore_js import Took

MACHINE = Machine(2, "A processor", 23.5, "Linux 6", "3.11.7")
ROWS = (
    Row("bundles", "ours", "a second", 300.0, 15, 250.0, 350.0, beside="theirs"),
    Row("bundles", "theirs", "a second", 200.0, 15, 150.0, 220.0, ours=False),
    Row("bundles", "another's", "a second", note="not measured: needs npm", ours=False),
)


def part(name: str, *rows: Row, when: str = "2026-01-02T03:04:05+00:00", remarks: tuple[str, ...] = ()) -> Part:
    """A part of a run."""
    return Part(name, rows, remarks, when, (0.5, 0.25, 0.0), 12.3, "abc1234", False)


REPORT = Report(
    MACHINE, (part("verify", *ROWS, remarks=("1 differs",)), part("told", Row("told", "mail", "ms", 7.0, 1)))
)


def receiver(name: str, rate: float) -> Receiver:
    """One that was under load for two rounds."""
    found = [Found(rate, 100, 0, 1.0, 2.0), Found(rate + 10, 100, 1, 1.0, 2.0)]
    return Receiver(name, "/", "", 1, kept_alive=found, closing=found, half=found[0], memory=[50.0, 51.0])


def measurements() -> dict[str, Callable[[], Measured]]:
    """What each measurement that can be given figures makes of them."""
    series = Series("worker", 1, [0.0, 0.5, 1.0, 1.5], [50.0, 60.0, 61.0, 61.0], [40.0, 50.0, 51.0, 51.0])
    sizes = [
        {"versions": 10, "seconds": 1.0, "cpu_seconds": 0.9, "peak_mb": 50},
        {"versions": 100, "seconds": 11.0, "cpu_seconds": 9.9, "peak_mb": 60, "exponent": 1.04},
    ]
    host = {"requests_per_s": 4.0, "most_per_s_in_10_s": 4.8, "share_304": 0.995, "errors": 0}
    noted = {"artifacts": 10_000, "looks": 100, "cpu_ms_a_look": 24.0, "late_s": {"p50": 1.0}, "hosts": {"npm": host}}
    four = ("Artifact Monitor, 2 processes", "Artifact Monitor, 1 process", "Probot, insert", "Probot, empty")
    group = Group(EVERY_ONE, 12, {OURS: [Took(0.04, 0.03, [True])] * 2, PYTHON: [Took(0.06, 0.05, [True])] * 2})
    return {
        "webhooks": lambda: webhooks.measured([receiver(name, 100.0) for name in four], "14.3.2"),
        "verify": lambda: verify.measured(Compared((group,), ("12 asked about",), "needs npm", {})),
        "verify, all there": lambda: verify.measured(Compared((group,), (), "", {JS: "3.1.1"})),
        "audit": lambda: audit.measured(sizes),
        "polls": lambda: polls.measured(
            [polls.Pass("npm", polls.SAME, [9.0, 10.0], 1.0, 2.0)], {"npm": [(0.5, "/", 200), (1.5, "/x", 304)]}, ()
        ),
        "pages": lambda: Measured((pages.row("overview", Taken([1.0, 2.0], [1.0, 1.0], [0.0, 0.0])),)),
        "told": lambda: told.measured(Heard({"slack": [0.1, 0.2]}, {"splunk": [0.3]})),
        "memory": lambda: memory.measured([series], {"deliveries": 100}, {200: 5}),
        "paced": lambda: paced.measured({**noted, "minutes": 6.5, "database": "sqlite"}),
    }
