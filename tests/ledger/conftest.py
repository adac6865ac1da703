"""The ledgers that the contract holds: in memory, on SQLite, and on PostgreSQL where DATABASE_URL names one."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from verifier.ledger import Ledger, memory_ledger, migrate, open_ledger

SERVER = os.environ.get("DATABASE_URL", "")
NO_SERVER = pytest.mark.skipif(not SERVER.startswith("postgres"), reason="DATABASE_URL names no PostgreSQL")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with empty tables, to copy."""
    path = tmp_path_factory.mktemp("ledger") / "empty.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """A migrated SQLite file of this test's own."""
    path = tmp_path / "ledger.sqlite3"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def empty_postgresql_url() -> Iterator[str]:
    """A schema of this test's own, without tables, dropped afterwards."""
    schema = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def postgresql_url(empty_postgresql_url: str) -> str:
    """A migrated schema of this test's own."""
    migrate(empty_postgresql_url)
    return empty_postgresql_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NO_SERVER)])
def url(request: pytest.FixtureRequest) -> str:
    """The address of each kind of database, migrated."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NO_SERVER)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of each kind of database, not migrated."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'folder' / 'that is not there' / 'ledger.sqlite3'}"
    found: str = request.getfixturevalue("empty_postgresql_url")
    return found


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=NO_SERVER)])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """Each twin, empty."""
    if request.param == "memory":
        yield memory_ledger()
        return
    opened = open_ledger(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
