"""Vetting: what could not be asked, and how much is asked at most."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.github.source import MOST_BRANCHES, MOST_LOOKED_AT
from app.jobs.vet import MOST_COMPARED, MOST_NAMED
from checks.base import Permanent, Temporary
from tests.documents import document
from tests.github_api.git import sha
from tests.jobs.vetting import World, heads
from tests.verdict.cases import HOUR, NOON, REPOSITORY, WORKFLOW
from verifier.ledger.asking import VETTED
from verifier.model import (
    RunKey,
    Vetting,
)

USUAL, MOST = 6, 80
"""How many questions one vetting takes usually, and at most."""


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
    found = world.vetted(commit, data.draw(st.sampled_from([*names, "v1.0.0"])), status="completed")

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
