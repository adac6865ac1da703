"""What a measurement gives: every row says its unit, what has no value says why, and is compared with nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.bench.parts import NAMES, PARTS, Measurement
from benchmarks.bench.rows import MISSING, Measured, Row, missing, of_rounds, put_beside, ratio
from benchmarks.beside_sigstore import differences
from tests.bench.examples import ROWS, measurements


@pytest.mark.parametrize("measured", measurements().values(), ids=measurements().keys())
def test_every_row_of_a_measurement_says_what_it_is_and_in_which_unit(measured: Callable[[], Measured]) -> None:
    found = measured()

    assert found.rows
    assert [] == [row for row in found.rows if not (row.what and row.name and row.unit)]
    assert [] == [row for row in found.rows if row.value is None and not row.note.startswith(MISSING)]
    assert [] == [row for row in found.rows if row.value is not None and row.n < 1]


@pytest.mark.parametrize("measured", measurements().values(), ids=measurements().keys())
def test_a_row_stands_beside_one_that_is_there(measured: Callable[[], Measured]) -> None:
    rows = measured().rows

    assert [] == [row for row in rows if row.beside and ratio(row, rows) is None]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_what_cannot_be_measured_is_a_row_that_says_what_is_needed(part: Measurement) -> None:
    [row] = part.without("needs wrk").rows

    assert (None, "not measured: needs wrk") == (row.value, row.note)
    assert row.what
    assert row.unit


def test_what_needs_a_database_says_so_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE" + "_URL", "")
    [row] = PARTS[NAMES.index("webhooks")].measure(full=False).rows

    assert row.value is None
    assert row.note.startswith(f"{MISSING}needs ")
    assert row.note.endswith("=postgresql://…")


def test_of_several_rounds_the_median_counts_and_the_least_and_the_most_are_told() -> None:
    assert Row("w", "n", "u", 3.0, 3, 1.0, 9.0) == of_rounds("w", "n", "u", [9.0, 1.0, 3.0])


def test_a_ratio_is_by_the_row_that_it_stands_beside() -> None:
    assert [1.5, None, None] == [ratio(row, ROWS) for row in ROWS]


def test_a_ratio_by_what_was_not_measured_is_none() -> None:
    rows = (Row("w", "ours", "u", 3.0, 1, beside="theirs"), missing("w", "theirs", "u", "needs npm", ours=False))

    assert ratio(rows[0], rows) is None


def test_only_ours_are_put_beside_another() -> None:
    assert ["theirs", "", ""] == [row.beside for row in put_beside(ROWS, "theirs")]


def test_where_verifiers_differ_it_is_said_who_verifies_what_others_do_not() -> None:
    said = differences(
        {"a": [True, True, False, True], "b": [True, False, False, True], "c": [True, True, False, False]}
    )

    assert [
        "4 asked about: 1 verified by all, 1 by nobody",
        "1 verified by a and c, not by b",
        "1 verified by a and b, not by c",
    ] == said
