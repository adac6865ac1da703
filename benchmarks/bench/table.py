"""A report as one table of text."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.bench.report import Machine, Part, Report
from benchmarks.bench.rows import Row, ratio

HEADS = ("what", "who or which", "value", "unit", "least to most", "n", "beside", "note")
_RIGHT = {2, 5}
_LAST = len(HEADS) - 1


def number(value: float) -> str:
    """With as many digits as a measurement deserves."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(report: Report) -> str:
    """The machine, the rows, and what was remarked."""
    lines = [described(report.machine), *(_begun(part) for part in report.parts if part.measured), ""]
    lines += _laid_out([HEADS, *(cells for part in report.parts for cells in _cells(part.rows))])
    remarks = [f"{part.name}: {remark}" for part in report.parts for remark in part.remarks]
    return "\n".join([*lines, *([""] if remarks else []), *remarks])


def described(machine: Machine) -> str:
    """The machine in one line."""
    return (
        f"{machine.cores} cores ({machine.processor}), {machine.memory_gb:g} GB, {machine.system}, "
        f"Python {machine.python}"
    )


def _begun(part: Part) -> str:
    load = "/".join(f"{each:.1f}" for each in part.load)
    length = "long" if part.full else "quick"
    return f"  {part.name:<10} {part.when}, {length}, {part.seconds:.0f} s, commit {part.commit}, load before {load}"


def _cells(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    found, before = list[tuple[str, ...]](), ""
    for row in rows:
        times = ratio(row, rows)
        found.append(
            (
                row.what if row.what != before else "",
                row.name,
                "-" if row.value is None else number(row.value),
                row.unit,
                "" if row.low is None or row.high is None or row.n < 2 else f"{number(row.low)} to {number(row.high)}",
                str(row.n or ""),
                "" if times is None else f"{times:.2f} × {row.beside}",
                row.note,
            )
        )
        before = row.what
    return found


def _laid_out(lines: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cells[at]) for cells in lines) for at in range(_LAST)]
    return [
        "  ".join(
            [
                *(
                    c.rjust(w) if at in _RIGHT else c.ljust(w)
                    for at, (c, w) in enumerate(zip(cells, widths, strict=False))
                ),
                cells[_LAST],
            ]
        ).rstrip()
        for cells in lines
    ]
