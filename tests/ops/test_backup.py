"""A copy made while others write is whole, and what is restored from it goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from app.cli.main import main
from app.processes import backup as backups
from app.processes.backup import BEAT, backup, dumped
from app.settings import BadSetting, Settings
from sandbox.events import Remove
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.scenario import load
from tests.documents import ROOT, document
from tests.ledger.conftest import NO_SERVER, SERVER, migrated_file, sqlite_url
from tests.ledger.examples import T0, derived, repository
from tests.ledger.test_record import STORY, record
from verifier.ledger import migrate, open_ledger
from verifier.ledger.chain import broken
from verifier.ledger.protocol import Delivery
from verifier.model import RepositorySeen

__all__ = ["NO_SERVER", "migrated_file", "sqlite_url"]

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def proven(address: str, facts: int) -> None:
    """What was restored has every fact in its chain, deriving it again changes nothing, and work goes on."""
    ledger = open_ledger(address)
    with ledger.reading() as book:
        assert "" == broken(book.chain())
        assert facts == len(list(book.facts()))
        before = derived(book)
    ledger.rebuild()
    with ledger.reading() as book:
        assert before == derived(book)
    record(ledger, RepositorySeen(repository(9, "acme/after")))
    with ledger.reading() as book:
        assert "" == broken(book.chain())
        assert facts + 1 == len(list(book.facts()))
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_a_copy_of_the_file_is_restored_by_putting_it_in_its_place(tmp_path: Path, sqlite_url: str) -> None:
    ledger, target = open_ledger(sqlite_url), tmp_path / "copy.sqlite3"
    record(ledger, *STORY)
    with ledger.reading() as book:
        facts, shown = len(list(book.facts())), derived(book)
    said = backup(Settings(database_url=sqlite_url), target, NOW)

    assert f"{target}: {facts} facts, and the chain over them holds." == said
    assert ["copy.sqlite3"] == [path.name for path in tmp_path.iterdir() if "copy" in path.name]
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    with ledger.reading() as book:
        assert NOW == book.health.last_beat(BEAT)
    place = tmp_path / "elsewhere" / "ledger.sqlite3"
    place.parent.mkdir()
    shutil.copy(target, place)
    migrate(f"sqlite:///{place}")
    with open_ledger(f"sqlite:///{place}").reading() as book:
        assert shown == derived(book)
    proven(f"sqlite:///{place}", facts)


def test_a_copy_made_while_others_write_holds_one_state_of_everything(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page at a time, with a writer between them; and the writer is not kept waiting."""
    monkeypatch.setattr(backups, "PAGES", 1)
    stop, written = threading.Event(), list[int]()
    started = threading.Event()

    def write() -> None:
        ledger = open_ledger(sqlite_url)
        for number in range(100_000):
            if stop.is_set():
                break
            with ledger.writing() as book:
                book.record(RepositorySeen(repository(1000 + number, f"acme/r{number}")), T0)
                book.inbox.keep(Delivery(f"d{number}", "push", b"x" * 5000, T0))
            written.append(number)
            started.set()
        ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(60)
        copies = []
        for number in range(3):
            before = len(written)
            backup(Settings(database_url=sqlite_url), tmp_path / f"c{number}", NOW)
            copies.append((before, len(written) + 1))
    finally:
        stop.set()
        writer.join()

    for number, (least, most) in enumerate(copies):
        with open_ledger(f"sqlite:///{tmp_path / f'c{number}'}").reading() as book:
            assert "" == broken(book.chain())
            # A fact and its webhook were written together, so they are copied together.
            assert least <= len(list(book.facts())) == book.inbox.waiting() <= most


def test_a_damaged_ledger_gives_no_copy(tmp_path: Path, sqlite_url: str) -> None:
    record(open_ledger(sqlite_url), *STORY)
    path = make_url(sqlite_url).database
    assert path is not None
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE facts SET body = replace(body, 'acme', 'acne') WHERE sequence = 2")
    with pytest.raises(ValueError, match="fact 2 was altered"):
        backup(Settings(database_url=sqlite_url), tmp_path / "copy", NOW)
    assert [] == [path for path in tmp_path.iterdir() if "copy" in path.name]


def test_an_older_copy_is_never_overwritten(tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "copy").write_text("older")
    with pytest.raises(FileExistsError):
        backup(Settings(database_url=sqlite_url), tmp_path / "copy", NOW)
    assert "older" == (tmp_path / "copy").read_text()


def test_postgresql_is_pointed_to_its_own_means() -> None:
    with pytest.raises(BadSetting, match="pg_dump"):
        backup(Settings(database_url="postgresql://host/name"), Path("copy"), NOW)


def test_that_a_backup_was_made_elsewhere_can_be_noted(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert 2 == CliRunner().invoke(main, ["backup"]).exit_code
    assert 0 == CliRunner().invoke(main, ["backup", "--made"]).exit_code
    with open_ledger(sqlite_url).reading() as book:
        assert book.health.last_beat(BEAT) is not None


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        (b"", "is no dump of pg_dump's custom format"),
        (b"-- PostgreSQL database dump, facts, inbox, alembic_version", "is no dump"),
        (b"PGDMP artifacts, mail_inbox, alembic_version", "is a dump of another database: it has no table facts"),
    ],
)
def test_what_is_no_dump_of_a_ledger_is_not_noted_as_a_backup(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, begins: bytes, said: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    dump = tmp_path / "ledger.dump"
    dump.write_bytes(begins)
    refused = CliRunner().invoke(main, ["backup", "--made", str(dump)])
    gone = CliRunner().invoke(main, ["backup", "--made", str(tmp_path / "gone")])

    assert (2, 2) == (refused.exit_code, gone.exit_code)
    assert said in " ".join(refused.output.split())
    with open_ledger(sqlite_url).reading() as book:
        assert book.health.last_beat(BEAT) is None


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """Addresses of two databases of this test's own, as PostgreSQL's programs take them."""
    server = make_url(SERVER).set(drivername="postgresql")
    names = [f"backup_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"')
        first, second = (server.set(database=name).render_as_string(hide_password=False) for name in names)
        yield first, second
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_recipes_dump_no_other_database_where_the_address_is_not_set() -> None:
    """`pg_dump` without an address dumps the database of whoever calls it, and ends well."""
    dumps = [line for line in document("docs/backup.md").splitlines() if line.strip().startswith("pg_dump")]

    assert dumps
    assert all("${DATABASE_URL:?" in line for line in dumps)


@NO_SERVER
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="there is no pg_dump")
def test_what_pg_dump_copies_pg_restore_gives_back(tmp_path: Path, two_databases: tuple[str, str]) -> None:
    """The commands of docs/backup.md."""
    first, second = two_databases
    migrate(first)
    ledger = open_ledger(first)
    record(ledger, *STORY)
    with ledger.reading() as book:
        facts, shown = len(list(book.facts())), derived(book)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    dump = str(tmp_path / "ledger.dump")
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", second], env=environment, check=True)
    with pytest.raises(ValueError, match="of another database: it has no table facts"):
        dumped(Settings(database_url=first), Path(dump), NOW)
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", first], env=environment, check=True)
    os.utime(dump, (NOW.timestamp() - 3600, NOW.timestamp() - 3600))
    assert f"{dump}: a dump of a ledger, written at 2026-02-28 23:00 UTC. Noted." == dumped(
        Settings(database_url=first), Path(dump), NOW
    )
    ledger = open_ledger(first)
    with ledger.reading() as book:
        assert NOW - timedelta(hours=1) == book.health.last_beat(BEAT)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    subprocess.run(
        ["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={second}", dump],
        env=environment,
        check=True,
    )
    migrate(second)
    with open_ledger(second).reading() as book:
        assert shown == derived(book)
    proven(second, facts)


def test_what_a_restored_ledger_does_not_know_it_said_is_found_where_it_was_said() -> None:
    """The backup is from before the issue was written: its hidden marker is found, and no second one is opened."""
    rogue = load(ROOT / "tests" / "sandbox" / "scenarios" / "small-rogue")
    scenario = replace(rogue, events=tuple(event for event in rogue.events if not isinstance(event, Remove)))
    stage = Replay(scenario)
    play(scenario, stage)
    issues = [issue["title"] for repo in stage.world.repos.values() for issue in repo.issues]
    with stage.deps.ledger.writing() as book:
        (incident,) = book.incidents.all()
        assert book.incidents.posted(incident.id, "issue") is not None
        after = incident.id[:-1] + chr(ord(incident.id[-1]) + 1)
        assert book.incidents.drop_posted(incident.id, after, 100)
        assert [] == book.incidents.all_posted(incident.id)
        book.work.want("report", f"{incident.id} issue", stage.deps.now())
    stage.settle()

    with stage.deps.ledger.reading() as book:
        assert book.incidents.posted(incident.id, "issue") is not None
    assert issues == [issue["title"] for repo in stage.world.repos.values() for issue in repo.issues]
