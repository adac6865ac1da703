"""Another default branch: told at once with who and what is different, and counting a day later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.record import record
from tests.jobs.configured import DAY, FILE, GEAR, HOUR, World
from tests.jobs.vetting import World as Vetting
from tests.jobs.vetting import heads
from tests.verdict.cases import NOON, REPOSITORY, run, version
from verifier.ledger.cases import Cases
from verifier.ledger.protocol import Dossier, Stood, Watch
from verifier.model import BulletinKind, Policy, Publisher, RepositorySeen, VersionSeen
from verifier.verdict.approval import allows_ref

PUBLISH = ".github/workflows/a.yml"
ODD = replace(version(), artifact=GEAR)
BROKEN = "version: 1\nnonsense: [\n"


def watched(text: str = FILE) -> World:
    """A repository whose config stands since long, with a second branch that publishes in another way."""
    world = World()
    world.github.branches = {name: {PUBLISH: "good"} for name in ("main", "trunk")} | {"evil": {PUBLISH: "bad"}}
    world.push(text)
    world.parts.now += 2 * DAY
    world.work()
    return world


def switch(world: World, branch: str, by: str = "mallory") -> None:
    """Somebody makes it the default branch, and the webhook is heard."""
    now = replace(REPOSITORY, default_branch=branch, named_at=world.parts.now)
    world.github.known[REPOSITORY.id] = now
    with world.parts.ledger.writing() as book:
        record((RepositorySeen(now),), book, world.parts.now, by)
    world.work()


def counts(world: World, branch: str) -> bool:
    """A run on this branch may publish where the configuration names no refs."""
    with world.parts.ledger.reading() as book:
        case = Cases(book, Policy()).case(Dossier(ODD), Watch(GEAR, NOON))
    return allows_ref(case, Publisher(GEAR, 7, 70, (PUBLISH,)), replace(run(), head_branch=branch, event="push"))


def test_it_is_told_at_once_and_loudly_with_who_switched_it_and_what_is_different() -> None:
    world = watched()
    switch(world, "evil")
    (told,) = world.bulletins

    assert (BulletinKind.BRANCH_CHANGED, "mallory") == (told.kind, told.by)
    assert "evil is the default branch now; it was main." in told.sentences
    assert f"Different on it: {PUBLISH}." in " ".join(told.sentences)


def test_workflows_that_are_the_same_are_not_called_different() -> None:
    world = watched()
    switch(world, "trunk")

    assert "The workflows that publish are the same on both." in world.bulletins[0].sentences


def test_runs_on_it_are_accepted_a_day_later_and_until_then_those_on_the_one_before() -> None:
    world = watched()
    switch(world, "trunk")
    world.wait(DAY - timedelta(minutes=1))
    early = counts(world, "main"), counts(world, "trunk")
    world.wait(timedelta(minutes=1))

    assert (True, False) == early
    assert (False, True) == (counts(world, "main"), counts(world, "trunk"))


def test_what_none_accounted_for_is_looked_at_again_when_it_counts() -> None:
    world = watched()
    with world.parts.ledger.writing() as book:
        book.record(VersionSeen(ODD), NOON)
    switch(world, "trunk")
    world.parts.now += DAY
    with world.parts.ledger.writing() as book:
        for task in book.work.claim("examine", 9, world.parts.now, HOUR):
            book.work.done(task)
    world.work()
    with world.parts.ledger.reading() as book:
        assert [f"{GEAR.purl} {ODD.number}"] == [task.key for task in book.work.all("examine")]


def test_switching_back_ends_it_and_nothing_of_it_ever_counts() -> None:
    world = watched()
    switch(world, "evil")
    world.wait(HOUR)
    switch(world, "main", "alice")
    found = []
    for _ in range(3):
        world.wait(DAY / 2)
        found.append((counts(world, "main"), counts(world, "evil")))

    assert [(True, False)] * 3 == found
    assert [BulletinKind.BRANCH_CHANGED, BulletinKind.CONFIG_CHANGED] == [b.kind for b in world.bulletins]


def test_one_more_switch_lets_nothing_count_earlier() -> None:
    world = watched()
    switch(world, "trunk")
    world.wait(23 * HOUR)
    switch(world, "evil")
    world.wait(2 * HOUR)

    assert [True, False, False] == [counts(world, name) for name in ("main", "trunk", "evil")]


def test_a_branch_that_github_says_was_renamed_is_the_same_branch() -> None:
    world = watched()
    world.github.branches["newer"] = world.github.branches.pop("main")
    world.github.renamed["main"] = "newer"
    switch(world, "newer")
    (told,) = world.bulletins

    assert counts(world, "newer")
    assert BulletinKind.CONFIG_CHANGED is told.kind
    assert "is called newer now" in told.sentences[0]


def test_a_branch_made_after_the_old_one_was_deleted_is_no_renamed_one() -> None:
    world = watched()
    del world.github.branches["main"]
    switch(world, "evil")

    assert not counts(world, "evil")
    assert BulletinKind.BRANCH_CHANGED is world.bulletins[0].kind
    assert "cannot be compared" in " ".join(world.bulletins[0].sentences)


def test_webhooks_that_come_again_tell_nothing_again_and_start_no_day_anew() -> None:
    world = watched()
    switch(world, "trunk")
    world.wait(20 * HOUR)
    switch(world, "trunk")
    world.wait(4 * HOUR)

    assert counts(world, "trunk")
    assert 1 == len(world.bulletins)


def test_a_file_that_cannot_be_read_there_hides_nothing() -> None:
    world = watched()
    world.github.push(BROKEN)
    switch(world, "evil")
    early = counts(world, "evil")
    world.wait(DAY)

    assert [BulletinKind.BRANCH_CHANGED, BulletinKind.CONFIG_REFUSED] == [b.kind for b in world.bulletins]
    assert (False, True) == (early, counts(world, "evil"))


def test_what_its_own_config_loosens_waits_too() -> None:
    """Its file may name its own branch: that is no default branch yet."""
    world = watched()
    world.github.push(FILE + "    refs: [refs/heads/evil]\n    manual: true\n")
    switch(world, "evil")
    (publisher,) = world.publishers

    assert ((), None) == (publisher.refs, publisher.manual)
    assert BulletinKind.CONFIG_LOOSENS in [bulletin.kind for bulletin in world.bulletins]


def test_whether_a_commit_is_on_the_default_branch_is_asked_of_the_one_that_counts() -> None:
    """A tag on the new branch would else be on a reviewed one at once."""
    world = Vetting(default_branch="evil")
    world.git.branches["evil"] = evil = world.git.commit(world.tip, by="eve")
    world.tagged("v1.2.3", evil)
    with world.parts.ledger.writing() as book:
        stood = (Stood(NOON - DAY, FILE, branch="main"), Stood(NOON, FILE, branch="evil"))
        book.repositories.put_stood(REPOSITORY.id, stood)
    found = world.vetted(evil, "v1.2.3")

    assert found is not None
    assert (heads("main"), ()) == (found.asked, found.reachable_from)
