"""Vetting: where an approved run's commit and workflow file come from, told while it can still be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.jobs.vet import NOT_YET, vet
from tests.github_api.git import sha
from tests.jobs.vetting import World, heads
from tests.verdict.cases import HOUR, NOON, REPOSITORY, WORKFLOW, run
from verifier.model import (
    Approval,
    RunKey,
)

USUAL, MOST = 6, 80
"""How many questions one vetting takes usually, and at most."""


def test_a_run_on_the_default_branch_is_told_whole_in_a_few_questions() -> None:
    world = World()
    world.git.pulls = {
        world.tip: [{"number": 9, "merged_at": "2026-01-01T00:00:00Z", "base": {"repo": {"id": REPOSITORY.id}}}]
    }
    found = world.vetted(world.tip)

    assert found is not None
    assert (NOON, heads("main"), heads("main"), "") == (
        found.asked_at,
        found.asked,
        found.reachable_from,
        found.problem,
    )
    assert (sha("new"), True) == (found.workflow_blob, found.stood)
    assert found.commit is not None
    assert (world.tip, "ada", True, False, (9,)) == (
        found.commit.sha,
        found.commit.committer,
        found.commit.signed,
        found.commit.first_time,
        found.commit.pull_requests,
    )
    assert len(world.git.requests) <= USUAL


def test_a_tag_on_an_older_commit_of_the_default_branch_is_held_by_it() -> None:
    """Cron, dispatch and tags of old commits are no errors, and their workflow file stood."""
    world = World()
    world.tagged("v1.2.3", world.old)
    found = world.vetted(world.old, "v1.2.3")

    assert found is not None
    assert (heads("main"), heads("main"), sha("old"), True) == (
        found.asked,
        found.reachable_from,
        found.workflow_blob,
        found.stood,
    )
    assert len(world.git.requests) <= USUAL + 3


def test_a_workflow_dispatched_on_an_attackers_branch_is_on_none_that_may_publish_and_its_file_never_stood() -> None:
    """Nx: the publish workflow, edited on a branch of somebody with a stolen token."""
    world = World()
    world.git.branches["fix-docs"] = edited = world.git.commit(world.tip, by="eve", files={WORKFLOW: "steal"})
    found = world.vetted(edited, "fix-docs", event="workflow_dispatch")

    assert found is not None
    assert ((), False, "") == (found.reachable_from, found.stood, found.problem)
    assert heads("main") == found.asked
    assert (sha("steal"), True) == (found.workflow_blob, found.commit and found.commit.first_time)


def test_what_was_told_at_once_stays_told_when_the_branch_is_deleted_or_merged_later() -> None:
    """Whoever tidies up afterwards, or makes the branch look merged, changes nothing."""
    world = World()
    world.git.branches["fix-docs"] = edited = world.git.commit(world.tip, files={WORKFLOW: "steal"})
    first = world.vetted(edited, "fix-docs")
    world.git.branches = {"main": world.git.commit(edited)}
    world.parts.now += HOUR

    assert first == world.vetted(edited, "fix-docs")
    again = world.again(replace(run(), head_sha=edited, head_branch="fix-docs"))
    assert first == again
    assert not any("/compare/" in asked for asked in world.git.requests)


def test_a_tag_on_an_orphan_commit_is_on_no_branch() -> None:
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "new"})
    world.tagged("v9.9.9", orphan)
    found = world.vetted(orphan, "v9.9.9", status="completed")

    assert found is not None
    assert ((), "") == (found.reachable_from, found.problem)


def test_a_tag_that_was_pushed_before_its_branch_is_held_by_it_when_its_run_is_over() -> None:
    """`git push --tags; git push`: until the run is over nothing is held against it, and nothing clears it."""
    world = World()
    release = world.git.commit(world.tip, files={WORKFLOW: "newer"})
    world.tagged("v1.2.3", release)
    first = world.vetted(release, "v1.2.3")
    world.git.branches["main"] = release
    world.parts.now += HOUR

    assert first is not None
    assert ((), NOT_YET) == (first.reachable_from, first.problem)
    found = world.vetted(release, "v1.2.3", status="completed")
    assert found is not None
    assert (heads("main"), True, "") == (found.reachable_from, found.stood, found.problem)


def test_a_tag_counts_as_one_before_its_own_webhook_came() -> None:
    world = World()
    release = world.git.commit(world.tip)
    first = world.vetted(release, "v1.2.3")
    world.git.branches["main"] = release

    assert first is not None
    assert NOT_YET == first.problem
    found = world.vetted(release, "v1.2.3", status="completed")
    assert found is not None
    assert (heads("main"), "") == (found.reachable_from, found.problem)


def test_an_orphan_is_not_cleared_by_a_branch_called_like_a_version_that_is_made_while_its_run_goes_on() -> None:
    """Whoever can push can make `9.9`, but not `main` or a protected branch."""
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "steal"})
    world.tagged("v9.9.9", orphan)
    world.configured("refs/heads/next", "refs/heads/9.9")
    first = world.vetted(orphan, "v9.9.9")
    world.git.branches |= {"9.9": orphan, "next": orphan}
    found = world.vetted(orphan, "v9.9.9", status="completed")

    assert first is not None
    assert replace(first, problem="") == found


def test_a_tag_whose_protected_branch_is_pushed_after_it_is_held_by_that() -> None:
    world = World()
    fix = world.git.commit(world.old)
    world.tagged("v1.2.3", fix)
    world.vetted(fix, "v1.2.3")
    world.git.branches["stable"] = fix
    world.git.protected = {"stable"}
    found = world.vetted(fix, "v1.2.3", status="completed")

    assert found is not None
    assert (heads("stable"), "") == (found.reachable_from, found.problem)


def test_once_its_run_is_over_an_orphan_is_never_cleared_by_what_is_pushed_later() -> None:
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "steal"})
    world.tagged("v9.9.9", orphan)
    world.vetted(orphan, "v9.9.9")
    found = world.vetted(orphan, "v9.9.9", status="completed")
    world.git.branches["main"] = orphan
    again = replace(run(), head_sha=orphan, head_branch="v9.9.9", key=RunKey(REPOSITORY.id, 1, 2))

    assert found is not None
    assert ((), "") == (found.reachable_from, found.problem)
    assert found == world.again(again)


def test_a_rerun_that_began_while_its_first_attempt_waited_takes_over_the_answer_of_that() -> None:
    """It is asked once more when the first attempt is over, and not whenever somebody runs it again."""
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "steal"})
    world.tagged("v9.9.9", orphan)
    second = RunKey(REPOSITORY.id, 1, 2)
    world.vetted(orphan, "v9.9.9")
    waiting = world.vetted(orphan, "v9.9.9", key=second)
    over = world.vetted(orphan, "v9.9.9", status="completed")
    world.git.branches["main"] = orphan

    assert waiting is not None
    assert NOT_YET == waiting.problem
    assert over == world.vetted(orphan, "v9.9.9", key=second, status="completed")


def test_what_waits_is_no_answer_while_github_refuses_to_say_more() -> None:
    world = World()
    orphan = world.git.commit(world.tip)
    world.tagged("v1.2.3", orphan)
    world.vetted(orphan, "v1.2.3")
    world.git.refuses = {"/compare/": 403}
    found = world.vetted(orphan, "v1.2.3", status="completed")

    assert found is not None
    assert found.problem


def test_a_tag_called_like_the_default_branch_deceives_nobody() -> None:
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "new"})
    world.git.branches["evil"] = orphan
    world.tagged("main", orphan)
    found = world.vetted(orphan, "main")

    assert found is not None
    assert (heads("main"), ()) == (found.asked, found.reachable_from)


@pytest.mark.parametrize("protected", [True, False])
def test_a_tag_on_a_release_branch_that_is_never_merged_back_is_held_by_it(protected: bool) -> None:
    """`1.x` counts by its name, `stable` when GitHub protects it, any other branch not at all."""
    world = World()
    fix = world.git.commit(world.old, files={"src.js": "fixed"})
    name = "stable" if protected else "release/1.x"
    world.git.branches |= {name: world.git.commit(fix), "feature": fix}
    world.git.protected = {name} if protected else set()
    world.tagged("v1.2.3", fix)
    found = world.vetted(fix, "v1.2.3")

    assert found is not None
    assert (heads(name), sha("old"), True, "") == (
        found.reachable_from,
        found.workflow_blob,
        found.stood,
        found.problem,
    )


def test_a_run_on_a_branch_that_may_publish_is_held_by_it() -> None:
    world = World()
    fix = world.git.commit(world.old)
    world.git.branches |= {"1.x": fix, "next": fix}
    world.git.protected = {"next"}

    for name in ("1.x", "next"):
        found = world.vetted(fix, name, key=RunKey(REPOSITORY.id, len(name), 1))
        assert found is not None
        assert (heads("main", name), heads(name)) == (found.asked, found.reachable_from)


def test_branches_that_the_configuration_names_are_asked_and_the_others_no_longer_count_by_name() -> None:
    world = World()
    fix = world.git.commit(world.old)
    world.git.branches |= {"1.x": fix, "stable": fix, "canary/7": fix}
    world.configured("refs/tags/v*", "refs/heads/stable", "refs/heads/gone")
    found = world.vetted(fix, "1.x")
    assert found is not None
    assert (heads("main", "stable"), heads("stable")) == (found.asked, found.reachable_from)

    world.configured("refs/heads/canary/*")
    found = world.vetted(fix, "1.x", key=RunKey(REPOSITORY.id, 2, 1))
    assert found is not None
    assert heads("canary/7") == found.reachable_from


def test_the_default_branch_is_the_one_that_github_has_now() -> None:
    """A webhook of a renamed branch may get lost; the ledger learns it here."""
    world = World(default_branch="trunk", updated_at="2026-03-02T11:00:00Z")
    world.git.branches = {"trunk": world.tip}
    found = world.vetted(world.tip, "trunk")

    assert found is not None
    assert heads("trunk") == found.reachable_from
    with world.parts.ledger.reading() as book:
        known = book.repositories.get(REPOSITORY.id)
    assert known is not None
    assert "trunk" == known.default_branch


def test_a_fork_is_not_asked_about() -> None:
    """A stranger opens pull requests as often as he likes; his commits are not the repository's."""
    world = World()

    assert world.vetted(world.tip, head_repository_id=8) is None
    assert world.vetted(world.tip, head_repository_id=None, key=RunKey(REPOSITORY.id, 2, 1)) is None
    assert [] == world.git.requests


def test_a_run_that_is_not_known_is_not_asked_about() -> None:
    world = World()
    vet(world.parts.deps, world.git.github, REPOSITORY, RunKey(REPOSITORY.id, 404, 1))

    assert [] == world.git.requests


APPROVED = [{"environments": [{"name": "npm"}], "state": "approved", "user": {"login": "bob"}}]


def test_who_approved_it_is_asked_when_it_is_over_and_nothing_else_is() -> None:
    world = World()
    first = world.vetted(world.tip)
    assert first is not None
    assert not any("/approvals" in asked for asked in world.git.requests)
    world.git.approvals = APPROVED
    world.parts.now += HOUR
    second = world.again(replace(run(), head_sha=world.tip, head_branch="main"))

    assert replace(first, approvals=(Approval("npm", "bob", "approved"),)) == second
    assert 2 == len(world.git.requests)


def test_approvals_that_may_not_be_read_leave_what_is_known() -> None:
    world = World()
    first = world.vetted(world.tip)
    world.git.refuses = {"/approvals": 403}

    assert first == world.again(replace(run(), head_sha=world.tip, head_branch="main"))


def test_a_rerun_is_told_what_its_first_attempt_was() -> None:
    """It runs on the same commit, whose branch may be merged and gone by then."""
    world = World()
    world.git.branches["1.x"] = fix = world.git.commit(world.old)
    first = world.vetted(fix, "1.x")
    del world.git.branches["1.x"]
    world.parts.now += HOUR

    assert first == world.vetted(fix, "1.x", key=RunKey(REPOSITORY.id, 1, 2))
    other = world.vetted(world.tip, "1.x", key=RunKey(REPOSITORY.id, 1, 3))
    assert other is not None
    assert other.asked_at == world.parts.now
