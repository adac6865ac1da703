"""Vetting: where an approved run's commit and workflow file come from, told while it can still be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.github_source import MOST_BRANCHES, MOST_LOOKED_AT
from app.jobs.vet import MOST_COMPARED, MOST_NAMED, vet
from checks.base import Permanent, Temporary
from tests.documents import document
from tests.github_api.git import Git, sha
from tests.github_api.pretend import repository_json
from tests.jobs.parts import Parts
from tests.registries.documents import SCOPED
from tests.verdict.cases import HOUR, NOON, REPOSITORY, WORKFLOW, run
from verifier.ledger.apply import VETTED
from verifier.model import (
    Approval,
    Publisher,
    PublishersSet,
    Ref,
    RefSeen,
    Run,
    RunKey,
    RunSeen,
    Vetting,
)

USUAL, MOST = 6, 80
"""How many questions one vetting takes usually, and at most."""


class World:
    """A repository on GitHub whose publish workflow was edited once, and a monitor that watches it."""

    def __init__(self, **changes: Any) -> None:
        self.git = Git(repository_json(REPOSITORY.id, REPOSITORY.full_name, **changes))
        self.old = self.git.commit(files={WORKFLOW: "old"})
        self.tip = self.git.commit(self.old, files={WORKFLOW: "new"})
        self.git.branches = {"main": self.tip}
        self.parts = Parts(now=NOON, github=self.git.github)

    def vetted(self, commit: str, branch: str = "main", **changes: Any) -> Vetting | None:
        """What is kept of a run on this commit after it was vetted."""
        made = replace(run(), head_sha=commit, head_branch=branch, status="in_progress", conclusion=None)
        return self.again(replace(made, **changes))

    def again(self, made: Run) -> Vetting | None:
        with self.parts.ledger.writing() as book:
            book.record(RunSeen(made), self.parts.now)
        self.git.requests.clear()
        vet(self.parts.deps, self.git.github, REPOSITORY, made.key)
        with self.parts.ledger.reading() as book:
            found = book.runs.get(made.key)
        assert found is not None
        return found.vetting

    def configured(self, *refs: str) -> None:
        publisher = Publisher(SCOPED, REPOSITORY.id, REPOSITORY.owner_id, (WORKFLOW,), refs=refs)
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), self.parts.now)

    def tagged(self, name: str, commit: str) -> None:
        with self.parts.ledger.writing() as book:
            book.record(RefSeen(Ref(REPOSITORY.id, name, commit, NOON)), self.parts.now)


def heads(*names: str) -> tuple[str, ...]:
    return tuple(f"refs/heads/{name}" for name in names)


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
    found = world.vetted(orphan, "v9.9.9")

    assert found is not None
    assert ((), "") == (found.reachable_from, found.problem)


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


@pytest.mark.parametrize(
    ("refused", "status", "lost"),
    [
        ("/compare/", 404, {"reachable_from"}),
        ("/branches/main", 404, {"asked", "reachable_from", "stood"}),
        ("/contents/", 403, {"workflow_blob", "stood"}),
        (f"/commits/{sha('commit 0')}?", 422, {"commit"}),
    ],
)
def test_what_could_not_be_asked_is_said_and_stops_none_of_the_others(
    refused: str, status: int, lost: set[str]
) -> None:
    world = World()
    whole = world.vetted(world.old, key=RunKey(REPOSITORY.id, 2, 1))
    world.git.refuses = {refused: status}
    broken = world.vetted(world.old)

    assert whole is not None
    assert broken is not None
    assert broken.problem.isprintable()
    assert broken.problem
    fields = ("asked", "reachable_from", "workflow_blob", "stood", "commit")
    assert lost == {name for name in fields if getattr(whole, name) != getattr(broken, name)}
    assert {name: getattr(Vetting(NOON), name) for name in lost - {"asked"}} == {
        name: getattr(broken, name) for name in lost - {"asked"}
    }
    world.git.refuses = {}
    world.parts.now += HOUR
    assert replace(whole, asked_at=world.parts.now) == world.vetted(world.old)


def test_a_commit_that_github_does_not_know_is_never_said_to_be_on_no_branch() -> None:
    found = World().vetted(sha("nowhere"))

    assert found is not None
    assert "does not know commit" in found.problem
    found = World().vetted("main")
    assert found is not None
    assert "not the id of a commit" in found.problem


def test_more_branches_than_can_be_asked_about_are_a_problem_and_no_answer() -> None:
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "new"})
    world.git.branches |= {f"{n}.x": world.tip for n in range(MOST_COMPARED + 1)}
    found = world.vetted(orphan, "fix")

    assert found is not None
    assert ((), MOST_COMPARED + 1) == (found.reachable_from, len(found.asked))
    assert "more branches" in found.problem


def test_branches_that_were_not_all_listed_are_a_problem_and_no_answer() -> None:
    world = World()
    orphan = world.git.commit(files={WORKFLOW: "new"})
    world.git.branches |= {f"feature{n}": world.tip for n in range(MOST_BRANCHES)}
    found = world.vetted(orphan, "fix")

    assert found is not None
    assert "more branches" in found.problem


def test_a_release_ran_on_a_tag_whatever_branch_is_called_like_it() -> None:
    world = World()
    world.git.branches["1.x"] = world.tip
    found = world.vetted(world.tip, "1.x", event="release")

    assert found is not None
    assert heads("main") == found.asked


def test_a_github_that_does_not_answer_leaves_nothing_half_told() -> None:
    world = World()
    for part in ("/repositories/", "/branches/", "/compare/", "/contents/", "/commits/"):
        world.git.refuses = {part: 502}
        with pytest.raises(Temporary):
            world.vetted(world.old)
    with world.parts.ledger.reading() as book:
        known = book.runs.get(RunKey(REPOSITORY.id, 1, 1))
    assert known is not None
    assert known.vetting is None


def test_a_repository_that_github_does_not_show_is_refused() -> None:
    world = World()
    world.git.refuses = {"/repositories/": 404}

    with pytest.raises(Permanent, match="no longer shows"):
        world.vetted(world.tip)


def test_the_worst_run_takes_a_bounded_number_of_questions() -> None:
    """Whoever can push may make us ask much, never without end."""
    world = World()
    tip, orphan = world.tip, world.git.commit(files={WORKFLOW: "steal"})
    for n in range(400):
        tip = world.git.commit(tip, files={WORKFLOW: f"edit {n}"})
    named = [f"named{n}" for n in range(MOST_NAMED + 3)]
    many = {f"b{n:04}": tip for n in range(600)} | {f"{n}.x": tip for n in range(100)}
    world.git.branches = {"main": tip, "own": world.tip, **dict.fromkeys(named, tip), **many}
    world.git.protected = {"own", *many}
    world.configured(*heads(*named))
    found = world.vetted(orphan, "own", status="completed")

    assert found is not None
    assert ((), None) == (found.reachable_from, found.stood)
    assert len(world.git.requests) <= MOST


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_branch_is_named_only_when_it_holds_the_commit_and_a_file_only_when_it_stood(data: Any) -> None:
    """Whatever the history: what is said is so, and where nothing is a problem and nothing named, none holds it."""
    world = World()
    made = [world.old, world.tip]
    for _ in range(data.draw(st.integers(0, 6))):
        parents = data.draw(st.lists(st.sampled_from(made), max_size=2, unique=True))
        text = data.draw(st.sampled_from([None, "old", "new", "steal"]))
        made.append(world.git.commit(*parents, files={WORKFLOW: text} if text else {}))
    names = ["main", "1.x", "stable", "feature"]
    world.git.branches |= {name: data.draw(st.sampled_from(made)) for name in names}
    world.git.protected = {"stable"}
    commit = data.draw(st.sampled_from(made))
    found = world.vetted(commit, data.draw(st.sampled_from([*names, "v1.0.0"])))

    assert found is not None
    assert "" == found.problem
    holding = {name for name in names if commit in world.git.ancestors(world.git.branches[name])}
    assert set(found.reachable_from) <= set(heads(*holding - {"feature"}))
    assert bool(found.reachable_from) == bool(holding - {"feature"})
    stood = {world.git.commits[one].files.get(WORKFLOW) for one in world.git.ancestors(world.git.branches["main"])}
    text = world.git.commits[commit].files.get(WORKFLOW)
    assert (sha(text) if text else "") == found.workflow_blob
    if text and text not in stood:
        assert found.stood is False
    if text and text == world.git.commits[world.git.branches["main"]].files.get(WORKFLOW):
        assert found.stood is True


def test_the_numbers_in_the_documents_are_those_of_the_code() -> None:
    told, decided = document("docs/vetting.md"), document("docs/decisions/0010-vetting.md")

    assert f"more than {MOST_LOOKED_AT} edits" in " ".join(told.split())
    assert f"more than {VETTED.days} days" in " ".join(decided.split())
    assert f"below {MOST}." in " ".join(decided.split())
