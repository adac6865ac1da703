"""What GitHub is asked about a commit, and what is made of its answers: ancestry, workflow files, makers, approvals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.github import source
from app.github.installation import clients
from app.github.source import MOST_BRANCHES, MOST_LOOKED_AT, Branch
from checks.base import Gone, Permanent, Temporary
from tests.github_api.examples import REPOSITORY
from tests.github_api.git import Git, sha
from tests.github_api.pretend import settings as app_settings
from verifier.model import Approval

PATH = ".github/workflows/publish.yml"


def line(git: Git, *texts: str, start: str = "") -> list[str]:
    """Commits one after the other, each with this text of the workflow file."""
    made: list[str] = []
    for text in texts:
        made.append(git.commit(*([made[-1]] if made else [start] if start else []), files={PATH: text}))
    return made


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 7), max_size=2, unique=True), min_size=1, max_size=8), st.data())
def test_a_branch_holds_its_tip_and_the_ancestors_of_it_and_nothing_else(parents: list[list[int]], data: Any) -> None:
    git = Git()
    made: list[str] = []
    for place, chosen in enumerate(parents):
        made.append(git.commit(*(made[parent] for parent in chosen if parent < place)))
    tip, commit = data.draw(st.sampled_from(made)), data.draw(st.sampled_from(made))

    assert (commit in git.ancestors(tip)) is source.holds(git.github, REPOSITORY, tip, commit)


def test_a_commit_of_unrelated_history_is_not_held_and_one_that_github_does_not_know_cannot_be_told() -> None:
    git = Git()
    tip, orphan = git.commit(), git.commit()

    assert source.holds(git.github, REPOSITORY, tip, orphan) is False
    assert source.holds(git.github, REPOSITORY, tip, sha("nowhere")) is None


@pytest.mark.parametrize("name", ["main", "HEAD", "v1.0.0", "refs/heads/main", "a...b", "--output=x", "\ud800"])
def test_only_the_id_of_a_commit_is_compared(name: str) -> None:
    """A tag may be called like the default branch: whoever can push a tag would otherwise choose what is compared."""
    git = Git()
    tip = git.commit()

    with pytest.raises(Permanent, match="not the id of a commit"):
        source.holds(git.github, REPOSITORY, tip, name)
    with pytest.raises(Permanent, match="not the id of a commit"):
        source.holds(git.github, REPOSITORY, name, tip)
    assert [] == git.requests


@pytest.mark.parametrize("name", ["main", "release/1.x", "feature/ä %2F@[:]"])
def test_a_branch_is_found_by_exactly_its_name(name: str) -> None:
    git = Git()
    git.branches = {name: git.commit()}
    git.protected = {name}

    assert Branch(name, git.branches[name], protected=True) == source.branch(git.github, REPOSITORY, name)
    assert source.branch(git.github, REPOSITORY, f"{name}x") is None


@pytest.mark.parametrize("name", ["feature/#12", "what?", "a\nb", "\ud800", "../x", ""])
def test_a_name_that_no_address_can_hold_is_not_asked_about(name: str) -> None:
    """Whoever may name a branch must not be able to make us ask for ever, or about something else."""
    git = Git()
    git.branches = {name: git.commit()}

    assert source.branch(git.github, REPOSITORY, name) is None
    with pytest.raises(Permanent, match="cannot be asked about"):
        source.blob_at(git.github, REPOSITORY, name, sha("x"))
    assert [] == git.requests


def test_a_branch_that_was_renamed_is_none_of_its_old_name() -> None:
    """GitHub leads from a renamed branch's old name to the new one."""
    git = Git()
    git.branches = {"evil": git.commit()}
    git._branch = lambda name: (200, git._shown("evil"))  # type: ignore[method-assign]

    assert source.branch(git.github, REPOSITORY, "release") is None


def test_branches_are_listed_up_to_a_bound_which_is_said_and_names_that_cannot_be_shown_are_left_out() -> None:
    git = Git()
    tip = git.commit()
    git.branches = {"main": tip, "1.x": tip, "zero\u200bwidth": tip}
    git.protected = {"main"}
    github = git.github

    found, complete = source.branches(github, REPOSITORY, protected=False)
    assert (["1.x", "main"], True) == ([b.name for b in found], complete)
    assert ((Branch("main", tip, protected=True),), True) == source.branches(github, REPOSITORY, protected=True)
    git.branches |= {f"b{n:04}": tip for n in range(MOST_BRANCHES)}
    found, complete = source.branches(github, REPOSITORY, protected=False)
    assert (MOST_BRANCHES, False) == (len(found), complete)


def test_the_blob_of_a_file_is_that_of_the_commit_and_empty_where_there_is_no_file() -> None:
    git = Git()
    first, second = line(git, "one", "two")

    assert sha("one") == source.blob_at(git.github, REPOSITORY, PATH, first)
    assert sha("two") == source.blob_at(git.github, REPOSITORY, PATH, second)
    assert "" == source.blob_at(git.github, REPOSITORY, "README.md", first)


def stood(git: Git, commit: str, tip: str) -> bool | None:
    blob = sha(git.commits[commit].files[PATH])
    return source.stood(git.github, REPOSITORY, PATH, blob, commit, tip)


def test_a_workflow_file_of_any_commit_of_the_default_branch_stood_there() -> None:
    """Cron, dispatch and re-runs of old commits are everyday life."""
    git = Git()
    commits = line(git, *(f"text {n}" for n in range(2 * MOST_LOOKED_AT)))

    assert {True} == {stood(git, commit, commits[-1]) for commit in commits}


def test_a_workflow_file_edited_on_a_branch_never_stood() -> None:
    git = Git()
    base, tip = line(git, "one", "two")
    (edited,) = line(git, "steal", start=base)

    assert stood(git, edited, tip) is False


def test_a_branch_that_left_the_workflow_file_alone_has_one_that_stood() -> None:
    git = Git()
    base, tip = line(git, "one", "two")

    assert stood(git, git.commit(base, files={"src.js": "x"}), tip) is True


def test_a_picked_or_squashed_edit_stood_though_it_is_another_commit() -> None:
    """Maintenance branches get their workflow changes picked from the default branch, and the other way round."""
    git = Git()
    (base,) = line(git, "one")
    (picked,) = line(git, "two", start=base)
    tip = line(git, "two", "three", start=base)[-1]

    assert stood(git, picked, tip) is True


def test_an_edit_that_its_own_pull_request_took_back_never_stood() -> None:
    """Hidden within a merged branch it is an ancestor of the default branch, and yet never was its workflow file."""
    git = Git()
    (base,) = line(git, "one")
    hidden, undone = line(git, "steal", "one", start=base)
    tip = git.commit(git.commit(base, files={"src.js": "x"}), undone)

    assert source.holds(git.github, REPOSITORY, tip, hidden)
    assert stood(git, hidden, tip) is False


def test_an_edit_that_a_merge_brought_stood() -> None:
    git = Git()
    (base,) = line(git, "one")
    (edit,) = line(git, "two", start=base)
    merge = git.commit(edit, git.commit(base, files={"src.js": "x"}))

    assert stood(git, edit, merge) is True
    assert stood(git, edit, git.commit(merge, files={PATH: "three"})) is True


def test_a_workflow_file_that_was_renamed_or_deleted_since_stood() -> None:
    git = Git()
    (old,) = line(git, "one")
    tip = git.commit(old, files={PATH: None, ".github/workflows/release.yml": "one"})

    assert stood(git, old, tip) is True


def test_a_log_that_is_too_long_to_read_all_cannot_tell() -> None:
    """Never is a big word: it is said only when everything was looked at."""
    git = Git()
    commits = line(git, *(f"text {n}" for n in range(MOST_LOOKED_AT + 1)))
    (edited,) = line(git, "steal", start=commits[0])

    assert stood(git, edited, commits[-1]) is None
    assert len(git.requests) <= 60


def test_a_commit_is_described_by_its_committer() -> None:
    git = Git()
    first = git.commit(by="ada")
    git.pulls = {first: [{"number": 9, "merged_at": "2026-01-01T00:00:00Z", "base": {"repo": {"id": 10}}}]}
    second = git.commit(first, by="eve", email="you@example.com", verified=False)

    found = source.commit(git.github, REPOSITORY, second)
    assert ("eve", "you@example.com", False, True, ()) == (
        found.committer,
        found.email,
        found.signed,
        found.first_time,
        found.pull_requests,
    )
    known = source.commit(git.github, REPOSITORY, git.commit(second, by="ada"))
    assert (True, False) == (known.signed, known.first_time)
    assert (9,) == source.commit(git.github, REPOSITORY, first).pull_requests


def test_what_github_committed_for_somebody_is_theirs() -> None:
    """A merge in the browser is committed by GitHub's own account, which has been here for ever."""
    git = Git()
    first = git.commit(by="ada", committer="web-flow")
    found = source.commit(git.github, REPOSITORY, git.commit(first, by="eve", committer="web-flow"))

    assert ("eve", True) == (found.committer, found.first_time)


def test_who_has_no_account_is_known_by_the_address() -> None:
    git = Git()
    first = git.commit(by="", email="bot@example.com")
    second = git.commit(first, by="", email="bot@example.com")
    stranger = git.commit(second, by="", email="you@example.com")

    assert source.commit(git.github, REPOSITORY, second).first_time is False
    found = source.commit(git.github, REPOSITORY, stranger)
    assert ("", "you@example.com", True) == (found.committer, found.email, found.first_time)


def test_whether_a_first_commit_is_somebodys_first_cannot_be_told_where_nothing_is_before_it() -> None:
    git = Git()

    assert source.commit(git.github, REPOSITORY, git.commit()).first_time is None


@pytest.mark.parametrize(
    "pull",
    [
        {"number": 3, "merged_at": None, "base": {"repo": {"id": 10}}},
        {"number": 3, "merged_at": "2026-01-01T00:00:00Z", "base": {"repo": {"id": 11}}},
        {"number": "3", "merged_at": "2026-01-01T00:00:00Z", "base": {"repo": {"id": 10}}},
        {"number": 3, "merged_at": "2026-01-01T00:00:00Z", "base": None},
    ],
    ids=["open", "elsewhere", "no number", "no base"],
)
def test_only_a_merged_pull_request_of_this_repository_counts(pull: dict[str, Any]) -> None:
    """A fork may merge a pull request of its own with the very same commit."""
    git = Git()
    made = git.commit()
    git.pulls = {made: [pull]}

    assert () == source.commit(git.github, REPOSITORY, made).pull_requests


def test_pull_requests_that_the_app_may_not_read_are_not_told_and_stop_nothing() -> None:
    git = Git(refuses={"/pulls": 403})
    made = git.commit()

    found = source.commit(git.github, REPOSITORY, made)
    assert (None, True) == (found.pull_requests, found.signed)


def test_a_commit_that_github_does_not_know_is_refused() -> None:
    git = Git()

    with pytest.raises(Permanent, match="No commit found"):
        source.commit(git.github, REPOSITORY, sha("nowhere"))


def test_approvals_name_the_environment_the_person_and_the_answer() -> None:
    git = Git()
    git.approvals = [
        {"environments": [{"name": "npm"}, {"name": "pypi"}], "state": "approved", "user": {"login": "ada"}},
        {"environments": [{"name": "npm"}], "state": "rejected", "user": None},
        {"environments": [{"name": "npm"}], "state": "pending", "user": {"login": "ada"}},
        {"environments": [{"name": "n\n"}, {}, None], "state": "approved", "user": {"login": "ada"}},
    ]
    expected = (
        Approval("npm", "ada", "approved"),
        Approval("pypi", "ada", "approved"),
        Approval("npm", "", "rejected"),
    )

    assert expected == source.approvals(git.github, REPOSITORY, 100)


def test_a_run_that_github_no_longer_has_has_no_approvals() -> None:
    assert () == source.approvals(Git(refuses={"/approvals": 404}).github, REPOSITORY, 100)


def test_a_github_that_does_not_answer_is_asked_again_and_never_taken_for_a_no() -> None:
    git = Git(refuses={"/repos/": 502})
    made = git.commit()
    github, other = git.github, sha("other")

    for ask in (
        lambda: source.branch(github, REPOSITORY, "main"),
        lambda: source.branches(github, REPOSITORY, protected=True),
        lambda: source.holds(github, REPOSITORY, made, other),
        lambda: source.stood(github, REPOSITORY, PATH, sha("x"), made, other),
        lambda: source.commit(github, REPOSITORY, made),
        lambda: source.approvals(github, REPOSITORY, 1),
    ):
        with pytest.raises(Temporary):
            ask()


KEYS = """name sha commit protected status type author committer login email verification verified parents number
merged_at base repo id environments state user"""
keys = st.sampled_from(KEYS.split())
words = st.sampled_from(["main", "file", "behind", "approved", "web-flow", sha("x"), "\ud800", "\u202e", "x" * 600, ""])
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 10) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None)
@given(anything, st.sampled_from([200, 200, 200, 403, 404, 409, 410, 422]))
def test_whatever_is_answered_is_read_or_refused(answer: Any, status: int) -> None:
    """Nothing but the two words for refusal comes out, and no answer makes a foreign name or an endless text ours."""
    raw = json.dumps(answer).encode()
    transport = httpx.MockTransport(
        lambda request: (
            httpx.Response(201, json={"token": "t", "expires_at": "2099-01-01T00:00:00Z"})
            if request.url.path.endswith("/access_tokens")
            else httpx.Response(status, content=raw, headers={"content-type": "application/json"})
        )
    )
    github = clients(app_settings(), transport)(1)
    x, y = sha("x"), sha("y")
    asks = (
        lambda: source.branch(github, REPOSITORY, "main"),
        lambda: source.branches(github, REPOSITORY, protected=False),
        lambda: source.holds(github, REPOSITORY, x, y),
        lambda: source.stood(github, REPOSITORY, PATH, x, x, y),
        lambda: source.commit(github, REPOSITORY, x),
        lambda: source.approvals(github, REPOSITORY, 1),
    )
    for ask in asks:
        try:
            found = repr(ask())
        except Permanent:
            continue
        assert found.isprintable()
        assert len(found) < 5000


def test_a_repository_whose_name_is_none_is_not_asked_about() -> None:
    git = Git()

    with pytest.raises(Permanent, match="not a repository's name"):
        source.branch(git.github, replace(REPOSITORY, full_name="../x"), "main")
    with pytest.raises(Gone):
        source.commit(Git(refuses={"/commits/": 404}).github, REPOSITORY, sha("x"))
