"""From an alert to what can be filed: the commands `incidents` and `export` on a played attack."""

from __future__ import annotations

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.incidents import FORMATS
from app.cli.main import main
from app.deeds.exporting import gather
from checks.exports import EXPORTS
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from tests.documents import ROOT


@cache
def played(name: str) -> Replay:
    """The monitor after a scenario: in memory, with GitHub and the registries pretended."""
    scenario = load(ROOT / "scenarios" / name)
    stage = Replay(scenario)
    play(scenario, stage)
    return stage


@pytest.fixture
def axios(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Replay:
    stage = played("axios-2026")
    monkeypatch.setattr("app.build.build", lambda settings: stage.deps)
    with_ledger(monkeypatch, tmp_path)
    return stage


def with_ledger(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The commands look for a ledger before they read the one that is handed to them."""
    (folder / "ledger.sqlite3").touch()
    monkeypatch.setenv("DATA_DIR", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def first() -> str:
    listed = json.loads(run("incidents", "--json").stdout)
    return str(listed[0]["id"])


def test_the_list_names_every_open_incident_with_what_is_in_it(axios: Replay) -> None:
    said = run("incidents").stdout

    (line,) = [line for line in said.splitlines() if "axios/axios" in line]
    assert first() == line.split()[0]
    assert ["open", "critical"] == line.split()[1:3]
    assert "axios@1.14.1" in line
    assert "artifact-monitor export ID" in said


def test_the_list_as_json_has_the_same(axios: Replay) -> None:
    (listed,) = json.loads(run("incidents", "--json", "--all").stdout)

    assert {"id", "state", "severity", "opened_at", "repository", "versions"} == set(listed)
    assert ("pkg:npm/axios", "1.14.1") in [(v["purl"], v["version"]) for v in listed["versions"]]


def test_an_osv_report_is_one_file_in_the_place_where_it_is_filed(axios: Replay, tmp_path: Path) -> None:
    target = tmp_path / "report.zip"
    result = run("export", first(), "--format", "osv", "--output", str(target), "--by", "carol")

    assert 0 == result.exit_code, result.output
    assert "origin" in result.stderr
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        (name,) = archive.namelist()
        record = json.loads(archive.read(name))
    assert f"osv/malicious/npm/axios/MAL-0000-{first()}.json" == name
    assert ["1.14.1"] == record["affected"][0]["versions"]


@pytest.mark.parametrize("kind", ["openvex", "csv", "json"])
def test_what_is_text_is_printed_alone_and_what_must_be_known_goes_to_standard_error(
    axios: Replay, kind: str, tmp_path: Path
) -> None:
    result, target = run("export", first()[:6], "--format", kind), tmp_path / "file"
    run("export", first(), "--format", kind, "--output", str(target))

    assert 0 == result.exit_code, result.output
    assert result.stdout_bytes == target.read_bytes()
    assert result.stderr


@pytest.mark.parametrize("wrong", ["0000000000000000", "", "f" * 65_536, "\x1b[2J"])
def test_an_incident_that_is_not_known_is_one_line_that_says_where_to_look(axios: Replay, wrong: str) -> None:
    result = run("export", wrong, "--format", "json")

    assert 2 == result.exit_code
    (line,) = result.stderr.splitlines()
    assert "artifact-monitor incidents --all" in line
    assert "\x1b" not in line
    assert len(line) < 400


def test_an_incident_is_meant_by_its_key_and_by_how_its_id_begins(axios: Replay) -> None:
    name = first()
    for meant in (name, name[:4], f"incident:{name}", f"incident:{name[:4]}", name.upper()):
        (listed,) = json.loads(run("incidents", meant, "--json").stdout)
        assert name == listed["id"]
        assert 0 == run("export", meant, "--format", "json").exit_code
    for short in (name[:3], f"incident:{name[:3]}"):
        assert "four characters or more" in run("incidents", short).stderr


@pytest.mark.parametrize(
    "command",
    [("incidents",), ("export", "4f2a9c0d", "--format", "json"), ("explain", "pkg:npm/axios", "1.14.1")],
)
def test_where_there_is_no_ledger_none_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "mistyped"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = run(*command)

    assert 2 == result.exit_code
    assert "There is no ledger in" in result.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_format_without_words_for_an_incident_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_ledger(monkeypatch, tmp_path)
    stage = played("kong-2024")
    monkeypatch.setattr("app.build.build", lambda settings: stage.deps)
    result = run("export", json.loads(run("incidents", "--all", "--json").stdout)[0]["id"], "--format", "osv")

    assert 2 == result.exit_code
    assert "Use openvex, csv or json" in result.stderr


@pytest.mark.parametrize("name", ["axios-2026", "tanstack-2026", "kong-2024", "chalk-2025", "lightning-2026"])
@pytest.mark.parametrize("kind", ["openvex", "csv", "json"])
def test_every_incident_of_a_played_attack_is_exported_twice_the_same(name: str, kind: str) -> None:
    stage = played(name)
    with stage.ledger.reading() as book:
        cases = [gather(book, incident, stage.deps.now()) for incident in book.incidents.all()]

    assert cases
    for case in cases:
        assert EXPORTS[kind].export(case) == EXPORTS[kind].export(case)


def test_the_evidence_of_a_skipped_publish_step_holds_the_run_and_its_attestation() -> None:
    stage = played("tanstack-2026")
    with stage.ledger.reading() as book:
        (incident,) = book.incidents.all()
        whole = json.loads(EXPORTS["json"].export(gather(book, incident, stage.deps.now())))

    named = [e["run"] for v in whole["versions"] for e in v["now"]["attestations"]]
    assert named
    assert {json.dumps(run) for run in named} <= {json.dumps(run["key"]) for run in whole["runs"]}
    assert "skipped" in [step["conclusion"] for run in whole["runs"] for step in run["steps"]]
    assert {"issue", "check_run"} <= {post["channel"] for post in whole["posts"]}


def test_the_command_knows_every_format() -> None:
    assert FORMATS == tuple(EXPORTS)
