"""A run's workflow file is read from GitHub at the run's commit, with what it calls."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from app.github.installation import GitHub
from app.jobs import steps
from app.jobs.steps import publishing_of
from checks.base import Gone, Permanent, Temporary
from tests.verdict.cases import NOON, REPOSITORY, WORKFLOW
from verifier.discovery.publishing import Publishing
from verifier.model import Run, RunKey

SHA = "a" * 40
RUN = Run(RunKey(REPOSITORY.id, 1, 1), WORKFLOW, "push", SHA, NOON, NOON, "completed")
CALLS = b"jobs: {p: {steps: [{run: npm run release}, {run: make out}]}}"


class Files:
    """A GitHub that has these files at one commit; what stands there may be an exception to raise."""

    def __init__(self, **files: bytes | Exception) -> None:
        self.files = {path.replace("__", "/").replace("_", "."): held for path, held in files.items()}
        self.asked: list[str] = []

    def call(self, method: str, path: str) -> Any:
        assert path.startswith("/repos/alice/widget/contents/")
        name, _, commit = path.removeprefix("/repos/alice/widget/contents/").partition("?ref=")
        assert (method, commit) == ("GET", SHA)
        self.asked.append(name)
        held = self.files.get(name, Gone("404"))
        if isinstance(held, Exception):
            raise held
        return {"type": "file", "size": len(held), "content": base64.b64encode(held).decode()}

    def still_there(self, repository: object) -> None:
        pass


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    steps._kept.clear()
    yield
    steps._kept.clear()


def ask(files: Files, run: Run = RUN) -> Publishing | None:
    return publishing_of(cast(GitHub, files), REPOSITORY, run)


def workflow(held: bytes | Exception, **more: bytes | Exception) -> Files:
    return Files(**{WORKFLOW.replace("/", "__").replace(".yml", "_yml"): held}, **more)


def test_the_workflow_file_and_what_it_calls_are_read_at_the_runs_commit() -> None:
    files = workflow(CALLS, package_json=b'{"scripts": {"release": "npm publish"}}')

    answer = ask(files)

    assert answer is not None
    assert answer.types == {"npm"}
    assert files.asked[:2] == [WORKFLOW, "package.json"]


def test_a_workflow_file_that_is_not_there_or_not_readable_tells_nothing() -> None:
    assert ask(workflow(Gone("404"))) is None
    assert ask(workflow(Permanent("403"))) is None


def test_a_workflow_file_that_github_did_not_give_now_is_worth_another_try() -> None:
    with pytest.raises(Temporary):
        ask(workflow(Temporary("502")))


@pytest.mark.parametrize("trouble", [Temporary("502"), Permanent("too large"), Gone("404")])
def test_a_file_that_it_calls_and_that_cannot_be_read_fails_nothing(trouble: Exception) -> None:
    files = workflow(b"jobs: {p: {steps: [{run: npm run release}, {run: twine upload x}]}}", package_json=trouble)

    answer = ask(files)

    assert answer is not None
    assert answer.types == {"pypi"}


def test_an_answer_is_kept_unless_a_file_is_to_be_asked_for_again() -> None:
    whole, broken = workflow(CALLS), workflow(CALLS, package_json=Temporary("502"))

    assert ask(broken) is not ask(broken)
    assert broken.asked.count("package.json") == 2
    assert ask(whole) is ask(whole)
    assert whole.asked.count(WORKFLOW) == 1


def test_only_so_many_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_KEPT", 2)
    files = workflow(CALLS)

    for called in ("a", "b", "c"):
        ask(files, replace(RUN, called=(called,)))

    assert len(steps._kept) == 2


@pytest.mark.parametrize(
    "run",
    [
        replace(RUN, event="pull_request_target"),
        replace(RUN, workflow="dynamic/pages/pages-build-deployment"),
        replace(RUN, workflow=""),
    ],
)
def test_a_file_that_is_not_what_ran_is_not_asked_for(run: Run) -> None:
    files = workflow(CALLS)

    assert ask(files, run) is None
    assert files.asked == []
