"""`artifact-monitor discover`: a folder offline, a repository through the App; nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from tests.jobs.parts import Parts
from tests.jobs.test_discover import BOTH, MONOREPO, GitHub
from tests.registries.documents import NPM
from tests.verdict.cases import REPOSITORY


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Registries that nobody answers for, and an App that is not configured."""
    for name in ("DATABASE_URL", "REDIS_URL", "GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NPM_REGISTRY", "http://127.0.0.1:1")
    monkeypatch.setenv("PYPI_INDEX", "http://127.0.0.1:1/simple/")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone of the monorepo."""
    for path, text in MONOREPO.items():
        place = tmp_path / "clone" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path / "clone"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["discover", *arguments])


def test_a_folder_is_looked_at_offline_and_nothing_is_written(folder, tmp_path):
    result = run(str(folder))

    assert 0 == result.exit_code, result.output
    assert "pkg:npm/%40n13/core" in result.output
    assert "packages/core/package.json" in result.output
    assert "The registries were not asked; `--check` asks them." in result.output
    assert "workflows: [publish.yml]" in result.output
    assert not (tmp_path / "data").exists()


CORE = "version: 1\nartifacts: [{purl: pkg:npm/%40n13/core, workflows: [publish.yml]}]\n"


def configure(folder: Path, text: str) -> None:
    (folder / ".github/artifact-monitor.yml").write_text(text)


def test_what_the_folders_own_file_settles_is_marked_and_not_asked_again(folder):
    configure(folder, CORE)

    said = run(str(folder)).output

    (row,) = [line for line in said.splitlines() if line.startswith("pkg:npm/%40n13/core ")]
    assert row.endswith("configured")
    assert "found 1, clear 0, configured 1;" in said
    _, lines = said.split("To add to .github/artifact-monitor.yml, to its artifacts:")
    assert "pkg:npm/%40n13/extra" in lines
    assert "pkg:npm/%40n13/core" not in lines
    artifacts = json.loads(run(str(folder), "--json").output)["artifacts"]
    assert [("pkg:npm/%40n13/core", True), ("pkg:npm/%40n13/extra", False)] == [
        (artifact["purl"], artifact["configured"]) for artifact in artifacts
    ]


def test_a_workflow_that_pushes_images_without_a_name_is_settled_by_the_image_that_names_it(folder):
    (folder / ".github/workflows/images.yml").write_text(
        "on: push\njobs: {push: {runs-on: x, steps: [{run: 'docker push \"$IMAGE\"'}]}}\n"
    )
    assert "images.yml pushes images" in run(str(folder)).output

    configure(folder, "version: 1\nartifacts: [{purl: pkg:docker/n13/app, workflows: [images.yml]}]\n")
    assert "images.yml pushes images" not in run(str(folder)).output


def test_the_folders_own_file_is_refused_as_the_monitor_would_refuse_it(folder):
    configure(folder, CORE.replace("workflows", "workflow"))

    result = run(str(folder))

    assert 1 == result.exit_code
    assert ".github/artifact-monitor.yml: line 2: 'workflow' is not a key" in result.output
    assert "pkg:npm/%40n13/extra" not in result.output


def test_json_holds_everything_that_the_table_shows(folder):
    found = json.loads(run(str(folder), "--json").output)

    assert ["pkg:npm/%40n13/core", "pkg:npm/%40n13/extra"] == [a["purl"] for a in found["artifacts"]]
    assert {"unasked"} == {a["registry"] for a in found["artifacts"]}
    assert [{"path": ".github/workflows/publish.yml", "types": ["npm"], "events": ["push"]}] == found["workflows"]
    assert [{"found_in": "package.json", "reason": "it is private"}] == found["left_out"]
    assert found["config"].startswith("version: 1\nworkflows: [publish.yml]\n")


def test_links_out_of_the_folder_are_not_followed(folder, tmp_path):
    (tmp_path / "secret.json").write_text('{"name": "secret"}')
    (folder / "packages/core/package.json").unlink()
    (folder / "packages/core/package.json").symlink_to(tmp_path / "secret.json")

    assert "secret" not in run(str(folder)).output


def test_checking_a_folder_needs_to_know_whose_clone_it_is(folder):
    assert "no origin on GitHub" in run(str(folder), "--check").output

    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:n13/mono.git\n'
    )
    result = run(str(folder), "--check")
    assert 0 == result.exit_code, result.output
    assert "n13/mono" in result.output
    assert "The registry could not be asked" in result.output


@pytest.mark.parametrize("target", ["./nosuchdir", "../no/such", "/nonexist", "~/nonexist"])
def test_a_path_that_is_no_folder_is_never_asked_for_at_github(target):
    result = run(target)

    assert 2 == result.exit_code
    assert "there is no such folder" in result.output
    assert "GITHUB" not in result.output


def test_a_file_is_no_folder(folder):
    assert "there is no such folder" in run(str(folder / "package.json")).output


def test_why_manifests_are_left_out_is_told_by_reason(folder):
    for name in ("core", "extra"):
        (folder / "packages" / name / "package.json").write_text("{ broken")

    said = run(str(folder)).output

    assert "packages/core/package.json and 1 more: it is not a JSON object" in said
    assert "package.json: it is private" in said


def test_where_nothing_was_found_offline_the_registries_can_be_asked(folder):
    (folder / ".github/workflows/publish.yml").unlink()

    said = run(str(folder)).output

    assert "found 0" in said
    assert "--check asks them" in said


@pytest.mark.parametrize("target", ["nothing-here", "a/b/c"])
def test_what_is_neither_folder_nor_repository_is_refused_in_words(target):
    result = run(target)

    assert 2 == result.exit_code
    assert "neither a folder here nor a repository" in result.output


class App(GitHub):
    """The App, which may be installed on the repository."""

    installed = True

    def installation_for(self, full_name: str) -> int | None:
        return 1 if self.installed else None


def test_a_repository_is_looked_at_through_the_app_with_the_registries_word(monkeypatch):
    github = App(MONOREPO, names={"alice/widget": REPOSITORY})
    parts = Parts(github=github)
    deps = replace(parts.deps, fetch=BOTH)
    monkeypatch.setattr("app.build.build", lambda settings: deps)
    monkeypatch.setenv("NPM_REGISTRY", NPM)
    with parts.ledger.reading() as book:
        before = list(book.facts())

    result = run("alice/widget")
    assert 0 == result.exit_code, result.output
    assert 2 == sum(line.endswith("agrees    yes") for line in result.output.splitlines())
    assert [] == github.checks
    with parts.ledger.reading() as book:
        assert before == list(book.facts())

    github.installed = False
    assert "not installed on alice/widget" in run("alice/widget").output
