"""`notify`: routes are tried for real, and listed without what is secret about them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app import notify
from app.cli.main import main
from app.doctor import report as doctor
from app.doctor import routes as doctor_routes
from app.settings import Settings
from checks.base import Permanent, Temporary
from checks.outside import Route
from tests.http.server import Server
from tests.outbound.conftest import server
from tests.outside import KINDS, POST, Place, Way, route
from verifier.model import Filter, Severity

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SECRET = "hunter2hunter2"
__all__ = ["server"]


@pytest.fixture
def file(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "routes.yml"
    path.write_text(
        f"""
routes:
  - {{name: good, kind: teams, url: "{server.url}/good/{SECRET}"}}
  - {{name: bad, kind: teams, url: "{server.url}/bad/{SECRET}", organisations: [alice], severity: high}}
"""
    )
    path.chmod(0o600)
    monkeypatch.setenv("ROUTES", str(path))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "none"))
    server.answers[f"/good/{SECRET}"] = lambda handler: handler.send(202)
    server.answers[f"/bad/{SECRET}"] = lambda handler: handler.send(404)
    return path


def ran(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["notify", *arguments])


def test_each_route_is_tried_and_what_failed_is_said(file: Path, server: Server) -> None:
    result = ran("test")
    assert 1 == result.exit_code
    good, bad = result.output.splitlines()[-2:]
    assert good.startswith("ok   good")
    assert bad.startswith("BAD  bad")
    assert "404" in bad
    assert SECRET not in result.output
    assert 2 == len(server.asked)
    assert not (file.parent / "none").exists(), "it needs no database"


def test_one_route_is_tried_alone(file: Path, server: Server) -> None:
    result = ran("test", "good")
    assert 0 == result.exit_code
    assert [f"/good/{SECRET}"] == [path for path, _ in server.asked]


def test_what_is_not_there_is_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the routes are: good, bad" in " ".join(ran("test", "other").output.split())
    file.write_text("routes: 1")
    result = ran("test")
    assert 2 == result.exit_code
    assert "line 1" in result.output
    assert "Traceback" not in result.output
    monkeypatch.delenv("ROUTES")
    assert "Set ROUTES" in " ".join(ran("test").output.split())
    assert "Set ROUTES to the path" in " ".join(ran("routes").output.split())


def test_routes_are_listed_without_their_secrets(file: Path) -> None:
    result = ran("routes")
    assert 0 == result.exit_code
    assert "good  teams: everything" in result.output
    assert "bad  teams: organisations alice; high and louder" in result.output
    assert SECRET not in result.output
    assert "127.0.0.1" not in result.output


@pytest.mark.parametrize("failure", [Temporary("It did not answer in time."), Permanent("It refuses us (403).")])
def test_a_failure_is_an_answer(failure: Temporary | Permanent) -> None:
    way = Way(failing={"a": failure})
    tried = notify.through(route("a"), way, NOW, KINDS)
    assert not tried.ok
    assert str(failure) in tried.sentence


def test_of_several_recipients_each_is_tried() -> None:
    way = Way(failing={"b@x.example": Permanent("no (550).")})
    tried = notify.through(route("team", POST, to=("a@x.example", "b@x.example", "c@x.example")), way, NOW, KINDS)
    assert (False, "1 of 3 failed: b@x.example: no (550).") == (tried.ok, tried.sentence)
    assert ["a@x.example", "c@x.example"] == [place for place, _ in way.sent]


def test_a_channel_that_breaks_is_an_answer_too() -> None:
    def broken(message: Any, target: Any) -> Any:
        raise RuntimeError

    assert not notify.through(route("a"), Way(), NOW, {"place": Place(make=broken)}).ok


def test_the_doctor_reaches_every_place_and_sends_nothing(file: Path, server: Server) -> None:
    found = list(doctor_routes.look(Settings(routes=file)))
    assert [True, True, True] == [ok for ok, _, _ in found]
    assert [] == server.asked
    server.shutdown()
    server.server_close()
    assert [True, False, False] == [ok for ok, _, _ in doctor_routes.look(Settings(routes=file))]


def test_the_doctor_says_what_filters_by_name_cannot_see(file: Path) -> None:
    file.write_text(f'routes:\n  - {{name: a, kind: teams, url: "https://127.0.0.1:1/{SECRET}", organisations: [b]}}\n')
    sentences = [sentence for _, sentence, _ in doctor_routes.look(Settings(routes=file))]
    assert any("renamed" in sentence for sentence in sentences)
    assert all(SECRET not in sentence for sentence in sentences)
    file.write_text("routes: 1")
    assert [False] == [ok for ok, _, _ in doctor_routes.look(Settings(routes=file))]
    assert [None] == [ok for ok, _, _ in doctor_routes.look(Settings())]


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ((route("a", weekly=True),), ["days later"]),
        ((route("a", weekly=True), route("b", filter=Filter(organisations=("b",)))), ["days later"]),
        ((route("a", filter=Filter(outcomes=("suspect",))),), ["no route hears"]),
        ((route("a", filter=Filter(outcomes=("suspect",))), route("b")), []),
        ((route("a", weekly=True), route("b")), []),
    ],
)
def test_the_doctor_says_what_nobody_would_hear_or_too_late(routes: tuple[Route, ...], words: list[str]) -> None:
    said = [sentence for _, sentence, _ in doctor_routes.unheard(routes)]
    assert [True] * len(words) == [word in sentence for word, sentence in zip(words, said, strict=True)]
    assert ("no route hears" in notify.listed(routes)) == ("no route hears" in "".join(words))


def test_a_filter_is_listed_in_words() -> None:
    wanted = Filter(repositories=("a/*",), artifacts=("pkg:npm/*",), outcomes=("suspect",), severity=Severity.LOW)
    said = notify.listed([route("x", filter=wanted, weekly=True)])
    assert (
        "x  place: repositories a/*; artifacts pkg:npm/*; outcomes suspect; low and louder; one summary a week"
        == said.splitlines()[0]
    )


@pytest.mark.parametrize("setting", [{"routes": Path("routes.yml")}, {"github_app_id": "7"}])
def test_the_doctor_notes_that_nothing_that_is_said_can_link_to_us(setting: dict[str, Any]) -> None:
    (check,) = doctor.linked(Settings(**setting))

    assert (None, True) == (check.ok, "BASE_URL" in check.sentence)
    assert [] == list(doctor.linked(Settings(**setting, base_url="https://monitor.example")))
    assert [] == list(doctor.linked(Settings()))
