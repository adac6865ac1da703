"""Invented histories: the same for the same seed, with a truth that the facts do not betray, judged by the rules."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import sandbox.synthetic
from sandbox.synthetic import attackers
from sandbox.synthetic.__main__ import main
from sandbox.synthetic.counts import as_text, counted
from sandbox.synthetic.judge import Heard, judge
from sandbox.synthetic.projects import Project, Style
from verifier.model import Outcome, VersionSeen

ROOM = Path(sandbox.synthetic.__file__).parent
CI = Style("npm", "ci", attested=True, logs="digests", trigger="tag", packages=1)
PLAIN = Style("npm", "ci", attested=False, logs="digests", trigger="tag", packages=1)


THIEVES = [attackers.at_random, attackers.in_window, attackers.outrun_failed, attackers.gone, attackers.old_line]


def attacked(style: Style, strategy: Callable[[Project], None]) -> list[Heard]:
    """What is said of the thief's versions in a project of this style, after six honest releases."""
    project = Project(1, 1, style)
    for _ in range(6):
        project.at += timedelta(days=2)
        project.release()
    project.at += timedelta(days=2)
    project.pen.begin(project.artifacts, project.at - timedelta(hours=1))
    strategy(project)
    return [heard for heard in judge(project.pen.story) if heard.truth.rogue]


def test_who_makes_the_truth_never_asks_the_rules() -> None:
    for name in ("story", "projects", "attackers"):
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse((ROOM / f"{name}.py").read_text()))
            if isinstance(node, ast.ImportFrom)
        }
        assert not {module for module in imported if module.startswith(("verifier.verdict", "app", "checks"))}, name


def test_a_seed_gives_the_same_history_again() -> None:
    assert Project(3, 7).story(8).facts == Project(3, 7).story(8).facts
    assert Project(3, 7).story(8).truths != Project(4, 7).story(8).truths


def test_each_version_has_one_truth_and_is_seen_in_the_registry() -> None:
    for number in range(1, 15):
        story = Project(1, number).story(10)
        named = [(truth.artifact, truth.number) for truth in story.truths]
        seen = {(f.version.artifact, f.version.number) for _, f in story.facts if isinstance(f, VersionSeen)}

        assert len(named) == len(set(named))
        assert seen == set(named)


@pytest.mark.parametrize(
    "strategy", [attackers.at_random, attackers.in_window, attackers.outrun_failed, attackers.gone]
)
@pytest.mark.parametrize("style", [CI, PLAIN])
def test_a_stolen_token_on_a_line_from_ci_is_found_out(style: Style, strategy) -> None:
    assert [True] == [heard.accused for heard in attacked(style, strategy)]


@pytest.mark.parametrize("strategy", [attackers.replayed, attackers.other_workflow, attackers.hijacked])
def test_what_a_thief_signs_or_borrows_is_held_against_the_version(strategy) -> None:
    assert [True] == [heard.accused for heard in attacked(CI, strategy)]


def test_hostile_code_through_everything_real_is_out_of_reach() -> None:
    assert [Outcome.COMPLIANT] == [heard.outcome for heard in attacked(CI, attackers.authorised)]


def test_counts_tell_honest_and_rogue_apart_and_add_up(tmp_path: Path) -> None:
    written = tmp_path / "counts.json"
    answered = CliRunner().invoke(main, ["--versions", "20", "--seed", "2", "--json", str(written)])
    document = json.loads(written.read_text())
    rows = document["days"] + document["strategies"]

    assert 0 == answered.exit_code, answered.output
    assert 20 <= document["versions"] == sum(row["versions"] for row in rows)
    assert all(row["versions"] == row["accused"] + row["asked"] + row["neither"] for row in rows)
    assert answered.output == as_text(document)


def test_an_honest_emergency_is_counted_by_itself() -> None:
    heard = judge(Project(1, 34).story(12))
    emergency = [h for h in heard if h.truth.strategy == "emergency by hand"]

    assert len(emergency) == counted(heard)["emergencies"]["versions"]
