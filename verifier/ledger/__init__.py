"""The ledger: the app's only memory. Open one with `memory_ledger` or `open_ledger`; the words are in `protocol`.

What it stands on is imported when it is opened, so that who only names its types stays light.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from verifier.ledger.protocol import Book, Ledger, Unavailable

__all__ = ["Book", "Ledger", "Unavailable", "differences", "memory_ledger", "migrate", "open_ledger"]


def memory_ledger() -> Ledger:
    """An empty ledger that lives as long as this process."""
    from verifier.ledger.memory import MemoryLedger

    return MemoryLedger()


def open_ledger(url: str) -> Ledger:
    """The ledger at an SQLAlchemy address, SQLite or PostgreSQL; `migrate` it first.

    Connects on first use. Makes the folder of an SQLite file. Raises ValueError, in words for people, on an address
    that cannot be used.
    """
    from verifier.ledger.sql import SqlLedger

    return SqlLedger(url)


def migrate(url: str) -> None:
    """Bring the tables at this address to the newest form. Safe when several processes call it at once.

    Raises ValueError on an address that cannot be used, Unavailable when the database does not answer.
    """
    from verifier.ledger.sql.migrate import migrate as run

    run(url)


def differences(url: str) -> Iterator[str]:
    """What the derived tables at this address say otherwise than the facts, one sentence each; nothing is changed.

    Derives all again in a database of a temporary folder, about as large as this one. Raises as `migrate` does.
    """
    from verifier.ledger.sql import SqlLedger
    from verifier.ledger.sql.compared import differences as compare

    with tempfile.TemporaryDirectory() as folder:
        beside = f"sqlite:///{Path(folder) / 'derived.sqlite3'}"
        migrate(beside)
        with closing(SqlLedger(url)) as ledger, closing(SqlLedger(beside)) as again, ledger.reading() as book:
            yield from compare(book, again)
