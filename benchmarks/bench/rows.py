"""What a measurement gives: plain rows, each with its unit; and remarks that no number holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

MISSING = "not measured: "


class Missing(Exception):
    """Something to measure with is not here; the message says what is needed."""


@dataclass(frozen=True)
class Row:
    """One figure. Rows with the same `what` and unit can be compared."""

    what: str
    name: str
    unit: str
    value: float | None = None
    """None: it was not measured, and the note says why."""
    n: int = 0
    """Of how many rounds, requests or looks the value is the median; 1 where it was measured once."""
    low: float | None = None
    high: float | None = None
    """The least and the most of the n."""
    beside: str = ""
    """The name of the row that it is compared with; empty where there is none."""
    ours: bool = True
    note: str = ""


@dataclass(frozen=True)
class Measured:
    """All of one measurement."""

    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


def of_rounds(what: str, name: str, unit: str, found: Sequence[float]) -> Row:
    """The median of several rounds, with the least and the most of them."""
    return Row(what, name, unit, median(found), len(found), min(found), max(found))


def missing(what: str, name: str, unit: str, why: str, *, ours: bool = True) -> Row:
    """A row that says why it has no value."""
    return Row(what, name, unit, ours=ours, note=MISSING + why)


def ratio(row: Row, rows: Sequence[Row]) -> float | None:
    """How many times the value of the row that it is beside; None where either was not measured."""
    base = next((r for r in rows if (r.what, r.unit, r.name) == (row.what, row.unit, row.beside)), None)
    if row.value is None or base is None or not base.value:
        return None
    return row.value / base.value


def put_beside(rows: Sequence[Row], name: str) -> list[Row]:
    """The rows, with ours compared with the row of this name."""
    return [replace(row, beside=name) if row.ours and row.name != name else row for row in rows]
