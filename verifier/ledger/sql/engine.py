"""Addresses to engines: what SQLite and PostgreSQL must be told so that both keep what they accept."""

from __future__ import annotations

import contextlib
import math
import os
import time
import weakref
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

PATIENCE = 30
"""Seconds to wait for a lock before the transaction is given up."""
IDLE = 1.0
"""Seconds after which a connection of the pool is no longer taken for alive."""


def address(url: str) -> URL:
    """The address as SQLAlchemy takes it: `postgres://` and `postgresql://` go through psycopg 3.

    Raises ValueError, in words for people and without the password, on an address that cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("the database's address is not one: write it like postgresql://user@host/name") from None
    scheme = parsed.drivername
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if scheme not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"the database's address starts with {scheme}:; use postgresql:// or sqlite:///")
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("an SQLite address must name a file, like sqlite:///folder/ledger.sqlite3")
    return parsed


def engine(url: str) -> Engine:
    """An engine for this address; makes the folder of an SQLite file. Raises ValueError as `address` does."""
    parsed = address(url)
    made = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    _forget_after_fork(made)
    return made


def _postgresql(url: URL) -> Engine:
    # Read committed: a transaction that writes derived rows holds the ledger's lock first, so it reads what is newest.
    made = create_engine(url, connect_args={"connect_timeout": 10})
    _ping_when_idle(made)
    return made


def _ping_when_idle(made: Engine) -> None:
    """A connection that lay idle may be dead: it is asked before it is used, and replaced where it does not answer.

    `pool_pre_ping` asks each time, and a short transaction is hardly longer than that question.
    """

    def used(_: object, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def ping(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        if time.monotonic() - record.info.get("used", math.inf) < IDLE:
            return
        try:
            made.dialect.do_ping(connection)
        except made.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the others died with it

    event.listen(made, "checkin", used)
    event.listen(made, "checkout", ping)


def _sqlite(url: URL) -> Engine:
    file = Path(url.database or "")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"timeout": PATIENCE})

    def private(*_: object) -> None:
        # It holds names of private repositories. SQLite gives the files beside it the same mode.
        with contextlib.suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    event.listen(made, "do_connect", private)
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: Any, _: object) -> None:
    # The driver would begin by itself, and too late: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # NORMAL may lose the last commits when the machine loses power: an accepted webhook must survive that.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred writer that has read cannot wait for another: it fails at once (SQLITE_BUSY_SNAPSHOT).
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN DEFERRED")


def _forget_after_fork(made: Engine) -> None:
    """A child process must not use its parent's connections, nor close them."""
    reference = weakref.ref(made)

    def forget() -> None:
        if (engine := reference()) is not None:
            engine.dispose(close=False)

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=forget)
