"""Whatever is pushed, a commit is held by exactly the branches it was put on, and comparing agrees with that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import stable
from sandbox.attempt import Made
from sandbox.source import Plan, Source, changes, entries, folder, tree_sha

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
BRANCHES = ("main", "next", "patch")
PUSHES = st.lists(st.tuples(st.sampled_from(BRANCHES), st.booleans()), max_size=12)
TREES = st.dictionaries(st.sampled_from(("a", "b/c", "b/d/e", "f/g")), st.binary(max_size=3))


def source(**plans: Plan) -> Source:
    made = Source("main", "octo", {stable.sha(name): plan for name, plan in plans.items()})
    made.begin("octo/lathe", {"a": b"1"}, BEGUN)
    return made


@given(PUSHES)
def test_a_push_stands_on_what_was_there_and_a_forced_one_in_its_place(pushes: list[tuple[str, bool]]) -> None:
    here = source()
    for number, (branch, forced) in enumerate(pushes):
        known = set(here.commits)
        before, after = here.push(branch, stable.sha("push", number), BEGUN + timedelta(number), forced=forced)
        assert here.heads[branch] == after
        assert here.holds(after, after)
        assert not before or here.holds(after, before) != forced
        assert known < set(here.commits)


@given(PUSHES)
def test_a_history_names_each_commit_once_and_children_before_parents(pushes: list[tuple[str, bool]]) -> None:
    here = source()
    for number, (branch, forced) in enumerate(pushes):
        here.push(branch, stable.sha("push", number), BEGUN, forced=forced)
    for head in here.heads.values():
        order = [commit.sha for commit in here.history(head)]
        assert len(order) == len(set(order))
        assert all(order.index(p) > order.index(sha) for sha in order for p in here.commits[sha].parents)


@pytest.mark.parametrize(
    ("made", "held"),
    [
        (Made(), {"main"}),
        (Made(branches=()), set()),
        (Made(orphan=True), set()),
        (Made(branches=("next",)), {"next"}),
        (Made(branches=("next", "main")), {"main", "next"}),
    ],
)
def test_a_commit_is_on_the_branches_that_its_plan_names(made: Made, held: set[str]) -> None:
    here = source(one=Plan("One", "mona", "main", made))
    here.push("next", stable.sha("before"), BEGUN, forced=False)
    here.need(stable.sha("one"), BEGUN)
    here.need(stable.sha("one"), BEGUN)

    assert held == {branch for branch, head in here.heads.items() if here.holds(head, stable.sha("one"))}
    assert (() == here.commits[stable.sha("one")].parents) == made.orphan


@given(TREES, TREES)
def test_changes_name_exactly_the_paths_that_differ(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    found = dict(changes(before, after))

    assert {path for path in {*before, *after} if before.get(path) != after.get(path)} == set(found)
    assert (tree_sha(before) == tree_sha(after)) == (not found)


@given(TREES)
def test_a_tree_is_its_entries(tree: dict[str, bytes]) -> None:
    again: dict[str, bytes] = {}
    for name, held in entries(tree):
        again |= {name: held} if isinstance(held, bytes) else {f"{name}/{path}": data for path, data in held.items()}

    assert tree == again
    assert folder(tree, "b") == {path[2:]: data for path, data in tree.items() if path.startswith("b/")}
