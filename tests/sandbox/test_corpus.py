"""The corpus: the truth about each publication, what is counted against it, and the page that shows it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sandbox.corpus.__main__ import main
from sandbox.corpus.answers import Said, answers
from sandbox.corpus.counted import counted
from sandbox.corpus.neighbours import Ruling, macaron
from sandbox.corpus.neighbours.pnpm import Release, Trust, no_downgrade
from sandbox.corpus.page import BEGINS, ENDS, tables_of, written
from sandbox.corpus.tables import markdown
from sandbox.corpus.truth import publications
from sandbox.replay import replay
from sandbox.scenario import load, scenarios_in

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "scenarios"
NOON = datetime.fromisoformat("2026-06-02T12:00:00+00:00")
MINUTE = timedelta(minutes=1)
OUTSIDE_THE_PLAN = {"I24"}
INCIDENTS = {f"I{number:02}" for number in (1, 2, 3, 5, 6, 7, 8, 12, 13, 15, 17, 20, 22, 24, 30, 32)}


def test_the_page_shows_what_the_command_prints_today() -> None:
    document = counted(replay([SCENARIOS]))

    assert tables_of((ROOT / "docs/corpus.md").read_text()) == markdown(document)
    assert {"passed": len(scenarios_in([SCENARIOS])), "failed": 0, "waits": 0} == document["scenarios"]
    assert 0 == document["before"]["alarms"]


def test_every_incident_and_every_trap_has_a_scenario() -> None:
    subjects = {load(directory).subject for directory in scenarios_in([SCENARIOS])}
    traps = [f"F{n}" for n in range(1, 19)] + [f"N{n}" for n in range(1, 17)]

    assert OUTSIDE_THE_PLAN == INCIDENTS - subjects
    assert set() == set(traps) - subjects


def test_every_attack_says_which_publication_is_the_thiefs() -> None:
    kinds = {d.name: load(d) for d in scenarios_in([SCENARIOS])}
    silent = {
        name
        for name, scenario in kinds.items()
        if scenario.kind != "F" and not any(publication.rogue for publication in publications(scenario))
    }

    assert {"runner-self-hosted"} == silent


def test_a_late_file_of_a_thief_makes_an_honest_version_rogue_from_then_on() -> None:
    first, then = [p for p in publications(load(SCENARIOS / "trap-n11-one-rogue-file")) if not p.before]

    assert (False, True) == (first.rogue, then.rogue)
    assert first.until == then.at > first.at


def test_a_tag_that_is_put_back_holds_its_first_bytes_again() -> None:
    good, thiefs, back = [p for p in publications(load(SCENARIOS / "trap-n05-put-back")) if not p.before]

    assert good.digest == back.digest != thiefs.digest
    assert [False, True, False] == [p.rogue for p in (good, thiefs, back)]


def test_a_line_is_from_ci_where_runs_were_at_work_or_the_configuration_says_so() -> None:
    from_ci = {
        name: {p.version: p.from_ci for p in publications(load(SCENARIOS / name)) if p.rogue}
        for name in ("axios-2026", "litellm-2026", "litellm-2026-configured")
    }

    assert {"1.14.1": True, "0.30.4": False} == from_ci["axios-2026"]
    assert {False} == set(from_ci["litellm-2026"].values())
    assert {True} == set(from_ci["litellm-2026-configured"].values())


def test_an_answer_is_about_the_bytes_and_the_time_of_its_publication() -> None:
    (result,) = replay([SCENARIOS / "trap-n05-before-seen"])
    honest, thiefs = [answer for answer in answers(result) if not answer.publication.before]

    assert (Said.NOTHING, Said.NON_COMPLIANT) == (honest.said, thiefs.said)
    assert honest.alarmed is None
    assert thiefs.delay is not None


def test_the_command_prints_tables_and_writes_json(tmp_path: Path) -> None:
    page, numbers = tmp_path / "page.md", tmp_path / "numbers.json"
    page.write_text(f"# Page\n{BEGINS}{ENDS}after\n")
    arguments = [str(SCENARIOS / "axios-2026"), "--json", str(numbers), "--page", str(page)]
    answered = CliRunner().invoke(main, arguments)
    document = json.loads(numbers.read_text())

    assert 0 == answered.exit_code
    assert answered.output == tables_of(page.read_text())
    assert [("1.14.1", "rogue", "non_compliant"), ("0.30.4", "rogue", "suspect")] == [
        (shown["version"], shown["truth"], shown["said"]) for shown in document["publications"]
    ]


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        written("# Page\n", "tables")


def test_pnpm_refuses_what_is_weaker_than_anything_earlier_by_date() -> None:
    earlier = [Release("2.0.0", NOON, Trust.PROVENANCE), Release("3.0.0-rc.1", NOON, Trust.TRUSTED_PUBLISHER)]
    later = Release("9.0.0", NOON + 9 * MINUTE, Trust.TRUSTED_PUBLISHER)
    asked = {
        version: no_downgrade(Release(version, NOON + MINUTE, trust), [*earlier, later])
        for version, trust in {"1.0.1": Trust.NONE, "2.0.1": Trust.PROVENANCE, "3.0.0-rc.2": Trust.PROVENANCE}.items()
    }

    assert {"1.0.1": Ruling.REFUSES, "2.0.1": Ruling.ACCEPTS, "3.0.0-rc.2": Ruling.REFUSES} == asked


@pytest.mark.parametrize(
    ("published", "created", "step", "named", "ruling"),
    [
        (NOON, NOON - MINUTE, "success", None, Ruling.ACCEPTS),
        (NOON, NOON - MINUTE, "success", 1, Ruling.ACCEPTS),
        (NOON, NOON - MINUTE, "success", 2, Ruling.UNKNOWN),
        (NOON, NOON - MINUTE, "skipped", 1, Ruling.REFUSES),
        (NOON, NOON - 121 * MINUTE, "success", None, Ruling.REFUSES),
        (NOON - 10 * MINUTE, NOON - MINUTE, "success", None, Ruling.REFUSES),
        (NOON - timedelta(days=401), NOON - MINUTE, "success", None, Ruling.REFUSES),
    ],
)
def test_macaron_accepts_a_successful_step_near_publication_and_commit(published, created, step, named, ruling) -> None:
    run = macaron.Run(1, created, (macaron.Step(step, NOON - MINUTE),))

    assert ruling is macaron.infer(published, NOON - 5 * MINUTE, [run], named, NOON + timedelta(days=1))


def test_macaron_knows_nothing_without_a_commit_and_after_four_hundred_days() -> None:
    assert Ruling.UNKNOWN is macaron.infer(NOON, None, [], None, NOON)
    assert Ruling.UNKNOWN is macaron.infer(NOON, NOON - MINUTE, [], None, NOON + timedelta(days=401))
