"""The command line: help that shows how, errors that say what to do, and the same parts as the steps."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.main import main
from app.deeds.watching import SOURCE
from app.deps import Deps
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from tests.documents import ROOT, document
from verifier.ledger import migrate
from verifier.model import Artifact
from verifier.model.github import EVENTS

SCENARIO = ROOT / "scenarios" / "axios-2026"
AXIOS = "pkg:npm/axios"
WATCH = ("watch", "pkg:npm/gadget", "--repo", "axios/axios", "--workflow", "publish.yml")


@cache
def played() -> Replay:
    """The monitor after the axios scenario: in memory, with GitHub and the registries pretended."""
    scenario = load(SCENARIO)
    stage = Replay(scenario)
    play(scenario, stage)
    return stage


@pytest.fixture
def deps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Deps:
    """What a command is given in place of the real parts; that there is a ledger is looked for before that."""
    sandboxed = played().deps
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").touch()
    monkeypatch.setattr("app.build.build", lambda settings: sandboxed)
    return sandboxed


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own, and registries and a GitHub that nobody answers for."""
    for name in ("DATABASE_URL", "REDIS_URL", "GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("NPM_REGISTRY", "http://127.0.0.1:1")
    monkeypatch.setenv("PYPI_INDEX", "http://127.0.0.1:1/simple/")
    monkeypatch.setenv("DOCKER_HUB", "http://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_REGISTRY", "http://127.0.0.1:1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def refused(result: Result) -> str:
    """The one line that a refusal is."""
    assert 2 == result.exit_code, result.output
    assert isinstance(result.exception, SystemExit)
    lines = result.output.splitlines()
    assert 1 == len(lines), result.output
    assert lines[0].startswith("Error: ")
    return lines[0]


def test_the_list_of_commands_cuts_no_sentence_off() -> None:
    result = run("--help")

    assert (0, False) == (result.exit_code, "..." in result.output.partition("Commands:")[2])


@pytest.mark.parametrize("command", main.commands)
def test_the_help_of_every_command_shows_an_example(command: str) -> None:
    result = run(command, "--help")

    assert 0 == result.exit_code
    assert "Example:" in result.output
    assert f"artifact-monitor {command}" in result.output.split("Example:")[1]


def test_audit_says_what_it_needs() -> None:
    """No App and no ledger, but this program."""
    said = " ".join(run("audit", "--help").output.split())

    assert "It needs no App and no ledger: this program alone, after `make setup`." in said
    assert "installed" not in said


WAIVE = ("waive", AXIOS, "1.14.1", "--by", "alice", "--reason", "by hand")
EXPLAIN = ("explain", AXIOS, "1.14.1")


def test_a_waiver_is_never_called_an_acknowledgement() -> None:
    """The glossary has both words: who acknowledges an incident says that they look after it, and no more."""
    from app.pages.version_page import CHANGES, PROVEN

    assert not [text for text in (run("waive", "--help").output, *CHANGES.values(), PROVEN) if "cknowledg" in text]


@pytest.mark.parametrize("arguments", [EXPLAIN, WATCH, WAIVE], ids=["explain", "watch", "waive"])
@pytest.mark.parametrize(
    ("purl", "word"), [("pkg:cargo/gadget", "only docker, npm, oci, pypi"), ("gadget", "is not a purl")]
)
def test_what_can_never_be_watched_is_refused_before_the_database_is_looked_at(
    arguments: tuple[str, ...], purl: str, word: str, tmp_path: Path
) -> None:
    assert word in refused(run(arguments[0], purl, *arguments[2:]))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("arguments", [EXPLAIN, WATCH, WAIVE], ids=["explain", "watch", "waive"])
def test_a_database_without_tables_is_one_line_that_says_what_to_run(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").touch()
    said = refused(run(*arguments))

    assert "run `artifact-monitor migrate`, or `artifact-monitor run`" in said


def test_the_doctor_names_a_database_without_tables_and_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").touch()
    result = run("doctor")

    assert 1 == result.exit_code
    (line,) = (line for line in result.output.splitlines() if " database " in line)
    assert line.startswith("BAD")
    assert "without tables" in line
    assert "→ Run `artifact-monitor migrate`." in result.output
    assert "Unavailable" not in result.output


def test_migrate_makes_the_tables_that_the_other_commands_ask_for() -> None:
    assert "The ledger is up to date.\n" == run("migrate").output

    assert "pkg:npm/axios is not watched; `artifact-monitor watch`" in refused(run("explain", AXIOS, "1.14.1"))


def test_a_database_of_a_newer_version_is_one_line(tmp_path: Path) -> None:
    import sqlite3

    migrate(f"sqlite:///{tmp_path / 'data' / 'ledger.sqlite3'}")
    with sqlite3.connect(tmp_path / "data" / "ledger.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'tomorrow'")

    assert "newer version" in refused(run("migrate"))


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("POLL_INTERVAL", "often", "POLL_INTERVAL"),
        ("DATABASE_URL", "mysql://host/name", "DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, word: str
) -> None:
    monkeypatch.setenv(name, value)

    assert word in refused(run("migrate"))


@pytest.mark.parametrize("command", ["run", "migrate", "setup"])
@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_a_data_folder_that_cannot_be_made_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, place: str
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / place))
    monkeypatch.setenv("BASE_URL", "https://monitor.example")
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", "x" * 40)

    assert f"DATA_DIR is {tmp_path / place}, and that folder cannot be made" in refused(run(command))


LOOKING = {
    "worker": ("worker",),
    "clock": ("clock",),
    "token list": ("token", "list"),
    "token create": ("token", "create", "ci", "--scope", "read", "--all"),
    "token revoke": ("token", "revoke", "ci"),
    "explain": EXPLAIN,
    "watch": WATCH,
    "watch --stop": ("watch", AXIOS, "--stop", "published no more"),
    "waive": WAIVE,
    "incidents": ("incidents",),
    "backup": ("backup", "copy.sqlite3"),
    "ledger verify": ("ledger", "verify"),
    "ledger anchor": ("ledger", "anchor"),
}
"""What works on a ledger that is there already."""


@pytest.mark.parametrize("arguments", LOOKING.values(), ids=LOOKING)
def test_who_looks_for_a_ledger_makes_none(arguments: tuple[str, ...], tmp_path: Path) -> None:
    said = refused(run(*arguments))

    assert f"There is no ledger in {tmp_path / 'data'}. Set DATA_DIR" in said
    assert [] == list(tmp_path.iterdir())


def test_run_without_a_webhook_secret_is_one_line() -> None:
    assert "GITHUB_WEBHOOK_SECRET is not set" in refused(run("run"))


def test_explain_shows_the_case_and_every_finding_with_its_reason(deps: Deps) -> None:
    result = run("explain", AXIOS, "1.14.1")

    assert 0 == result.exit_code
    assert result.output.startswith("✘ axios@1.14.1  non-compliant (confidence high)\n")
    for part in ("trust-downgrade", "no-run", "jasonsaayman", "Runs around the publication: none", "Line 1.x"):
        assert part in result.output


def test_explain_takes_whats_unknown_for_a_question_and_names_what_is_there(deps: Deps) -> None:
    assert "has no version 9.9.9 here; the newest are: " in refused(run("explain", AXIOS, "9.9.9"))
    assert "pkg:npm/other is not watched" in refused(run("explain", "pkg:npm/other", "1.0.0"))
    assert "purl" in refused(run("explain", "axios", "1.14.1"))


def test_watch_keeps_the_publisher_and_has_the_registry_read(deps: Deps) -> None:
    result = run(*WATCH)

    assert 0 == result.exit_code, result.output
    assert "Watching pkg:npm/gadget, published by .github/workflows/publish.yml of axios/axios." in result.output
    artifact = Artifact("pkg:npm/gadget")
    with deps.ledger.reading() as book:
        (publisher,) = book.repositories.publishers_of(artifact)
        assert artifact.purl in [task.key for task in book.work.all("poll")]
        others = book.repositories.publishers_from(publisher.repository_id, SOURCE)
    assert ((".github/workflows/publish.yml",), EVENTS, None) == (
        publisher.workflows,
        publisher.events,
        publisher.manual,
    )
    assert publisher in others


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"pkg:npm/gadget": "pkg:cargo/gadget"}, "can be watched so far"),
        ({"pkg:npm/gadget": "gadget"}, "purl"),
        ({"axios/axios": "axios"}, "owner/name"),
        ({"axios/axios": "axios/elsewhere"}, "not installed"),
        ({"publish.yml": "publish.sh"}, "no workflow file"),
    ],
)
def test_what_cannot_be_watched_is_one_line_that_says_why(deps: Deps, changes: dict[str, str], word: str) -> None:
    assert word in refused(run(*(changes.get(argument, argument) for argument in WATCH)))


def test_a_config_file_is_checked_with_what_it_would_mean(tmp_path: Path) -> None:
    good = tmp_path / "good.yml"
    good.write_text(
        "version: 1\nreport: {issues: false}\nartifacts: [{purl: pkg:npm/widget, workflows: [publish.yml]}]\n"
    )
    result = run("config", "check", str(good))

    assert (0, "OK") == (result.exit_code, result.output.splitlines()[0])
    assert "pkg:npm/widget: .github/workflows/publish.yml" in result.output
    assert "Issues: off." in result.output


def test_everything_that_a_config_file_says_is_shown_back(tmp_path: Path) -> None:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    entry = (
        "{purl: pkg:docker/a/w, workflows: [p.yml], refs: [refs/heads/x], events: [push], manual: false, "
        "environment: release, grace: 2h, confidence: high, moving: ['edge-*'], mirrors: [pkg:docker/b/w], "
        "signer: {issuer: 'https://gitlab.example', identity: 'https://gitlab.example/a'}}"
    )
    waiver = (
        f"waivers: [{{purl: pkg:npm/w, version: 1.2.3, digest: sha256:{'0' * 64}, reason: because, until: {day}}}]\n"
    )
    (tmp_path / "own.yml").write_text(f"version: 1\nartifacts: [{entry}]\n{waiver}")
    (tmp_path / "org.yml").write_text(
        f"version: 1\nartifacts: [{entry.replace('{purl', '{repository: widget, purl', 1)}]\n"
    )
    (tmp_path / "eyes.yml").write_text(f"version: 1\ncommands: {{four_eyes: true}}\n{waiver}")

    own = run("config", "check", str(tmp_path / "own.yml")).output
    organisation = run("config", "check", "--organisation", str(tmp_path / "org.yml")).output
    for said in (own, organisation):
        assert (
            "pkg:docker/a/w: .github/workflows/p.yml, https://gitlab.example/a of https://gitlab.example, on "
            "refs/heads/x, by push, never by hand, guarded by the environment release, explained with high confidence "
            "at least, a missing run counts after 120m, tags that move: edge-*, mirrors: pkg:docker/b/w"
        ) in said
    assert "from widget, pkg:docker/a/w" in organisation
    assert f"is waived until {day}: because" in own
    assert "is not waived by this file: with four_eyes on" in run("config", "check", str(tmp_path / "eyes.yml")).output


def test_of_another_ci_system_nothing_is_said_about_runs_at_github(tmp_path: Path) -> None:
    """The documented example, and the same with a workflow beside it."""
    blocks = re.findall(r"```yaml\n(.*?)```", document("docs/config.md"), re.DOTALL)
    (example,) = (block for block in blocks if "signer:" in block)
    (tmp_path / "signer.yml").write_text(example)
    (tmp_path / "both.yml").write_text(example.replace("    signer:", "    workflows: [publish.yml]\n    signer:"))

    assert (
        "pkg:pypi/widget: https://gitlab.com/alice/widget//.gitlab-ci.yml@refs/tags/* of https://gitlab.com, by hand "
        "only where the line's history was\n"
    ) in run("config", "check", str(tmp_path / "signer.yml")).output
    both = run("config", "check", str(tmp_path / "both.yml")).output
    assert "on the default branch and tags, by the usual events, by hand" in both


@pytest.mark.parametrize(
    ("days", "words"), [(366, "at most 365 days"), (-1, "that day is over"), (365, "OK"), (0, "OK")]
)
def test_a_waiver_that_could_not_be_given_is_refused_where_it_stands(tmp_path: Path, days: int, words: str) -> None:
    day = datetime.now(UTC) + timedelta(days=days)
    (tmp_path / "c.yml").write_text(
        f"version: 1\nwaivers:\n  - purl: pkg:npm/w\n    version: 1.2.3\n    digest: sha256:{'0' * 64}\n"
        f"    reason: because\n    until: {day:%Y-%m-%d}\n"
    )
    result = run("config", "check", str(tmp_path / "c.yml"))

    assert words in result.output
    assert (words != "OK") == ("c.yml:7: " in result.output)


def test_a_pattern_without_quotes_is_told_to_take_some(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(
        "version: 1\nartifacts:\n  - purl: pkg:docker/a/w\n    workflows: [p.yml]\n    moving: [*]\n"
    )

    assert "c.yml:5: what begins with * or & needs quotes" in run("config", "check", str(tmp_path / "c.yml")).output


def test_a_config_file_that_is_wrong_is_answered_with_its_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("version: 1\nartifact: []\n")
    result = run("config", "check", str(bad))

    assert 1 == result.exit_code
    assert result.output.startswith(f"{bad}:2: 'artifact' is not a key of the file (did you mean artifacts?)")


def test_an_organisations_file_is_checked_as_one(tmp_path: Path) -> None:
    text = "version: 1\ngrace: 2h\nreport: {issue_repository: security}\n"
    (tmp_path / "org.yml").write_text(text)

    own = run("config", "check", str(tmp_path / "org.yml"))
    assert 1 == own.exit_code
    assert "check that with --organisation." in own.output
    result = run("config", "check", "--organisation", str(tmp_path / "org.yml"))
    assert 0 == result.exit_code
    assert "grace 120m" in result.output
    assert "issue_repository security" in result.output


def test_a_file_of_a_megabyte_is_answered_at_once(tmp_path: Path) -> None:
    (tmp_path / "large.yml").write_text("#" * 1_000_000)

    assert "larger than the 65536 bytes that are read" in run("config", "check", str(tmp_path / "large.yml")).output


def test_the_schema_is_printed_for_editors() -> None:
    assert "Artifact Monitor: .github/artifact-monitor.yml" == json.loads(run("config", "schema").output)["title"]
