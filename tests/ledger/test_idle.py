"""A connection to PostgreSQL that died while it lay idle costs nobody a transaction; one in use, one each."""

from __future__ import annotations

import importlib

import psycopg
import pytest
from sqlalchemy import make_url

from tests.ledger.conftest import NO_SERVER, SERVER
from verifier.ledger import open_ledger
from verifier.ledger.protocol import Unavailable

pytestmark = NO_SERVER
ENGINE = importlib.import_module("verifier.ledger.sql.engine")  # the package has a function of that name


def end_connections(name: str) -> None:
    """As a server that is restarted does."""
    with psycopg.connect(SERVER.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name])


def named(url: str, name: str) -> str:
    return make_url(url).update_query_dict({"application_name": name}).render_as_string(hide_password=False)


def test_a_connection_that_lay_idle_is_asked_and_replaced(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ENGINE, "IDLE", 0.0)
    ledger = open_ledger(named(postgresql_url, "idle-and-ended"))
    with ledger.reading() as book:
        before = book.inbox.kept([])
    end_connections("idle-and-ended")

    with ledger.reading() as book:
        assert before == book.inbox.kept([])
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def test_one_that_was_used_just_now_fails_once_and_is_replaced(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ENGINE, "IDLE", 3600.0)
    ledger = open_ledger(named(postgresql_url, "used-and-ended"))
    with ledger.writing() as book:
        book.inbox.kept(["1"])
    end_connections("used-and-ended")

    with pytest.raises(Unavailable), ledger.writing() as book:
        book.inbox.kept(["1"])
    with ledger.writing() as book:
        assert {} == book.inbox.kept(["1"])
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
