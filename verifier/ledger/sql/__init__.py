"""The ledger in tables, the same code on SQLite and PostgreSQL. Rows never leave: only model types do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, TimeoutError

from verifier.ledger.names import Names, number
from verifier.ledger.protocol import Nested
from verifier.ledger.rebuild import derive_again
from verifier.ledger.sql.book import SqlBook
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.failure import unavailable
from verifier.ledger.sql.transaction import Transaction


class SqlLedger:
    """The ledger at one address; connects on first use. See `protocol.Ledger`."""

    def __init__(self, url: str) -> None:
        self._engine = engine(url)
        self._thread = threading.local()
        self._names = Names()

    @contextmanager
    def reading(self) -> Iterator[SqlBook]:
        """A transaction that sees one state of everything."""
        with self._transaction(writing=False) as book:
            yield book

    @contextmanager
    def writing(self) -> Iterator[SqlBook]:
        """A transaction that is kept whole or not at all."""
        with self._transaction(writing=True) as book:
            yield book

    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Held by an open transaction of its own connection: it ends with that, whatever becomes of this process."""
        return self._held(name) if self._engine.dialect.name == "postgresql" else self._names.hold(name)

    def rebuild(self) -> None:
        """Empty what is derived and derive it again, in one transaction."""
        with self.writing() as book:
            derive_again(book)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _held(self, name: str) -> Iterator[bool]:
        with ExitStack() as ending:
            try:
                connection = ending.enter_context(self._engine.connect())
                free = bool(connection.scalar(select(func.pg_try_advisory_xact_lock(number(name)))))
            except (DBAPIError, TimeoutError) as error:
                raise (unavailable(error) or error) from error
            ending.pop_all()
            try:
                yield free
            finally:
                # A connection that broke meanwhile holds nothing any more, and what was done is done.
                with suppress(DBAPIError):
                    connection.close()

    @contextmanager
    def _transaction(self, writing: bool) -> Iterator[SqlBook]:
        if getattr(self._thread, "open", False):
            raise Nested("this thread is in a transaction of the ledger already; pass its book on")
        self._thread.open = True
        try:
            options = {} if writing else _READ_ONLY.get(self._engine.dialect.name, {})
            with self._engine.connect() as connection:
                connection.execution_options(writing=writing, **options)
                with connection.begin():
                    yield SqlBook(Transaction(connection, writing))
        except (DBAPIError, TimeoutError) as error:
            raise (unavailable(error) or error) from error
        finally:
            self._thread.open = False


_READ_ONLY = {"postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}}
