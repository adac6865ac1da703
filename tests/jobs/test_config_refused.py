"""A config file that cannot be read: red on the commit that broke it, green where it is mended, told once."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from checks import config_run
from checks.config_run import Refused, render
from tests.jobs.configured import DAY, FILE, HOUR, World
from tests.verdict.cases import REPOSITORY
from verifier.model import BulletinKind

BROKEN = FILE.replace("workflows", "workflow")
LOOSER = FILE.replace("[a.yml]", "[a.yml, b.yml]")


def broken(text: str | bytes = BROKEN) -> World:
    """A good file, then this one."""
    world = World()
    world.push(FILE)
    world.push(text)
    return world


def test_it_is_red_on_the_commit_that_broke_it_with_the_line_and_what_to_write() -> None:
    world = broken()
    (check,) = world.github.checks

    assert ("Artifact Monitor config", "failure") == (check["name"], check["conclusion"])
    assert f"{2:040x}" == check["head_sha"]
    assert "line 4" in check["output"]["title"]
    assert "did you mean workflows?" in check["output"]["summary"].replace("\\", "")
    (annotation,) = check["output"]["annotations"]
    assert (".github/artifact-monitor.yml", 4, "failure") == (
        annotation["path"],
        annotation["start_line"],
        annotation["annotation_level"],
    )
    assert "did you mean workflows?" in annotation["message"]


def test_the_last_good_file_stays_in_force_and_it_is_told_once() -> None:
    world = broken()
    for _ in range(2):
        world.read()

    assert ["a.yml"] == world.workflows
    assert [BulletinKind.CONFIG_REFUSED] == [bulletin.kind for bulletin in world.bulletins]
    assert world.bulletins[0].sentences[0].startswith("Line 4: 'workflow' is not a key")
    assert 1 == len(world.github.checks)


def test_it_is_green_at_the_next_good_commit_and_red_again_when_broken_again() -> None:
    world = broken()
    world.push(FILE)
    world.push(FILE + "# mended\n")
    world.push(BROKEN)

    assert ["failure", "success", "failure"] == [check["conclusion"] for check in world.github.checks]
    assert [f"{n:040x}" for n in (2, 3, 5)] == [check["head_sha"] for check in world.github.checks]


def test_nothing_is_said_of_a_file_that_was_always_good() -> None:
    world = World()
    world.push(FILE)
    world.push(FILE + "# more\n")

    assert [] == world.github.checks


def test_what_is_too_large_or_no_text_is_refused_in_the_same_way() -> None:
    for text, words in (
        (b"#" * 70_000, "larger than 65536"),
        (b"#" * 2_000_000, "larger than 65536"),
        (b"\xff", "UTF-8"),
    ):
        world = broken(text)

        assert ["a.yml"] == world.workflows
        assert words in world.github.checks[0]["output"]["annotations"][0]["message"]


def test_a_thief_who_breaks_the_file_keeps_nothing_from_acting_that_was_tightened() -> None:
    world = World()
    world.push(FILE.replace("[a.yml]", "[a.yml, b.yml]"))
    world.push(FILE)
    world.push(BROKEN)

    assert ["a.yml"] == world.workflows


def test_a_commit_that_was_told_of_by_another_process_is_not_marked_twice() -> None:
    world = World()
    world.push(FILE)
    commit = world.github.push(BROKEN)
    shown = render(REPOSITORY, Refused(1, "x"))
    world.github.checks.append({"id": 1, "app": {"id": 7}, "head_sha": commit, "html_url": "", **shown.body})
    world.read()

    assert ["line 4" in check["output"]["title"] for check in world.github.checks] == [True]


@given(st.text(max_size=2000), st.integers(1, 70_000))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_the_file_the_check_run_is_within_githubs_limits(sentence: str, line: int) -> None:
    output: dict[str, Any] = render(REPOSITORY, Refused(line, sentence)).body["output"]

    assert len(output["summary"].encode()) <= 65_535
    assert len(output["annotations"][0]["message"].encode()) <= 64 * 1024
    assert output["annotations"][0]["message"].isprintable()
    assert "\n#" not in output["summary"]


def test_hostile_text_makes_no_structure_and_calls_nobody() -> None:
    output = render(REPOSITORY, Refused(1, "'@all](https://evil.example) <img src=x>' is not a key")).body["output"]

    assert "@all" not in output["summary"]
    assert "<img" not in output["summary"]
    assert "\\](https:&#8203;//" in output["summary"]


def test_the_marker_is_the_repositorys() -> None:
    assert config_run.marker(7) == render(REPOSITORY, None).marker


def test_a_broken_file_is_no_cover_for_what_loosens() -> None:
    """Loosened, broken for a day, and put back: nobody saw it stand there for a day."""
    world = World()
    world.push(FILE)
    world.wait(2 * DAY)
    world.push(LOOSER)
    world.wait(HOUR)
    world.push(BROKEN)
    world.wait(2 * DAY)
    world.push(LOOSER)
    first = world.workflows
    world.wait(DAY - HOUR)
    early = world.workflows
    world.wait(HOUR)

    assert (["a.yml"], ["a.yml"], ["a.yml", "b.yml"]) == (first, early, world.workflows)
    loosens, refused = BulletinKind.CONFIG_LOOSENS, BulletinKind.CONFIG_REFUSED
    assert [loosens, refused, loosens] == [bulletin.kind for bulletin in world.bulletins]
    assert "mallory" == world.bulletins[-1].by


def test_what_acted_before_the_file_was_broken_acts_when_it_is_mended_and_is_not_told_again() -> None:
    world = World()
    world.push(FILE)
    world.push(LOOSER)
    world.wait(2 * DAY)
    world.push(BROKEN)
    world.wait(2 * DAY)
    world.push(LOOSER)

    assert ["a.yml", "b.yml"] == world.workflows
    assert [BulletinKind.CONFIG_LOOSENS, BulletinKind.CONFIG_REFUSED] == [b.kind for b in world.bulletins]


def test_what_was_tightened_before_the_file_was_broken_is_not_undone_at_once_by_mending_it() -> None:
    world = World()
    world.push(LOOSER)
    world.wait(2 * DAY)
    world.push(FILE)
    world.push(BROKEN)
    world.wait(2 * DAY)
    world.push(LOOSER)

    assert ["a.yml"] == world.workflows


def test_the_same_broken_file_pushed_again_after_another_is_told_again() -> None:
    world = broken()
    for text in (BROKEN + "# 2", BROKEN, FILE, BROKEN):
        world.push(text)
        world.read()
        world.wait(HOUR)

    assert 4 == [bulletin.kind for bulletin in world.bulletins].count(BulletinKind.CONFIG_REFUSED)
