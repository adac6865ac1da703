"""One open transaction: what every shelf runs its statements through."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Delete,
    FromClause,
    Insert,
    Row,
    Select,
    Table,
    TableValuedAlias,
    Text,
    Update,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    select,
    text,
    true,
    type_coerce,
)

from verifier.ledger.protocol import ReadOnly
from verifier.ledger.sql.engine import PATIENCE

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

LOCK = 0x6C6564676572
"""The number of the ledger's own lock in PostgreSQL: "ledger"."""


class Transaction:
    """A connection within a transaction. `write` and `upsert` raise ReadOnly where it only reads."""

    def __init__(self, connection: Connection, writing: bool) -> None:
        self._connection = connection
        self._writing = writing
        self._postgresql = connection.dialect.name == "postgresql"
        self._locked = False

    def alone(self) -> None:
        """Wait until no other transaction changes derived rows, until this one ends.

        What is derived is read, merged and written back, so two at once would lose one of the two; and the chain of
        facts has one end. SQLite has one writer anyway.
        """
        if self._writing and self._postgresql and not self._locked:
            self._connection.execute(
                text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": f"{PATIENCE}s"}
            )
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            self._locked = True

    def rows(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return self._connection.execute(query).all()

    def batches(self, query: Select[Any], size: int) -> Iterator[Sequence[Row[Any]]]:
        """The rows of a query, so many at a time; the database sends them as they are asked for."""
        yield from self._connection.execute(query, execution_options={"yield_per": size}).partitions()

    def one(self, query: Select[Any]) -> Row[Any] | None:
        """Its only row, or None."""
        return self._connection.execute(query).one_or_none()

    def held(self, query: Select[Any]) -> Row[Any] | None:
        """Its only row, waited for if another transaction holds it, and held until this one ends."""
        self._may_write()
        return self.one(query.with_for_update())

    def free_rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """Rows that no other transaction holds, held until this one ends."""
        self._may_write()
        return self.rows(query.with_for_update(skip_locked=True))

    def write(self, statement: Insert | Update | Delete) -> None:
        """Run a statement that changes rows."""
        self._may_write()
        self._connection.execute(statement)

    def write_all(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert many rows."""
        self._may_write()
        many = [dict(row) for row in rows]
        if many:
            self._connection.execute(insert(table), many)

    def insert_new(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert unless the key is known; says whether it was inserted."""
        self._may_write()
        key = list(table.primary_key.columns)
        # RETURNING: the row count of ON CONFLICT is not reliable on PostgreSQL.
        new = self._insert(table).values(row).on_conflict_do_nothing().returning(*key)
        return self._connection.execute(new).first() is not None

    def by_driver(self, sqlite: str, postgresql: str, columns: Sequence[Sequence[Any]]) -> list[Row[Any]]:
        """Run a statement that changes rows and returns some, in each driver's own words.

        `columns` are the values of many rows, as the driver takes them: PostgreSQL's gets them as one array each, and
        SQLite's row by row.
        """
        self._may_write()
        if self._postgresql:
            return list(self._connection.exec_driver_sql(postgresql, tuple(columns)))
        return [
            row for values in zip(*columns, strict=True) for row in self._connection.exec_driver_sql(sqlite, values)
        ]

    def upsert(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert the row, or overwrite the one that has its key."""
        self._may_write()
        key = [column.name for column in table.primary_key.columns]
        rest = {name: value for name, value in row.items() if name not in key}
        self._connection.execute(self._insert(table).values(row).on_conflict_do_update(index_elements=key, set_=rest))

    def upsert_all(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """The same for many rows with the same columns."""
        many = [dict(row) for row in rows]
        if not many:
            return
        self._may_write()
        key = [column.name for column in table.primary_key.columns]
        fresh = self._insert(table)
        rest = {name: fresh.excluded[name] for name in many[0] if name not in key}
        self._connection.execute(fresh.on_conflict_do_update(index_elements=key, set_=rest), many)

    def among(self, column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
        """The column is one of these numbers, however many: one parameter, and the same statement for all."""
        if self._postgresql:
            return column == func.any(_array(ids))
        return column.in_(select(self.listed(ids).c.value))

    def sieved(self, column: ColumnElement[Any], ids: Collection[int]) -> ColumnElement[bool]:
        """The same, as a sieve for rows in another order: SQLite would look each number up, and sort what it found."""
        return self.among(column if self._postgresql else column + 0, ids)

    def sieve(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A column of text, for a condition that rows in another order are to be sieved by, as in `sieved`."""
        return column if self._postgresql else type_coerce(column, Text).concat("")

    def listed(self, ids: Collection[int]) -> TableValuedAlias:
        """These numbers as rows, in the column `value`."""
        if self._postgresql:
            return func.unnest(_array(ids)).table_valued("value").render_derived()
        return func.json_each(json.dumps(sorted(ids))).table_valued("value")

    def for_each(self, some: TableValuedAlias, table: Table, query: Select[Any]) -> tuple[FromClause, FromClause]:
        """The rows of a table that a query finds for each of these numbers: (their columns, what to select from).

        SQLite knows no LATERAL: there each row's number is looked for.
        """
        if self._postgresql:
            found: FromClause = query.lateral()
            return found, some.join(found, true())
        shown = table.alias("shown")
        numbers: Select[Any] = query.with_only_columns(literal_column(f"{table.name}.rowid")).correlate(some)
        return shown, some.join(shown, literal_column("shown.rowid").in_(numbers))

    def has(self, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
        """The column has this text in it, to the letter."""
        place = func.strpos if self._postgresql else func.instr
        return place(column, literal(text, Text)) > 0

    def has_table(self, name: str) -> bool:
        """The database has a table of this name."""
        return inspect(self._connection).has_table(name)

    def _may_write(self) -> None:
        if not self._writing:
            raise ReadOnly("this transaction only reads; open it with `writing`")

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An insert that knows ON CONFLICT. Each database's own comes with all its drivers: only the one in use."""
        if self._postgresql:
            from sqlalchemy.dialects import postgresql

            return postgresql.insert(table)
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)


def _array(ids: Collection[int]) -> ColumnElement[Any]:
    from sqlalchemy.dialects import postgresql  # SQLite asks for none

    return literal(sorted(ids), postgresql.ARRAY(BigInteger))
