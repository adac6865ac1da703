"""Measure everything, each part in a process of its own, and print one table.

    python -m benchmarks.bench [--out dist/bench.json] [--full] [--only webhooks,verify]

Writes JSON there and a drawing (SVG) beside it. With --only, what that file holds of the other parts stays, if it is
from this machine. Ends with 1 where a part failed; what is not here to measure with is no failure, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bench.machine import commit, load, machine
from benchmarks.bench.parts import NAMES, PARTS, Measurement
from benchmarks.bench.plot import svg
from benchmarks.bench.report import Part, Report, from_json, merged, rows_from, to_json
from benchmarks.bench.rows import Measured
from benchmarks.bench.table import table
from benchmarks.webhooks import ROOT

PATIENCE = {False: 600, True: 3600}
"""Seconds that one part may take, quick or full."""


def main() -> int:
    """Run all, or be the process of one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bench.json")
    parser.add_argument("--full", action="store_true", help="the long ones, too")
    parser.add_argument("--only", default="", help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--part", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        found = next(part for part in PARTS if part.name == options.part).measure(options.full)
        options.out.write_text(json.dumps(asdict(found)))
        return 0
    wanted = options.only.split(",") if options.only else NAMES
    if unknown := set(wanted) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return run([part for part in PARTS if part.name in wanted], options.out, options.full, bool(options.only))


def run(parts: list[Measurement], out: Path, full: bool, some: bool) -> int:
    """One after another; the table, the JSON and the drawing; 1 where one failed."""
    failed, done = False, []
    for part in parts:
        print(f"measuring: {part.name} …", file=sys.stderr, flush=True)
        before, when, begun = load(), datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        found, well = alone(part, full)
        failed |= not well
        taken = round(time.monotonic() - begun, 1)
        done.append(Part(part.name, found.rows, found.remarks, when, before, taken, commit(), full))
    report = merged(kept(out) if some else None, Report(machine(), tuple(done)), NAMES)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(to_json(report))
    out.with_suffix(".svg").write_text(svg(report))
    print(table(report))
    print(f"\nWritten: {out} and {out.with_suffix('.svg').name} beside it.", file=sys.stderr)
    return int(failed)


def alone(part: Measurement, full: bool) -> tuple[Measured, bool]:
    """One part in a process of its own; and whether that ended well."""
    if part.long and not full:
        return part.without("only with FULL=1"), True
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "found.json"
        command = [sys.executable, "-m", "benchmarks.bench", "--part", part.name, "--out", str(out)]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        try:
            subprocess.run(
                [*command, *(["--full"] if full else [])],
                cwd=ROOT,
                env=environment,
                stdout=sys.stderr,
                timeout=PATIENCE[full],
                check=True,
            )
            said = json.loads(out.read_text())
        except (subprocess.SubprocessError, OSError, ValueError) as problem:
            print(f"{part.name}: {problem}", file=sys.stderr)
            return part.without(f"it failed ({type(problem).__name__}); see what was said before the table"), False
    return Measured(tuple(rows_from(said["rows"])), tuple(said["remarks"])), True


def kept(out: Path) -> Report | None:
    """What an earlier run wrote there, if it can be read."""
    try:
        return from_json(out.read_text())
    except (OSError, ValueError, KeyError, TypeError):
        return None


if __name__ == "__main__":
    sys.exit(main())
