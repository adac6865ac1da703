"""Discovery on installation: what is clear is enrolled, the rest is asked in one check run, and nothing is lost."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.deeds.claims import DISCOVERY
from app.deps import Fetch
from app.jobs.discover import discover, heard_of
from checks.base import Gone, Permanent, Temporary
from handlers.record import discover_task
from tests.evidence.packed import git_id
from tests.github_api.validate import problem
from tests.jobs.parts import Parts
from tests.registries.documents import NPM
from tests.verdict.cases import NOON, REPOSITORY, run
from verifier.discovery.documents import BYTES
from verifier.model import (
    Artifact,
    LogClaim,
    LogState,
    Proposal,
    Publisher,
    PublishersSet,
    Repository,
    RepositorySeen,
    RunKey,
)
from verifier.registries.base import Absent, Ask, Page, Unreadable

WORKFLOW = ".github/workflows/publish.yml"
CORE, EXTRA = Artifact("pkg:npm/%40n13/core"), Artifact("pkg:npm/%40n13/extra")
HEAD = "a" * 40
YAML = "on: push\njobs:\n  p:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm publish -w core -w extra\n"
MONOREPO = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}',
    "packages/core/package.json": '{"name": "@n13/core"}',
    "packages/extra/package.json": '{"name": "@n13/extra"}',
    WORKFLOW: YAML,
}


@dataclass
class GitHub:
    """One repository's files and check runs; what is asked must be allowed by GitHub's own description."""

    files: dict[str, str]
    head: str = HEAD
    refusal: Exception | None = None
    names: dict[str, Repository] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def head_sha(self, repository: Repository) -> str:
        return self.head

    def named(self, full_name: str) -> Repository | None:
        return self.names.get(full_name)

    def still_there(self, repository: Repository) -> None:
        return None

    def ours(self, app: Any) -> bool:
        return bool(app == {"id": 7})

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        assert "" == problem(httpx.Request(method, f"https://api.github.com{path}", json=body))
        assert path.startswith("/repos/alice/widget/")
        ids = {name: git_id(text.encode()) for name, text in self.files.items()}
        if f"/git/trees/{self.head}" in path:
            kept = [{"path": p, "type": "blob", "sha": s, "size": len(self.files[p])} for p, s in ids.items()]
            return {"tree": kept, "truncated": False}
        if "/git/blobs/" in path:
            name = next(name for name, sha in ids.items() if path.endswith(sha))
            self.fetched.append(name)
            return {"content": base64.b64encode(self.files[name].encode()).decode()}
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(method)
        if method == "POST":
            self.checks.append(
                {"id": len(self.checks) + 1, "app": {"id": 7}, "html_url": "https://x.example", **(body or {})}
            )
            return self.checks[-1]
        held = next((check for check in self.checks if path.endswith(f"/{check['id']}")), None)
        if held is None:
            raise Gone("404")
        held |= body or {}
        return held

    def list(self, path: str, limit: int = 500) -> list[Any]:
        return [check for check in self.checks if f"/commits/{check['head_sha']}/check-runs" in path]

    @property
    def said(self) -> str:
        """Everything that the newest check run shows."""
        return json.dumps(self.checks[-1]["output"], ensure_ascii=False)


@dataclass
class Registry:
    """Says of a package what its publisher wrote, or does not answer."""

    repositories: dict[str, str] = field(default_factory=dict)
    problem: str = ""

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        if self.problem:
            return Unreadable(ask.url, self.problem)
        name = ask.url.removeprefix(f"{NPM}/").replace("%2f", "/")
        if name not in self.repositories:
            return Absent(ask.url)
        document = {"name": name, "versions": {}, "time": {}, "repository": {"url": self.repositories[name]}}
        return Page(ask.url, 200, json.dumps(document).encode())


OURS = "git+https://github.com/Alice/Widget.git"
BOTH = Registry({"@n13/core": OURS, "@n13/extra": OURS})


@pytest.fixture
def parts() -> Parts:
    """A monitor that knows the repository and watches nothing."""
    parts = Parts()
    with parts.ledger.writing() as book:
        book.record(RepositorySeen(REPOSITORY), NOON)
        book.record(PublishersSet(REPOSITORY.id, "server", ()), NOON)
    return parts


def look(parts: Parts, github: GitHub, registry: Fetch = BOTH) -> None:
    discover(replace(parts.deps, fetch=registry), github, REPOSITORY)  # type: ignore[arg-type]


def enrolled(parts: Parts) -> dict[Artifact, tuple[str, ...]]:
    with parts.ledger.reading() as book:
        return {p.artifact: p.workflows for p in book.repositories.publishers_from(REPOSITORY.id, DISCOVERY)}


def proposals(parts: Parts) -> tuple[Proposal, ...]:
    with parts.ledger.reading() as book:
        return book.repositories.proposals(REPOSITORY.id)


def test_siblings_of_a_workspace_are_enrolled_and_watched_without_a_word_from_anybody(parts):
    """Trap N13: a worm publishes the sibling that nobody enrolled."""
    look(parts, github := GitHub(MONOREPO))

    assert {CORE: (WORKFLOW,), EXTRA: (WORKFLOW,)} == enrolled(parts)
    with parts.ledger.reading() as book:
        assert {CORE, EXTRA} <= {watch.artifact for watch in book.versions.watches()}
        assert f"list/{REPOSITORY.id}" in {task.key for task in book.work.all("inspect")}
    assert "poll" in parts.woken
    assert "2 packages are watched" in github.said
    assert "the registry agrees" in github.said
    assert "success" == github.checks[-1]["conclusion"]
    assert HEAD == github.checks[-1]["head_sha"]


def test_what_the_registry_gives_to_another_repository_is_asked_with_the_lines_that_settle_it(parts):
    look(parts, github := GitHub(MONOREPO), Registry({"@n13/core": OURS, "@n13/extra": "github:mallory/extra"}))

    assert {CORE: (WORKFLOW,)} == enrolled(parts)
    assert "neutral" == github.checks[-1]["conclusion"]
    assert "mallory/extra" in github.said
    assert "purl: pkg:npm/%40n13/extra" in github.said
    assert "workflows: [publish.yml]" in github.said


def test_a_manifest_that_is_too_large_is_not_even_fetched_and_that_is_said(parts):
    look(parts, github := GitHub(MONOREPO | {"packages/core/package.json": " " * (BYTES + 1)}))

    assert [EXTRA] == list(enrolled(parts))
    assert "packages/core/package.json" not in github.fetched
    assert "packages/core/package.json could not be read" in github.said.replace("\\", "")


def test_a_file_that_did_not_change_is_not_fetched_again_at_the_next_push(parts):
    files = {**MONOREPO, "packages/core/package.json": '{"name": "@n13/core", "version": "7.7.7"}'}
    look(parts, first := GitHub(files))
    changed = {**files, "packages/core/package.json": '{"name": "@n13/core", "version": "7.7.8"}'}
    look(parts, second := GitHub(changed, head="b" * 40))

    assert "packages/core/package.json" in first.fetched
    assert ["packages/core/package.json"] == second.fetched
    assert {CORE, EXTRA} == set(enrolled(parts))


def test_an_older_name_of_the_repository_is_the_repository(parts):
    github = GitHub(MONOREPO, names={"old/name": REPOSITORY, "else/where": replace(REPOSITORY, id=99)})
    look(parts, github, Registry({"@n13/core": "old/name", "@n13/extra": "else/where"}))

    assert [CORE] == list(enrolled(parts))


def test_what_the_config_file_names_is_left_to_it_and_its_siblings_are_enrolled(parts):
    configured = Publisher(CORE, REPOSITORY.id, REPOSITORY.owner_id, ("x.yml",))
    with parts.ledger.writing() as book:
        book.record(PublishersSet(REPOSITORY.id, "config", (configured,)), NOON)
    look(parts, GitHub(MONOREPO))

    assert [EXTRA] == list(enrolled(parts))


def test_what_another_repository_publishes_here_is_asked_about(parts):
    with parts.ledger.writing() as book:
        book.record(PublishersSet(99, "config", (Publisher(CORE, 99, 9, ("x.yml",)),)), NOON)
    look(parts, github := GitHub(MONOREPO))

    assert [EXTRA] == list(enrolled(parts))
    assert "Another repository publishes it" in github.said


def test_a_registry_that_does_not_answer_enrols_nothing_and_drops_nothing(parts):
    look(parts, GitHub(MONOREPO), Registry(problem="It timed out."))
    assert {} == enrolled(parts)

    look(parts, github := GitHub(MONOREPO))
    look(parts, github, Registry(problem="It timed out."))
    assert {CORE, EXTRA} == set(enrolled(parts))


def test_a_github_that_does_not_answer_is_tried_again_and_changes_nothing(parts):
    look(parts, github := GitHub(MONOREPO))
    before = proposals(parts)

    class Silent(GitHub):
        def call(self, method, path, body=None):
            raise Temporary("busy")

    with pytest.raises(Temporary):
        look(parts, Silent(MONOREPO))
    assert before == proposals(parts)
    assert 1 == len(github.checks)


def test_a_workflow_file_pushed_later_is_not_approved_by_being_there(parts):
    look(parts, GitHub(MONOREPO))
    look(parts, github := GitHub(MONOREPO | {".github/workflows/evil.yml": YAML}, head="b" * 40))

    assert {CORE: (WORKFLOW,), EXTRA: (WORKFLOW,)} == enrolled(parts)
    assert "evil.yml came later" in github.said


def test_taking_manifests_away_does_not_end_the_watch(parts):
    look(parts, GitHub(MONOREPO))
    look(parts, GitHub({"README.md": ""}, head="b" * 40))

    assert {CORE, EXTRA} == set(enrolled(parts))


def test_the_same_text_is_said_once_and_another_one_on_the_commit_that_is_newest_then(parts):
    look(parts, github := GitHub(MONOREPO))
    look(parts, github)
    github.head = "b" * 40
    look(parts, github)
    assert ["POST"] == github.sent

    look(parts, github, replace(BOTH, repositories={"@n13/core": OURS}))
    assert ["POST", "POST"] == github.sent
    look(parts, github)
    assert ["POST", "POST", "PATCH"] == github.sent
    assert [HEAD, "b" * 40] == [check["head_sha"] for check in github.checks]


def test_a_check_run_that_a_crash_left_behind_is_taken_over_and_a_deleted_one_is_made_anew(parts):
    github = GitHub(MONOREPO)
    github.checks = [
        {"id": 1, "app": {"id": 7}, "external_id": f"setup/{REPOSITORY.id}", "head_sha": HEAD, "output": {}}
    ]
    look(parts, github)
    assert ["PATCH"] == github.sent

    github.checks.clear()
    look(parts, github, replace(BOTH, repositories={"@n13/core": OURS}))
    assert ["PATCH", "PATCH", "POST"] == github.sent


def test_where_nothing_is_published_nothing_is_said(parts):
    look(parts, github := GitHub({"README.md": "", "package.json": '{"private": true}'}))

    assert [] == github.checks
    assert () == proposals(parts)


def test_a_check_run_that_github_refuses_stands_on_the_health_page_and_the_watch_begins(parts):
    look(parts, GitHub(MONOREPO, refusal=Permanent("no permission")))

    assert "no permission" in parts.problems()[f"setup {REPOSITORY.id}"]
    assert {CORE, EXTRA} == set(enrolled(parts))
    look(parts, GitHub(MONOREPO))
    assert {} == parts.problems()


def test_what_is_wrong_with_the_config_file_is_said_there_too(parts):
    with parts.ledger.writing() as book:
        book.health.report(f"config {REPOSITORY.id}", "line 3: workflow is not a key", NOON)
        book.health.report("config 99", "somebody else's", NOON)
    look(parts, github := GitHub(MONOREPO))

    assert "line 3: workflow is not a key" in github.said
    assert "somebody" not in github.said
    assert "neutral" == github.checks[-1]["conclusion"]


def logged(**changes: Any):
    claims = (LogClaim("npm", "@n13/core", "1.0.0"), LogClaim("npm", "@n13/hidden", "1.0.0"))
    return run(workflow=WORKFLOW, log=LogState.READ, claims=claims, **changes)


def test_a_package_that_an_approved_runs_log_names_is_looked_up_and_enrolled(parts):
    look(parts, GitHub(MONOREPO))
    with parts.ledger.writing() as book:
        heard_of(book, logged(), NOON)
        assert discover_task(REPOSITORY.id) in {task.key for task in book.work.all("inspect")}
    look(parts, GitHub(MONOREPO), Registry({**BOTH.repositories, "@n13/hidden": OURS}))

    assert (WORKFLOW,) == enrolled(parts)[Artifact("pkg:npm/%40n13/hidden")]


def test_a_package_whose_manifest_tells_no_workflow_is_enrolled_by_the_log_of_the_run_that_published_it(parts):
    """And it is said once: the next run that publishes it makes nobody look again."""
    hidden = {**MONOREPO, "stray/package.json": '{"name": "@n13/hidden"}'}
    registry = Registry({**BOTH.repositories, "@n13/hidden": "github:mallory/extra"})
    look(parts, GitHub(hidden), registry)
    assert Artifact("pkg:npm/%40n13/hidden").purl not in {p.purl for p in proposals(parts)}
    for number in (1, 2):
        with parts.ledger.writing() as book:
            heard_of(book, logged(key=RunKey(REPOSITORY.id, number, 1)), NOON)
            wanted = [t.key for t in book.work.claim("inspect", 99, NOON, timedelta(hours=1)) if "discover" in t.key]
        assert ([discover_task(REPOSITORY.id)] if number == 1 else []) == wanted
        look(parts, GitHub(hidden), registry)
    assert "mallory/extra" in next(p.question for p in proposals(parts) if p.purl.endswith("hidden"))

    look(parts, GitHub(hidden), Registry({**BOTH.repositories, "@n13/hidden": OURS}))
    assert (WORKFLOW,) == enrolled(parts)[Artifact("pkg:npm/%40n13/hidden")]


@pytest.mark.parametrize("changes", [{"head_repository_id": 99}, {"workflow": ".github/workflows/other.yml"}])
def test_a_run_that_is_not_approved_proposes_nothing(parts, changes):
    look(parts, GitHub(MONOREPO))
    before = proposals(parts)
    with parts.ledger.writing() as book:
        heard_of(book, replace(logged(), **changes), NOON)

    assert before == proposals(parts)
