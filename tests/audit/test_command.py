"""The command `audit`: what is typed wrongly is said before anything is asked, and the right parts are put together."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from app.cli.main import main
from tests.audit.parts import After


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pkg:npm/axios", "--since", "yesterday"), "--since is no date"),
        (("pkg:npm/axios", "--repo", "axios"), "owner/name"),
        (("pkg:npm/axios", "--limit", "-1"), "--limit"),
        (("pkg:cargo/serde",), "can be watched so far"),
        (("axios",), "purl"),
    ],
)
def test_what_is_typed_wrongly_is_said_and_nothing_is_asked(arguments: tuple[str, ...], said: str) -> None:
    found = CliRunner().invoke(main, ["audit", *arguments])

    assert 2 == found.exit_code
    assert said in found.output


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> After:
    """The command's parts, pretended: its GitHub, its registries, its clock and its trust."""
    made = After("axios-2026")
    monkeypatch.setattr("app.cli.main.read", lambda environment: made.settings)
    monkeypatch.setattr("app.audit.command.onlooker", lambda settings: made.github)
    monkeypatch.setattr("app.audit.command.make_login", lambda settings, now: made.deps.fetch)
    monkeypatch.setattr("app.audit.command.trust_of", lambda settings: made.deps.trust)
    monkeypatch.setattr("app.build.now", made.deps.now)
    return made


def test_json_goes_to_the_output_alone_and_the_exit_code_says_that_something_was_found(after: After) -> None:
    found = CliRunner().invoke(main, ["audit", "pkg:npm/axios", "--repo", "axios/axios", "--json"])

    assert 1 == found.exit_code
    assert "axios/axios" == json.loads(found.stdout)["repository"]
    assert "questions to GitHub" in found.stderr
    assert "\x1b" not in found.output


def test_nothing_fails_where_nothing_shall(after: After) -> None:
    arguments = ["audit", "pkg:npm/axios", "--repo", "axios/axios", "--sarif", "--fail-on", "never"]
    found = CliRunner().invoke(main, arguments)

    assert 0 == found.exit_code
    assert "2.1.0" == json.loads(found.stdout)["version"]
