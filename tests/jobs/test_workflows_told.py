"""A changed workflow file that publishes is told out of band, once, by what it was and what it is."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.jobs.telling.workflows_told import Push, tell
from checks.base import Gone, Permanent
from tests.jobs.parts import Parts
from tests.verdict.cases import NOON, REPOSITORY
from verifier.model import Bulletin, BulletinKind, Repository

BEFORE, AFTER = "b" * 40, "a" * 40
WORKFLOW = ".github/workflows/publish.yml"


@dataclass
class GitHub:
    """The one workflow file at two commits; an exception where it cannot be read."""

    texts: dict[str, str | Exception] = field(default_factory=dict)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if "/commits/" in path:
            return {"html_url": "https://github.example/alice/widget/commit/a"}
        assert f"/repos/alice/widget/contents/{WORKFLOW}?ref=" in path
        text = self.texts.get(path[-40:], Gone("404"))
        if isinstance(text, Exception):
            raise text
        return {"type": "file", "size": len(text), "content": base64.b64encode(text.encode()).decode()}

    def still_there(self, repository: Repository) -> None:
        return None


def told(*texts: str | Exception) -> list[Bulletin]:
    github = GitHub(dict(zip((BEFORE, AFTER), texts, strict=True)))
    parts = Parts(github=github)
    for _ in range(2):
        tell(parts.deps, github, REPOSITORY, Push(BEFORE, AFTER, "1", "mallory"))  # type: ignore[arg-type]  # a pretended GitHub
    with parts.ledger.reading() as book:
        return book.incidents.bulletins(NOON)


def test_it_is_told_once_with_who_pushed_it_and_the_commit() -> None:
    (bulletin,) = told("on: push", "on: pull_request_target")

    assert (BulletinKind.WORKFLOW_CHANGED, "mallory") == (bulletin.kind, bulletin.by)
    assert WORKFLOW in bulletin.sentences[0]
    assert bulletin.url.endswith("/commit/a")


def test_a_file_that_is_as_it_was_is_no_news() -> None:
    """A merge brings its own side's changes along, and a rewritten branch may hold the same files."""
    assert [] == told("on: push", "on: push")


@pytest.mark.parametrize("one", [Permanent("It is larger than 1048576 bytes."), Gone("404")], ids=["large", "gone"])
def test_a_file_that_cannot_be_read_on_one_side_counts_as_changed(one: Exception) -> None:
    assert 1 == len(told(one, "on: push"))
    assert 1 == len(told("on: push", one))


def test_the_same_commits_pushed_again_are_told_again_and_a_webhook_that_comes_twice_is_not() -> None:
    """There and back and there again: each push is one more time at which it could publish."""
    github = GitHub({BEFORE: "on: push", AFTER: "on: pull_request_target"})
    parts = Parts(github=github)
    for push in (there := Push(BEFORE, AFTER, "1", "m"), there, Push(AFTER, BEFORE, "2", "m"), replace(there, at="3")):
        tell(parts.deps, github, REPOSITORY, push)  # type: ignore[arg-type]  # a pretended GitHub
    with parts.ledger.reading() as book:
        assert 3 == len(book.incidents.bulletins(NOON))
