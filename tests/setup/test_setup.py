"""Making the GitHub App in a browser, over real HTTP, and seeing whether its webhooks arrive."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from app import app_file, create_app
from app.app_file import AppFile
from app.cli.main import main
from app.settings import BadSetting, Settings, read, require_login
from app.setup import command, manifest
from app.setup.site import SetUp, create
from sandbox.app import create as pretended
from sandbox.github.people import People
from sandbox.world import World
from tests.sandbox.github import keys, scenario
from tests.signin.place import Browser, deps_of, served
from tests.webhooks.site import SECRET, headers
from verifier.ledger import memory_ledger

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
BASE = "https://monitor.example"


@dataclass
class Going:
    """One set-up with its browser. What was kept stands in `kept`."""

    github: str
    people: People
    site: SetUp
    time: datetime = NOW
    kept: list[AppFile] = field(default_factory=list)

    def browser(self) -> Browser:
        return Browser(self.site.address)

    def make(self) -> Any:
        browser = self.browser()
        browser.go(self.site.begin_at)
        browser.submit(1)
        return browser.submit()


@pytest.fixture
def going() -> Iterator[Going]:
    people = People()
    world = World([scenario("small-rogue")])
    with served() as (github, sandbox), served() as (here, web):
        sandbox.app = pretended(world, keys(), people=people)
        settings = Settings(github_api_url=f"{github}/api/v3", base_url=BASE)
        site = SetUp(settings, here, lambda app: None, lambda: NOW)
        made = Going(github, people, site)
        site.keep, site.now = made.kept.append, lambda: made.time
        web.app = create(site)
        yield made


def test_an_app_is_made_and_its_credentials_are_kept(going: Going) -> None:
    page = going.make()

    (app,) = going.kept
    assert "The App is made" in page.text
    assert f"{app.page}/installations/new" in page.text
    assert (going.people.client_id, going.people.client_secret) == (app.client_id, app.client_secret)
    assert app.private_key.startswith("-----BEGIN PRIVATE KEY-----")
    assert [f"{BASE}/login/callback"] == going.people.callbacks
    assert [] == [secret for secret in (app.client_secret, app.webhook_secret, "PRIVATE KEY") if secret in page.text]


def test_the_page_shows_what_github_is_asked_for_and_may_send_it_there_alone(going: Going) -> None:
    browser = going.browser()
    page = browser.go(going.site.begin_at)

    for part in (f"{BASE}/webhooks", f"{BASE}/login/callback", "write repository_advisories", "workflow_run"):
        assert part in page.text
    assert f"form-action 'self' {going.github};" in page.headers["Content-Security-Policy"]
    assert "code=" not in page.url


def test_an_organisation_may_own_it(going: Going) -> None:
    browser = going.browser()
    browser.go(going.site.begin_at)
    browser.go("/setup?organisation=octo-org&name=Watch%20us")
    form = browser.shown.forms[1]

    assert form["action"].startswith(f"{going.github}/organizations/octo-org/settings/apps/new?state=")
    assert "Watch us" == json.loads(form["fields"]["manifest"])["name"]
    for hostile in ("../../evil", "a/b", "a b", "-", "a?b", "é"):
        assert 400 == browser.go("/setup", params={"organisation": hostile}).status_code


@pytest.mark.parametrize("path", ["/setup", "/setup?code=wrong", "/setup?code=\u00e9", "/setup/made?code=a&state=b"])
def test_without_the_printed_code_nothing_is_shown(going: Going, path: str) -> None:
    page = going.browser().go(path)

    assert (403, True) == (page.status_code, "Not without the code" in page.text)
    assert 403 == going.browser().go(going.site.begin_at, headers={"Host": "evil.example"}).status_code


def _back(going: Going) -> tuple[Browser, dict[str, str]]:
    """A browser that comes back from GitHub: with which code and state."""
    browser = going.browser()
    browser.go(going.site.begin_at)
    browser.submit(1)
    form = browser.shown.forms[0]
    answer = browser.http.post(f"{going.github}/sandbox/apps", data=form["fields"], allow_redirects=False)
    query = answer.headers["Location"].partition("?")[2]
    return browser, dict(pair.split("=") for pair in query.split("&"))


def test_a_state_that_is_not_ours_makes_nothing(going: Going) -> None:
    """Another key, no signature, another purpose, another browser: somebody hostile must not give us their App."""
    browser, said = _back(going)
    claims = jwt.decode(said["state"], options={"verify_signature": False})
    forged = [
        "",
        "x",
        jwt.encode(claims, "0" * 32, "HS256"),
        jwt.encode(claims, "", "none"),
        jwt.encode({**claims, "aud": "login"}, going.site.secret, "HS256"),
        jwt.encode({**claims, "sub": "0" * 64}, going.site.secret, "HS256"),
        jwt.encode({k: v for k, v in claims.items() if k != "exp"}, going.site.secret, "HS256"),
    ]
    for state in forged:
        page = browser.go("/setup/made", params={**said, "state": state})
        assert (400, True) == (page.status_code, "did not begin here" in page.text)

    assert [] == going.kept


def test_a_set_up_has_an_hour(going: Going) -> None:
    browser, said = _back(going)
    going.time = NOW + timedelta(hours=1)

    assert "more than an hour ago" in browser.go("/setup/made", params=said).text
    going.time = NOW + timedelta(minutes=59)
    assert "The App is made" in browser.go("/setup/made", params=said).text


def test_a_code_that_github_does_not_know_makes_nothing_and_the_next_does(going: Going) -> None:
    browser, said = _back(going)

    for code in ("0" * 40, "../../user", ""):
        assert "does not know this App" in browser.go("/setup/made", params={**said, "code": code}).text
    assert [] == going.kept
    assert "The App is made" in browser.go("/setup/made", params=said).text
    assert 1 == len(going.kept)
    assert "The App is made" in browser.go("/setup/made", params=said).text
    assert 1 == len(going.kept)


def test_credentials_are_never_written_over_others(going: Going, tmp_path: Path) -> None:
    def keep(app: AppFile) -> None:
        app_file.write(tmp_path, app)

    going.site.keep = keep
    (tmp_path / "app.json").write_text("mine")

    assert "was not written over" in going.make().text
    assert "mine" == (tmp_path / "app.json").read_text()
    assert ["app.json"] == [path.name for path in tmp_path.iterdir()]


def test_a_manifest_is_what_app_yml_says_with_our_addresses() -> None:
    settings = Settings(base_url=BASE)
    filled = manifest.fill(manifest.load(), settings, "http://127.0.0.1:1/setup/made", "  " + "n" * 50)

    same = ("default_events", "default_permissions", "public", "description")
    assert {key: manifest.load()[key] for key in same} == {key: filled[key] for key in same}
    assert (BASE, f"{BASE}/setup", "n" * 34) == (filled["url"], filled["setup_url"], filled["name"])
    assert {"url": f"{BASE}/webhooks", "active": True} == filled["hook_attributes"]


def _commanded(monkeypatch: pytest.MonkeyPatch, data_dir: Path, *options: str) -> str:
    """Run the command itself against the pretended GitHub, with a browser that does what people do."""
    said: list[str] = []
    monkeypatch.setattr(command, "_LAST_LOOK", 0.0)
    with served() as (github, sandbox):
        sandbox.app = pretended(World([scenario("small-rogue")]), keys(), people=People())
        environment = {"GITHUB_API_URL": f"{github}/api/v3", "BASE_URL": BASE, "DATA_DIR": str(data_dir)}
        settings = read(environment)
        printing = "--print" in options
        thread = threading.Thread(target=command.set_up, args=(settings, 0, printing, said.append), daemon=True)
        thread.start()
        _until(lambda: bool(said))
        address = next(word for word in said[0].split() if word.startswith("http://127.0.0.1"))
        browser = Browser(address)
        browser.go(address)
        browser.submit(1)
        browser.submit()
        assert "The App is made" in browser.page.text
        thread.join(30)
        assert not thread.is_alive()
        if not printing:
            with pytest.raises(BadSetting, match="set up already"):
                command.set_up(read(environment), 0, False, said.append)
            require_login(read({**environment, "GITHUB_APP_ID": ""}))
    return "\n".join(said)


def _until(so: Callable[[], bool]) -> None:
    for _ in range(600):
        if so():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be")


def test_the_command_writes_the_credentials_and_every_process_reads_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _commanded(monkeypatch, tmp_path)
    app = app_file.read(tmp_path)
    assert app is not None

    settings = read({"DATA_DIR": str(tmp_path), "GITHUB_API_URL": app.api, "BASE_URL": BASE})
    assert (app.id, app.private_key, app.webhook_secret, app.client_id, app.client_secret) == (
        settings.github_app_id,
        settings.github_private_key,
        settings.github_webhook_secret,
        settings.github_client_id,
        settings.github_client_secret,
    )
    assert 0o600 == (tmp_path / "app.json").stat().st_mode & 0o777


def test_after_the_set_up_no_command_needs_the_address_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """README sets it for `setup` alone, and goes on with `doctor` and `run`."""
    _commanded(monkeypatch, tmp_path)
    app = app_file.read(tmp_path)
    assert app is not None
    here = {"DATA_DIR": str(tmp_path), "GITHUB_API_URL": app.api}

    settings = read(here)
    require_login(settings)
    assert BASE == settings.base_url
    assert "https://moved.example" == read({**here, "BASE_URL": "https://moved.example"}).base_url
    assert "" == read({**here, "GITHUB_APP_ID": "8"}).base_url


def test_the_command_shows_the_credentials_once_where_a_secret_store_keeps_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = _commanded(monkeypatch, tmp_path, "--print")
    names = ("GITHUB_", "SESSION_", "BASE_URL")
    lines = dict(line.split("=", 1) for line in said.splitlines() if line.startswith(names))

    assert not (tmp_path / "app.json").exists()
    settings = read(lines)
    require_login(settings)
    assert settings.github_private_key.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert settings.session_secret


def test_the_command_refuses_where_an_app_could_not_reach_us() -> None:
    refused = CliRunner().invoke(main, ["setup"], env={"BASE_URL": "", "DATA_DIR": "/nonexistent/folder"})

    assert (2, True) == (refused.exit_code, "BASE_URL is not set" in refused.output)


APP = AppFile("https://api.github.com", "7", "Iv23liAbCdEf", "s", "w", "key", "https://github.com/apps/monitor")


def test_the_environment_wins_over_the_file_and_two_apps_are_never_mixed(tmp_path: Path) -> None:
    app_file.write(tmp_path, APP)
    here = {"DATA_DIR": str(tmp_path)}

    assert "other" == read({**here, "GITHUB_WEBHOOK_SECRET": "other"}).github_webhook_secret
    assert "s" == read({**here, "GITHUB_APP_ID": "7"}).github_client_secret
    for another in ({"GITHUB_APP_ID": "8"}, {"GITHUB_CLIENT_ID": "Iv23liOther"}):
        settings = read({**here, **another})
        assert ("", "", "") == (
            settings.github_webhook_secret,
            settings.github_private_key,
            settings.github_client_secret,
        )
    with pytest.raises(BadSetting, match="another GitHub"):
        read({**here, "GITHUB_API_URL": "https://ghes.example/api/v3"})


def test_a_file_without_an_address_is_read_and_named_where_the_address_is_missing(tmp_path: Path) -> None:
    """As the set-up wrote it before it kept the address: nobody there ever set GITHUB_CLIENT_ID."""
    path = app_file.write(tmp_path, APP)
    held = json.loads(path.read_text())
    del held["base_url"]
    path.write_text(json.dumps(held))

    with pytest.raises(BadSetting, match=r"^BASE_URL is not set, but DATA_DIR holds an app\.json"):
        require_login(read({"DATA_DIR": str(tmp_path)}))


@pytest.mark.parametrize("address", [7, None, "monitor.example", "https://user@monitor.example"])
def test_an_address_in_the_file_is_one_that_could_be_set(tmp_path: Path, address: object) -> None:
    path = app_file.write(tmp_path, APP)
    path.write_text(json.dumps({**json.loads(path.read_text()), "base_url": address}))

    with pytest.raises(BadSetting, match="not what the set-up wrote"):
        read({"DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": 7}', json.dumps({"x": "a" * 100_000}), "[" * 60_000])
def test_a_file_that_the_set_up_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "app.json"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(BadSetting, match="not what the set-up wrote"):
        read({"DATA_DIR": str(tmp_path)})


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    app_file.write(tmp_path, APP).chmod(0o640)

    with pytest.raises(BadSetting, match="others may read; do: chmod 600"):
        read({"DATA_DIR": str(tmp_path)})


def test_the_page_says_whether_a_webhook_has_arrived(tmp_path: Path) -> None:
    app_file.write(tmp_path, APP)
    settings = Settings(data_dir=tmp_path, github_app_id="7", github_webhook_secret=SECRET, base_url=BASE)
    client = create_app(deps_of(settings, memory_ledger(), lambda: NOW)).test_client()

    before = client.get("/setup").text
    client.post("/webhooks", data=b"{}", headers=headers(b"{}", X_GitHub_Event="ping", X_Hub_Signature_256=None))
    unsigned = client.get("/setup").text
    client.post("/webhooks", data=b"{}", headers=headers(b"{}", X_GitHub_Event="ping"))
    after = client.get("/setup").text

    assert "No webhook has arrived yet" in before
    assert f"{BASE}/webhooks" in before
    assert before == unsigned
    assert "Webhooks arrive" in after
    assert "first ping came 2026-03-03 12:00:00 UTC" in after
    assert "https://github.com/apps/monitor/installations/new" in after


def test_any_webhook_is_an_arrival(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, github_app_id="7", github_webhook_secret=SECRET, base_url=BASE)
    client = create_app(deps_of(settings, memory_ledger(), lambda: NOW)).test_client()
    client.post("/webhooks", data=b"{}", headers=headers(b"{}"))

    assert "Webhooks arrive" in client.get("/setup").text


def test_without_an_app_the_page_names_the_command(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, github_webhook_secret=SECRET)

    page = create_app(deps_of(settings, memory_ledger(), lambda: NOW)).test_client().get("/setup").text
    assert "artifact-monitor setup" in page
