"""Where nobody can log in, pages are shown on the monitor's own machine and nowhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import render_template_string
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings
from tests.signin.place import NOW, deps_of, repositories
from tests.webhooks.site import SECRET
from verifier.ledger import memory_ledger


def client(data_dir: Path, **settings: Any) -> FlaskClient:
    ledger = memory_ledger()
    repositories(ledger)
    with ledger.writing() as book:
        book.health.report("poll npm", "octo/secret-widget could not be looked at.", NOW)
    made = Settings(data_dir=data_dir, github_webhook_secret=SECRET, **settings)
    return create_app(deps_of(made, ledger, lambda: NOW)).test_client()


AWAY: list[tuple[str, dict[str, Any]]] = [
    ("the other end is another machine", {"environ_overrides": {"REMOTE_ADDR": "10.0.0.7"}}),
    ("nobody knows the other end", {"environ_overrides": {"REMOTE_ADDR": ""}}),
    ("a stranger's name leads here", {"headers": {"Host": "evil.example:8750"}}),
    ("a name that begins like ours", {"headers": {"Host": "localhost.evil.example"}}),
    ("a login in the host", {"headers": {"Host": "localhost@evil.example"}}),
    ("no host at all", {"headers": {"Host": ""}}),
    ("it was bound to every address", {"environ_overrides": {"SERVER_NAME": "0.0.0.0"}}),
    ("a proxy says so", {"headers": {"X-Forwarded-For": "127.0.0.1"}}),
    ("a proxy says so", {"headers": {"Forwarded": "for=127.0.0.1"}}),
    ("a proxy says so", {"headers": {"Via": "1.1 proxy"}}),
    ("a proxy speaks so", {"environ_overrides": {"SERVER_PROTOCOL": "HTTP/1.0"}}),
]


@pytest.mark.parametrize("host", ["localhost", "localhost:8750", "127.0.0.1:8750", "127.1.2.3", "[::1]:8750"])
def test_a_browser_on_the_machine_itself_is_the_operators(tmp_path: Path, host: str) -> None:
    answer = client(tmp_path).get("/", headers={"Host": host})

    assert 200 == answer.status_code
    assert "octo/secret-widget could not be looked at." in answer.text


@pytest.mark.parametrize(("why", "options"), AWAY, ids=[f"{why} {number}" for number, (why, _) in enumerate(AWAY)])
def test_from_anywhere_else_nothing_is_shown(tmp_path: Path, why: str, options: dict[str, Any]) -> None:
    answer = client(tmp_path).get("/", **options)

    assert (403, True) == (answer.status_code, "own machine only" in answer.text)
    assert "secret-widget" not in answer.text
    assert {"status": "problems"} == client(tmp_path).get("/healthz", **options).get_json()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_a_monitor_that_listens_to_the_world_shows_nothing(tmp_path: Path, host: str) -> None:
    assert 403 == client(tmp_path, host=host).get("/").status_code
    assert {"status": "problems"} == client(tmp_path, host=host).get("/healthz").get_json()


def test_webhooks_are_taken_from_everywhere(tmp_path: Path) -> None:
    answer = client(tmp_path).post("/webhooks", data=b"{}", environ_overrides={"REMOTE_ADDR": "192.0.2.1"})

    assert 401 == answer.status_code
    assert "X-Hub-Signature-256 is missing" in answer.text


def test_where_people_log_in_health_says_whether_and_not_what(tmp_path: Path) -> None:
    """Behind a proxy everybody seems to come from this machine."""
    settings = {"github_client_id": "Iv23liAbCdEf", "github_client_secret": "s", "base_url": "https://monitor.example"}

    assert {"status": "problems"} == client(tmp_path, **settings).get("/healthz").get_json()


def test_nothing_else_is_open_to_who_sends_no_cookie(tmp_path: Path) -> None:
    settings = {"github_client_id": "Iv23liAbCdEf", "github_client_secret": "s", "base_url": "https://monitor.example"}
    answer = client(tmp_path, **settings).get("/")

    assert (302, "/login?next=/") == (answer.status_code, answer.headers["Location"])


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
    ],
)
def test_a_strangers_page_changes_nothing_in_the_operators_name(tmp_path: Path, headers: dict[str, str]) -> None:
    """Another port of this machine is a stranger too; and our own page is one without the form's token."""
    app = client(tmp_path).application
    app.add_url_rule("/change", "change", lambda: "changed", methods=["POST"])

    answer = app.test_client().post("/change", headers=headers, data={"form_token": "0" * 64})

    assert (403, False) == (answer.status_code, "changed" == answer.text)


def test_the_operators_own_form_is_taken(tmp_path: Path) -> None:
    app = client(tmp_path).application
    app.add_url_rule("/change", "change", lambda: "changed", methods=["POST"])

    @app.get("/form")
    def form() -> str:
        return render_template_string("{{ form_token() }}")

    ours = app.test_client()
    token = ours.get("/form").text.split('value="')[1].split('"')[0]
    answer = ours.post("/change", headers={"Origin": "http://localhost"}, data={"form_token": token})

    assert (200, "changed") == (answer.status_code, answer.text)
