"""A run as a table, as JSON and as a drawing; and an earlier run of which some was measured again."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.bench.__main__ import main, run
from benchmarks.bench.machine import machine
from benchmarks.bench.parts import PARTS
from benchmarks.bench.plot import LEFT, OTHERS, OURS, WIDTH, svg
from benchmarks.bench.report import Report, from_json, merged, to_json
from benchmarks.bench.rows import Measured, Row
from benchmarks.bench.table import number, table
from tests.bench.examples import MACHINE, REPORT, ROWS, part

SVG = "{http://www.w3.org/2000/svg}"
ORDER = ("webhooks", "verify", "told")


def test_the_table_shows_each_row_with_its_unit_its_spread_and_what_it_is_beside() -> None:
    text = table(REPORT)
    lines = {line[9:].split("  ")[0].strip(): " ".join(line.split()) for line in text.splitlines()}

    assert "bundles ours 300 a second 250 to 350 15 1.50 × theirs" == lines["ours"]
    assert "theirs 200 a second 150 to 220 15" == lines["theirs"]
    assert "another's - a second not measured: needs npm" == lines["another's"]
    assert "told mail 7.00 ms 1" == lines["mail"]
    assert text.endswith("verify: 1 differs")


def test_the_table_names_the_machine_and_how_busy_it_was() -> None:
    text = table(REPORT)

    assert "2 cores (A processor), 23.5 GB, Linux 6, Python 3.11.7" == text.splitlines()[0]
    assert "2026-01-02T03:04:05+00:00, quick, 12 s, commit abc1234, load before 0.5/0.2/0.0" in text


def test_the_table_is_silent_on_when_it_did_not_measure_a_part() -> None:
    text = table(Report(MACHINE, (part("webhooks", ROWS[2]),)))

    assert "not measured: needs npm" in text
    assert "load before" not in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.00"), (1.239, "1.24"), (12.34, "12.3"), (123.4, "123"), (12345.6, "12,346"), (-0.5, "-0.50")],
)
def test_a_number_has_as_many_digits_as_it_deserves(value: float, shown: str) -> None:
    assert shown == number(value)


def test_what_is_written_is_what_is_read() -> None:
    assert REPORT == from_json(to_json(REPORT))


def test_the_json_holds_the_ratios_too() -> None:
    rows = json.loads(to_json(REPORT))["parts"][0]["rows"]

    assert [1.5, None, None] == [row["ratio"] for row in rows]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"machine": {}, "parts": []}'])
def test_what_is_no_report_is_not_read_as_one(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(text)


def test_what_was_measured_again_replaces_what_was_and_the_rest_stays_in_its_order() -> None:
    again = Report(MACHINE, (part("verify", ROWS[0], when="later"), part("webhooks", ROWS[1])))
    both = merged(REPORT, again, ORDER)

    assert ORDER == tuple(one.name for one in both.parts)
    assert "later" == both.parts[1].when
    assert REPORT.parts[1] == both.parts[2]


def test_figures_of_another_machine_are_not_put_together() -> None:
    elsewhere = replace(REPORT, machine=replace(MACHINE, cores=64))

    assert REPORT == merged(elsewhere, REPORT, ORDER)
    assert REPORT == merged(None, REPORT, ORDER)


def test_the_drawing_has_a_bar_for_each_value_in_proportion_and_says_what_has_none() -> None:
    drawn = ElementTree.fromstring(svg(REPORT))  # it is our own
    bars = [one for one in drawn.iter(f"{SVG}rect") if one.get("fill") in (OURS, OTHERS)]
    said = [one.text for one in drawn.iter(f"{SVG}text")]

    assert [OURS, OTHERS, OURS] == [bar.get("fill") for bar in bars]
    assert float(bars[0].get("width", "")) / float(bars[1].get("width", "")) == pytest.approx(1.5, rel=0.01)
    assert "2 cores (A processor), 23.5 GB, Linux 6, Python 3.11.7; load before 0.5 to 0.5" == said[0]
    assert "not measured: needs npm" in said
    assert "300 (1.50 × theirs)" in said
    assert all(LEFT + float(bar.get("width", "")) <= WIDTH for bar in bars)


def test_whatever_a_name_holds_the_drawing_stays_one() -> None:
    hostile = Report(MACHINE, (part("x", Row("<a&b>", 'c"d', "]]>", 1.0, 1, note="<!--")),))

    assert "<a&b> (]]>)" in [one.text for one in ElementTree.fromstring(svg(hostile)).iter(f"{SVG}text")]


def test_nothing_measured_makes_no_drawing_fail() -> None:
    assert "</svg>" in svg(Report(MACHINE, ()))
    assert "what" in table(Report(MACHINE, ()))


def test_a_part_that_nobody_knows_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--only", "verify,speed"])
    with pytest.raises(SystemExit):
        main()

    assert "unknown: speed" in capsys.readouterr().err


def test_a_part_that_fails_is_said_and_the_others_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is a row that says so, and the command's exit code."""

    def fails(command: list[str], **how: object) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr("benchmarks.bench.__main__.subprocess.run", fails)
    monkeypatch.setattr("benchmarks.bench.__main__.commit", lambda: "abc1234")
    out = tmp_path / "made" / "bench.json"

    assert 1 == run([part for part in PARTS if part.name in ("polls", "paced")], out, full=False, some=False)

    polls, paced = from_json(out.read_text()).rows
    assert polls.note == "not measured: it failed (CalledProcessError); see what was said before the table"
    assert paced.note == "not measured: only with FULL=1"
    assert out.with_suffix(".svg").exists()


def test_what_was_measured_comes_from_the_parts_own_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def writes(command: list[str], **how: object) -> None:
        found = Measured(ROWS, ("1 differs",))
        Path(command[command.index("--out") + 1]).write_text(json.dumps(asdict(found)))

    monkeypatch.setattr("benchmarks.bench.__main__.subprocess.run", writes)
    monkeypatch.setattr("benchmarks.bench.__main__.commit", lambda: "abc1234")
    out = tmp_path / "bench.json"
    out.write_text(to_json(Report(machine(), (part("told", ROWS[0]), part("verify", ROWS[1])))))

    assert 0 == run([part for part in PARTS if part.name == "verify"], out, full=True, some=True)

    verify, told = from_json(out.read_text()).parts
    assert (ROWS, ("1 differs",), True) == (verify.rows, verify.remarks, verify.full)
    assert "told" == told.name
