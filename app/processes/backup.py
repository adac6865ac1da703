"""A copy of the SQLite ledger, made while others write. PostgreSQL has its own means: docs/backup.md."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from app.settings import BadSetting, Settings
from verifier.ledger import open_ledger
from verifier.ledger.chain import broken

BEAT = "backup"
"""Under which the ledger keeps when it was last backed up."""
LEDGERS = ("facts", "inbox", "alembic_version")
"""Tables that a dump of a ledger names."""
CONTENTS = 4 * 1024 * 1024
"""Bytes at the beginning of a dump within which its table of contents ends."""
PAGES = 4096
"""How many pages are copied before writers get their turn."""


def backup(settings: Settings, target: Path, now: datetime) -> str:
    """Copy the ledger and check the copy: SQLite's own check, and the chain of facts from the first to the last.

    1. The copy is made beside the target under another name, readable for nobody else, by SQLite's online backup,
       which gives one state of everything however much is written meanwhile.
    2. It is checked before it gets its name, so that a file of that name is always good.
    3. It reaches the disk before it gets its name, and never takes the place of an older one.

    Raises BadSetting where there is nothing for us to copy, FileExistsError, OSError, and ValueError where the copy
    does not hold: then the ledger itself is damaged. Source: sqlite.org/backup.html.
    """
    from verifier.ledger.sql.engine import address  # a web process reads this module for a name

    parsed = address(settings.database)
    if parsed.get_backend_name() != "sqlite":
        raise BadSetting("DATABASE_URL is PostgreSQL: back it up with pg_dump; docs/backup.md has the commands.")
    if target.exists():
        raise FileExistsError(17, "there is a file already; name a new one", str(target))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    made = Path(name)
    try:
        _copy(Path(parsed.database or ""), made)
        facts = _checked(made)
        _sync(made)
        os.link(made, target)  # refuses where the name was taken meanwhile; a rename would overwrite
        _sync(target.parent)
    finally:
        made.unlink(missing_ok=True)
        for ending in ("-wal", "-shm"):
            made.with_name(made.name + ending).unlink(missing_ok=True)
    note(settings, now)
    return f"{target}: {facts} facts, and the chain over them holds."


def note(settings: Settings, now: datetime) -> None:
    """Keep when a backup was made, for the figures. Raises Unavailable."""
    ledger = open_ledger(settings.database)
    with ledger.writing() as book:
        book.health.beat(BEAT, now)
    ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections


def dumped(settings: Settings, file: Path, now: datetime) -> str:
    """Look at a dump that pg_dump made and keep when it was made, which is when its file was written last.

    Raises ValueError where it is no dump of a ledger, as when another database was dumped; OSError; Unavailable.
    """
    with file.open("rb") as opened:
        begins, at = opened.read(CONTENTS), opened.fileno()
        written = datetime.fromtimestamp(os.fstat(at).st_mtime, UTC)
    if not begins.startswith(b"PGDMP"):
        raise ValueError(f"{file} is no dump of pg_dump's custom format; nothing was noted.")
    if missing := [name for name in LEDGERS if _entry(name) not in begins]:
        raise ValueError(
            f"{file} is a dump of another database: it has no table {missing[0]}. Give pg_dump the address that "
            "DATABASE_URL holds; nothing was noted."
        )
    note(settings, min(written, now))
    return f"{file}: a dump of a ledger, written at {written:%Y-%m-%d %H:%M} UTC. Noted."


def _entry(name: str) -> bytes:
    """A name as it stands in a dump's table of contents: behind its length, so that `artifacts` is no `facts`."""
    return b"\0" + len(name).to_bytes(4, "little") + name.encode()


def _copy(source: Path, target: Path) -> None:
    import sqlite3  # a web process reads this module for a name

    from verifier.ledger.sql.engine import PATIENCE

    with (
        contextlib.closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        # One page after another in one reading transaction: with WAL no writer waits for it, and it waits for none.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=PAGES)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it


def _checked(made: Path) -> int:
    """How many facts it holds. Raises ValueError where it is not whole."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(made)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise ValueError(f"the ledger's file is damaged ({said}); docs/backup.md says what to do.")
    ledger = open_ledger(f"sqlite:///{made}")
    try:
        with ledger.reading() as book:
            wrong, facts = broken(book.chain()), sum(1 for _ in book.chain())
    finally:
        ledger.close()  # type: ignore[attr-defined]  # only ledgers in tables hold connections
    if wrong:
        raise ValueError(f"the ledger's chain does not hold: {wrong}.")
    return facts


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
