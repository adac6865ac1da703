"""A config file that changes: what acts when, what is told of it, and what an organisation's file decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.deeds.claims import DISCOVERY, SERVER
from app.github.file_change import Pushed
from app.jobs.configuring.kept import MOST_KEPT
from checks.messages import SENTENCES
from handlers.record import record
from tests.jobs.configured import DAY, FILE, GEAR, HOME, HOUR, World
from tests.verdict.cases import NOON, REPOSITORY
from verifier.model import BulletinKind, Conduct, Confidence, Publisher, PublishersSet, Repository, RepositorySeen

TWO = FILE.replace("[a.yml]", "[a.yml, b.yml]")
HOME_FILE = "version: 1\nartifacts: [{purl: pkg:npm/gear, repository: widget, workflows: [a.yml, b.yml]}]\n"


def conduct(world: World) -> Conduct:
    with world.parts.ledger.reading() as book:
        return book.repositories.conduct(REPOSITORY.id)


def kinds(world: World) -> list[BulletinKind]:
    return [bulletin.kind for bulletin in world.bulletins]


def test_what_stands_there_at_first_contact_acts_at_once_and_nobody_is_told() -> None:
    world = World()
    world.push(TWO)

    assert ["a.yml", "b.yml"] == world.workflows
    assert [] == world.bulletins


def test_a_second_workflow_acts_a_day_later_and_is_told_at_once_with_when_and_who() -> None:
    world = World()
    world.push(FILE)
    world.push(TWO)
    (told,) = world.bulletins
    world.wait(DAY - timedelta(minutes=1))
    before = world.workflows
    world.wait(timedelta(minutes=1))

    assert (["a.yml"], ["a.yml", "b.yml"]) == (before, world.workflows)
    assert (BulletinKind.CONFIG_LOOSENS, "mallory") == (told.kind, told.by)
    assert "waits until 2026-03-03 12:00 UTC" in told.title
    assert "pkg:npm/gear: workflow .github/workflows/b.yml may publish." in told.sentences
    assert told.url.endswith(f"/alice/widget/commit/{2:040x}")
    assert 1 == len(world.bulletins)


def test_many_workflows_do_not_hide_that_people_may_publish_by_hand() -> None:
    world = World()
    world.push(FILE)
    many = ", ".join(["a.yml", *(f"w{n}.yml" for n in range(99))])
    world.push(FILE.replace("[a.yml]", f"[{many}]").rstrip() + "\n    manual: true\n")
    (told,) = world.bulletins

    assert "put the old file back" in told.sentences[0]
    assert "by hand" in told.sentences[2]
    assert len(told.sentences) <= SENTENCES
    assert any(sentence.startswith("And 89 more") for sentence in told.sentences)


def test_putting_the_old_file_back_ends_what_waits() -> None:
    world = World()
    world.push(FILE)
    world.push(TWO)
    world.wait(HOUR)
    world.push(FILE, by="alice")
    world.wait(2 * DAY)

    assert ["a.yml"] == world.workflows
    assert [BulletinKind.CONFIG_LOOSENS, BulletinKind.CONFIG_CHANGED] == kinds(world)


def test_another_loosening_does_not_act_earlier_because_one_waits_already() -> None:
    world = World()
    world.push(FILE)
    world.push(TWO)
    world.wait(23 * HOUR)
    world.push(TWO.replace("b.yml", "b.yml, c.yml"))
    world.wait(2 * HOUR)
    first = world.workflows
    world.wait(DAY)

    assert ["a.yml", "b.yml"] == first
    assert ["a.yml", "b.yml", "c.yml"] == world.workflows


def test_what_tightens_acts_at_once_and_is_told() -> None:
    world = World()
    world.push(TWO)
    world.push(FILE + "    manual: false\n    confidence: high\n")
    (publisher,) = world.publishers
    (told,) = world.bulletins

    assert (["a.yml"], False, Confidence.HIGH) == (world.workflows, publisher.manual, publisher.confidence)
    assert BulletinKind.CONFIG_CHANGED is told.kind


def test_webhooks_that_come_twice_or_late_tell_nothing_twice_and_start_no_day_anew() -> None:
    world = World()
    world.push(FILE)
    world.push(TWO)
    world.wait(20 * HOUR)
    for commit in (1, 2, 2):
        world.read(pushed=Pushed(f"{commit:040x}", "mallory"))
    world.wait(4 * HOUR)

    assert ["a.yml", "b.yml"] == world.workflows
    assert 1 == len(world.bulletins)


def test_a_comment_is_no_change() -> None:
    world = World()
    world.push(FILE)
    world.push("# ours\n" + FILE)

    assert [] == world.bulletins


def test_a_file_that_is_taken_away_leaves_its_artifacts_watched_for_another_day() -> None:
    world = World()
    world.push(FILE)
    world.push(None)
    first = world.workflows
    world.wait(DAY)

    assert ["a.yml"] == first
    assert () == world.publishers
    assert "pkg:npm/gear is no longer named." in world.bulletins[0].sentences


def test_a_first_file_does_not_loosen_at_once_what_discovery_watches() -> None:
    """A thief writes a file where none was: people may publish by hand."""
    world = World()
    world.read()
    enrolled = Publisher(GEAR, REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/a.yml",))
    with world.parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, DISCOVERY, (enrolled,)), NOON)
    world.push("version: 1\nmanual: true\nartifacts: [{purl: pkg:npm/gear}]\n")
    with world.parts.ledger.writing() as book:  # as discovery does once the file names it
        book.record(PublishersSet(REPOSITORY.id, DISCOVERY, ()), NOON)
    world.read()

    assert (enrolled,) == world.publishers
    assert "pkg:npm/gear: people may publish by hand." in world.bulletins[0].sentences
    world.wait(DAY)
    assert [True] == [publisher.manual for publisher in world.publishers]


def test_who_pushed_is_told_only_of_the_commit_that_was_pushed() -> None:
    """Whoever wrote a commit is only what the commit itself says."""
    world = World()
    world.push(FILE)
    world.github.push(TWO)
    world.read(pushed=Pushed("f" * 40, "alice"))

    assert "mallory (as the commit says)" == world.bulletins[0].by


def test_a_thousand_changes_of_a_day_are_kept_as_few_and_allow_no_more_than_the_first() -> None:
    world = World()
    world.push(FILE)
    for i in range(MOST_KEPT + 5):
        world.push(FILE.replace("[a.yml]", f"[a.yml, x{i}.yml]"))
    with world.parts.ledger.reading() as book:
        assert MOST_KEPT == len(book.repositories.stood(REPOSITORY.id))
    assert ["a.yml"] == world.workflows


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("report: {issues: false}", "issues", False),
        ("report: {preview: true}", "preview", True),
        ("commands: {role: write}", "role", "write"),
    ],
)
def test_what_makes_us_quieter_or_commands_easier_waits_too(text: str, before: str, after: object) -> None:
    world = World()
    world.push(FILE)
    world.push(FILE + text + "\n")
    first = conduct(world)
    world.wait(DAY)

    assert Conduct() == first
    assert after == getattr(conduct(world), before)


def test_the_organisations_file_acts_at_once_for_every_repository_of_its_owner() -> None:
    world = World(home=True)
    world.push(FILE)
    world.push(None, HOME)
    world.push("version: 1\nreport: {issues: false, issue_repository: security}\ncommands: {role: write}\n", HOME)
    world.wait(timedelta(minutes=1))

    assert Conduct(issues=False, issue_repository="alice/security", role="write") == conduct(world)
    assert [BulletinKind.CONFIG_CHANGED] == kinds(world)
    assert [HOME.id] == [bulletin.repository_id for bulletin in world.bulletins]


def test_what_the_organisation_allows_too_does_not_wait() -> None:
    world = World(home=True)
    world.push(FILE)
    world.push(TWO)
    world.push(HOME_FILE, HOME)
    world.wait(timedelta(minutes=1))

    assert {"a.yml", "b.yml"} == set(world.workflows)
    with world.parts.ledger.reading() as book:
        assert [] == [p for p in book.repositories.publishers_from(HOME.id, "config") if p.artifact == GEAR]


def test_a_default_in_a_repository_that_was_made_later_waits_a_day_and_is_told() -> None:
    """Many an organisation lets each of its members make a repository, a thief among them."""
    world = World()
    world.push(FILE)
    world.wait(2 * HOUR)
    with world.parts.ledger.writing() as book:
        book.record(RepositorySeen(HOME), world.parts.now)
    world.push("version: 1\nreport: {issues: false}\n", HOME)
    world.wait(HOUR)
    first = conduct(world)
    world.wait(DAY)

    assert (True, False) == (first.issues, conduct(world).issues)
    (told,) = world.bulletins
    assert "from 2026-03-03 14:00 UTC on" in " ".join(told.sentences)


def toy(world: World) -> Repository:
    """A repository that anybody may make, watched since long and then called something else."""
    made = replace(HOME, id=9, full_name="alice/toy")
    with world.parts.ledger.writing() as book:
        book.record(RepositorySeen(made), NOON)
    world.github.known[9] = made
    world.push(FILE)
    world.push(FILE.replace("gear", "toy") + "    manual: false\n", made)
    world.parts.now += 30 * DAY
    renamed = replace(made, full_name="alice/.github", named_at=world.parts.now)
    del world.github.known[HOME.id]
    world.github.known[9] = renamed
    with world.parts.ledger.writing() as book:
        record((RepositorySeen(renamed),), book, world.parts.now)
    return renamed


def test_a_repository_that_is_renamed_to_the_organisations_loosens_nothing_for_a_day() -> None:
    """It was watched as long as all others: what counts is since when it has that name."""
    world = World()
    home = toy(world)
    world.push("version: 1\nreport: {issues: false}\n", home)
    world.wait(HOUR)
    first = conduct(world)
    world.wait(DAY)

    assert (True, False) == (first.issues, conduct(world).issues)
    assert "what was watched before follows it from" in " ".join(world.bulletins[-1].sentences)


def test_a_repository_that_is_renamed_has_its_config_read_again() -> None:
    world = World()
    toy(world)
    with world.parts.ledger.reading() as book:
        assert "config/9" in [task.key for task in book.work.all("inspect")]


def test_a_repository_that_becomes_the_organisations_keeps_for_a_day_what_its_own_file_demanded() -> None:
    world = World()
    home = toy(world)
    world.push("version: 1\nreport: {issues: false}\n", home)
    with world.parts.ledger.reading() as book:
        first = book.repositories.publishers_from(home.id, "config")
    world.wait(DAY)
    with world.parts.ledger.reading() as book:
        last = book.repositories.publishers_from(home.id, "config")

    assert ([False], ()) == ([publisher.manual for publisher in first], last)
    assert BulletinKind.CONFIG_LOOSENS is world.bulletins[0].kind


def test_a_file_that_a_renamed_repository_brings_along_is_no_error_of_the_others() -> None:
    """It was its own, and names no repositories; as a default it could not be read."""
    world = World()
    toy(world)
    world.push(TWO)

    assert [BulletinKind.CONFIG_LOOSENS] == [b.kind for b in world.bulletins if b.repository_id == REPOSITORY.id]
    assert f"config {REPOSITORY.id}" not in world.parts.problems()
    world.work()
    assert "config 9" in world.parts.problems()
    assert f"config {REPOSITORY.id}" not in world.parts.problems()


def test_a_default_that_can_no_longer_be_read_is_an_error_of_its_own_repository_alone() -> None:
    world = World(home=True)
    world.push("version: 1\ncommands: {role: admin}\n", HOME)
    world.push(FILE)
    world.push("version: 1\nnonsense: [\n", HOME)
    world.push(TWO)

    assert "admin" == conduct(world).role
    assert ["config 8"] == [subject for subject in world.parts.problems() if subject.startswith("config")]


def test_what_the_operator_allows_too_does_not_wait() -> None:
    world = World()
    world.push(FILE)
    both = Publisher(GEAR, 7, 70, (".github/workflows/a.yml", ".github/workflows/b.yml"))
    with world.parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, SERVER, (both,)), NOON)
    world.push(TWO)

    assert {"a.yml", "b.yml"} == set(world.workflows)


def test_a_strangers_repository_of_that_name_is_no_organisations() -> None:
    world = World(home=True)
    world.github.known[8] = replace(HOME, owner_id=666)
    with world.parts.ledger.writing() as book:
        book.record(PublishersSet(8, SERVER, ()), NOON)
    world.push("version: 1\nreport: {issues: false}\n", HOME)
    world.push(FILE)

    assert Conduct() == conduct(world)


def test_a_default_that_no_longer_suits_an_own_file_leaves_what_was_in_force_and_is_shown() -> None:
    world = World(home=True)
    world.push("version: 1\nworkflows: [a.yml]\n", HOME)
    world.push("version: 1\nartifacts: [{purl: pkg:npm/gear}]\n")
    world.push("version: 1\n", HOME)
    world.wait(timedelta(minutes=1))

    assert ["a.yml"] == world.workflows
    assert "no workflow publishes pkg:npm/gear" in world.parts.problems()[f"config {REPOSITORY.id}"]
    assert BulletinKind.CONFIG_REFUSED in kinds(world)
