"""What is refused at the start, what is ready, and what is alive."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cli.main import main
from app.processes.alive import WITHIN, problem
from app.processes.start import bring_up, require_migrated
from app.settings import BadSetting, Settings, read
from tests.documents import ROOT
from tests.ledger.conftest import (
    NO_SERVER,
    empty_postgresql_url,
    empty_url,
    migrated_file,
    postgresql_url,
    sqlite_url,
    url,
)
from tests.ledger.upgraded import upgrade
from tests.webhooks.running import web
from tests.webhooks.site import DeadLedger, Site
from verifier.ledger import memory_ledger, migrate, open_ledger
from verifier.ledger.protocol import Unavailable
from verifier.ledger.revisions import Form, form, known, newest
from verifier.ledger.sql.engine import engine

__all__ = ["NO_SERVER", "empty_postgresql_url", "empty_url", "migrated_file", "postgresql_url", "sqlite_url", "url"]

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = known()[-2]


def set_revision(address: str, revision: str) -> None:
    made = engine(address)
    with made.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    made.dispose()


def test_the_migrations_are_known_in_their_order() -> None:
    """The same as Alembic, which runs them, finds them."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from verifier.ledger.sql.migrate import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)

    assert list(known()) == [found.revision for found in script.walk_revisions()][::-1]
    assert newest() == script.get_current_head()
    assert [Form.OLDER, Form.OLDER, Form.CURRENT, Form.NEWER] == [form(r) for r in ("", "0001", newest(), "9999")]


def test_a_database_that_is_not_migrated_is_refused(empty_url: str) -> None:
    with pytest.raises(BadSetting, match=r"without tables, and this version needs .* run `artifact-monitor migrate`"):
        require_migrated(Settings(), open_ledger(empty_url))
    upgrade(empty_url, BEFORE)
    with pytest.raises(BadSetting, match=f"at migration {BEFORE}, and this version needs {newest()}"):
        require_migrated(Settings(), open_ledger(empty_url))
    migrate(empty_url)
    require_migrated(Settings(), open_ledger(empty_url))


def test_a_database_of_a_newer_version_is_refused_unless_it_is_meant(url: str) -> None:
    set_revision(url, "9999")
    with pytest.raises(BadSetting, match=r"9999, made by a newer version; this one knows .* NEWER_DATABASE=on"):
        require_migrated(Settings(), open_ledger(url))
    require_migrated(Settings(newer_database=True), open_ledger(url))


def test_a_database_that_does_not_answer_is_waited_for() -> None:
    require_migrated(Settings(), DeadLedger())


def impatient(seconds: float) -> None:
    raise AssertionError(f"it waits for {seconds} seconds")


def revision_of(address: str) -> str:
    with open_ledger(address).reading() as book:
        return book.health.revision()


def test_a_database_is_brought_up_and_a_newer_one_is_left_as_it_is_where_that_is_meant(empty_url: str) -> None:
    assert bring_up(Settings(database_url=empty_url))
    assert bring_up(Settings(database_url=empty_url, newer_database=True))
    assert newest() == revision_of(empty_url)
    set_revision(empty_url, "9999")
    with pytest.raises(BadSetting, match="NEWER_DATABASE=on"):
        bring_up(Settings(database_url=empty_url), within=60, sleep=impatient)
    assert not bring_up(Settings(database_url=empty_url, newer_database=True))
    assert "9999" == revision_of(empty_url)


def test_migrating_before_an_older_version_starts_stops_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Procfile, the units and Compose run before the processes: rolled back they go the same way."""
    set_revision(sqlite_url, "9999")
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    refused = CliRunner().invoke(main, ["migrate", "--wait", "60"])
    monkeypatch.setenv("NEWER_DATABASE", "on")
    let = CliRunner().invoke(main, ["migrate", "--wait", "60"])

    assert (2, 0) == (refused.exit_code, let.exit_code)
    assert "set NEWER_DATABASE=on" in refused.output
    assert "A newer version has migrated the ledger; nothing was changed." in let.output
    assert "9999" == revision_of(sqlite_url)


def test_migrating_waits_for_a_database_that_is_still_starting(tmp_path: Path) -> None:
    """SQLite's file cannot be opened yet, which looks the same as a server that does not answer."""
    at = [0.0]
    (tmp_path / "ledger").mkdir()

    def sleep(seconds: float) -> None:
        at[0] += seconds
        if at[0] > 20 and (tmp_path / "ledger").is_dir():
            (tmp_path / "ledger").rmdir()

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'ledger'}")
    assert bring_up(settings, 60, sleep, lambda: at[0])
    assert 20 < at[0] < 30
    assert newest() == revision_of(settings.database)


def test_migrating_gives_up_after_its_time() -> None:
    at = [0.0]

    def sleep(seconds: float) -> None:
        at[0] += seconds

    nobody = Settings(database_url="postgresql://127.0.0.1:1/nobody")
    with pytest.raises(Unavailable, match="did not answer"):
        bring_up(nobody, 12, sleep, lambda: at[0])
    assert 12 == at[0]
    with pytest.raises(Unavailable, match="did not answer"):
        bring_up(nobody, 0, impatient)


def refused(process: str, **environment: str) -> str:
    """The one line that a process says when it refuses to start."""
    script = [sys.executable, "-c", "from app.cli.main import main; main()", process]
    web = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    environment = {"PATH": os.environ["PATH"], "GITHUB_WEBHOOK_SECRET": "secret", "PORT": "1", **environment}
    ended = subprocess.run(
        web if process == "web" else script, cwd=ROOT, env=environment, capture_output=True, timeout=120
    )
    (line,) = ended.stderr.decode().splitlines()
    assert 2 == ended.returncode
    return line


@pytest.mark.parametrize("process", ["worker", "clock", "web"])
def test_each_process_says_in_one_line_that_the_database_is_not_migrated(tmp_path: Path, process: str) -> None:
    upgrade(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", BEFORE)

    said = refused(process, DATA_DIR=str(tmp_path))

    assert said.startswith(f"Error: The database is at migration {BEFORE}, and this version needs {newest()}: run")


@pytest.mark.parametrize("process", ["worker", "clock", "web"])
def test_each_process_says_in_one_line_which_setting_cannot_be_meant(tmp_path: Path, process: str) -> None:
    assert refused(process, DATA_DIR=str(tmp_path), POLL_INTERVAL="often").startswith("Error: POLL_INTERVAL")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"GITHUB_WEBHOOK_SECRET": ""}, "Error: GITHUB_WEBHOOK_SECRET is not set"),
        ({"GITHUB_CLIENT_ID": "Iv1.0123456789abcdef"}, "Error: GITHUB_CLIENT_SECRET is not set"),
        ({"SUBSCRIBE_DOMAINS": "alice.example"}, "Error: SUBSCRIBE_DOMAINS is set, and"),
        ({"ROUTES": "/dev/null"}, "Error: "),
        ({"DATA_DIR": "/proc/nowhere"}, "Error: "),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
def test_the_web_process_says_in_one_line_what_it_misses(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    assert refused("web", **{"DATA_DIR": str(tmp_path), **environment}).startswith(said)


@pytest.mark.parametrize(
    ("revision", "status", "word"),
    [(newest(), 200, "ok"), ("9999", 200, "ok"), (BEFORE, 503, "not migrated"), ("", 503, "not migrated")],
)
def test_requests_may_come_while_the_database_has_what_we_need(
    monkeypatch: pytest.MonkeyPatch, revision: str, status: int, word: str
) -> None:
    """A newer one too: while one version takes another's place both serve."""
    monkeypatch.setattr("verifier.ledger.memory.health.newest", lambda: revision)
    answer = Site(memory_ledger()).client.get("/readyz")

    assert (status, {"status": word}) == (answer.status_code, answer.get_json())


def test_without_a_database_it_lives_and_is_not_ready() -> None:
    client = Site(DeadLedger()).client
    live, ready = client.get("/livez"), client.get("/readyz")

    assert (200, {"status": "ok"}) == (live.status_code, live.get_json())
    assert (503, {"status": "no database"}) == (ready.status_code, ready.get_json())


def test_a_process_that_ends_is_not_ready() -> None:
    site = Site(memory_ledger())
    site.deps.shift.end()

    assert (503, {"status": "ending"}) == ((a := site.client.get("/readyz")).status_code, a.get_json())
    assert 200 == site.client.get("/livez").status_code


@pytest.mark.parametrize("name", ["worker", "clock"])
def test_a_process_is_alive_by_its_file(tmp_path: Path, name: str) -> None:
    settings = Settings(beat_file=tmp_path / "beat")
    assert f"the {name} has given no sign of life yet" == problem(settings, name, NOW)
    (tmp_path / "beat").touch()
    assert "" == problem(settings, name, NOW)
    old = time.time() - WITHIN[name].total_seconds() - 100
    os.utime(tmp_path / "beat", (old, old))
    assert f"the {name} gave its last sign of life" in problem(settings, name, NOW)


def test_without_a_file_the_database_says_whether_any_is_alive(sqlite_url: str) -> None:
    settings = Settings(database_url=sqlite_url)
    assert "no sign of life yet" in problem(settings, "clock", NOW)
    with open_ledger(sqlite_url).writing() as book:
        book.health.beat("clock", NOW)
    assert "" == problem(settings, "clock", NOW + WITHIN["clock"])
    assert "121 seconds ago" in problem(settings, "clock", NOW + timedelta(seconds=121))


def test_the_command_tells_by_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEAT_FILE", str(tmp_path / "beat"))
    assert 1 == CliRunner().invoke(main, ["alive", "worker"]).exit_code
    (tmp_path / "beat").touch()
    assert 0 == CliRunner().invoke(main, ["alive", "worker"]).exit_code


def test_without_a_file_nobody_is_alive_while_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/nobody")
    asked = CliRunner().invoke(main, ["alive", "worker"])
    monkeypatch.setenv("DATABASE_URL", "mysql://host/name")

    assert (1, True) == (
        asked.exit_code,
        asked.output.startswith("nobody knows whether a worker is alive: the database"),
    )
    assert 2 == CliRunner().invoke(main, ["alive", "worker"]).exit_code


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    assert "hunter2" == read({"GITHUB_WEBHOOK_SECRET_FILE": str(file)}).github_webhook_secret


def refusal(environment: dict[str, Any]) -> str:
    with pytest.raises(BadSetting) as caught:
        read({name: str(value) for name, value in environment.items()})
    return str(caught.value)


def test_a_secrets_file_that_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_text("x" * 70_000)
    assert "REDIS_URL_FILE names a file that cannot be read" in refusal({"REDIS_URL_FILE": tmp_path / "none"})
    assert "that is empty or too long" in refusal({"SMTP_URL_FILE": tmp_path / "empty"})
    assert "that is empty or too long" in refusal({"SMTP_URL_FILE": tmp_path / "long"})
    assert "it is not text" in refusal({"SESSION_SECRET_FILE": tmp_path / "bytes"})
    twice = {"GITHUB_WEBHOOK_SECRET": "a", "GITHUB_WEBHOOK_SECRET_FILE": tmp_path / "empty"}
    assert "GITHUB_WEBHOOK_SECRET and GITHUB_WEBHOOK_SECRET_FILE are both set" in refusal(twice)


@pytest.mark.parametrize(
    ("name", "text_", "said"),
    [("RETAIN_WEBHOOKS", "3", "from 4 to"), ("RETAIN_UNREAD", "0", "from 1"), ("RETAIN_SUMMARIES", "1.5", "from 14")],
)
def test_too_short_a_memory_is_refused(name: str, text_: str, said: str) -> None:
    assert said in refusal({name: text_})


def test_the_web_process_is_alive_where_it_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with web(tmp_path, workers=1) as running:
        settings = Settings(host="0.0.0.0", port=running.port)
        assert "" == problem(settings, "web", NOW)
        assert b'{"status":"ok"}' in running.say(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        monkeypatch.setenv("PORT", str(running.port))
        assert 0 == CliRunner().invoke(main, ["alive", "web"]).exit_code
    assert "does not answer" in problem(settings, "web", NOW)
