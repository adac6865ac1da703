"""A run as data, to JSON and back: the machine, and each part with when it was done and how busy the machine was."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bench.rows import Row, ratio


@dataclass(frozen=True)
class Machine:
    """What it was measured on. Two runs on equal ones can be put together."""

    cores: int
    processor: str
    memory_gb: float
    system: str
    python: str


@dataclass(frozen=True)
class Part:
    """One measurement as it was done."""

    name: str
    rows: tuple[Row, ...]
    remarks: tuple[str, ...]
    when: str
    """ISO 8601, in UTC, when it began."""
    load: tuple[float, ...]
    """The machine's load over 1, 5 and 15 minutes before it began."""
    seconds: float
    commit: str
    full: bool
    """Whether it was the long one."""

    @property
    def measured(self) -> bool:
        """Anything of it has a value."""
        return any(row.value is not None for row in self.rows)


@dataclass(frozen=True)
class Report:
    """All of a run."""

    machine: Machine
    parts: tuple[Part, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those of all parts."""
        return tuple(row for part in self.parts for row in part.rows)


def merged(before: Report | None, after: Report, order: tuple[str, ...]) -> Report:
    """What was measured now, and of before what was not, in this order; nothing of before from another machine."""
    if before is None or before.machine != after.machine:
        return after
    parts = {part.name: part for part in (*before.parts, *after.parts)}
    return Report(after.machine, tuple(parts[name] for name in order if name in parts))


def to_json(report: Report) -> str:
    """As it is written; rows carry their ratio, too, for whoever reads only that."""
    document = asdict(report)
    for part, said in zip(report.parts, document["parts"], strict=True):
        for row, written in zip(part.rows, said["rows"], strict=True):
            written["ratio"] = ratio(row, part.rows)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Report:
    """A report that was written. Raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(text)
    return Report(Machine(**document["machine"]), tuple(map(_part, document["parts"])))


def _part(document: dict[str, Any]) -> Part:
    rows = tuple(rows_from(document["rows"]))
    return Part(**{**document, "rows": rows, "remarks": tuple(document["remarks"]), "load": tuple(document["load"])})


def rows_from(documents: list[dict[str, Any]]) -> list[Row]:
    """Rows as they were written."""
    return [Row(**{name: value for name, value in one.items() if name != "ratio"}) for one in documents]
