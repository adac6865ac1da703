"""Migrations run while the version before still works: they add, and take nothing away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    func,
    insert,
    inspect,
    select,
)

from tests.ledger.expanding import contracting
from tests.ledger.upgraded import upgrade
from verifier.ledger import migrate
from verifier.ledger.revisions import VERSIONS, known
from verifier.ledger.sql.engine import engine

RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""From before more than one version could run at a time. Nothing is added here."""
LATER = [path for path in sorted(VERSIONS.glob("*.py")) if path.name[:4] not in RELEASED]


@pytest.mark.parametrize("path", LATER, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    assert [] == contracting(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_table("inbox")',
        'op.drop_column("inbox", "lent")',
        'op.rename_table("inbox", "outbox")',
        'op.alter_column("inbox", "lent", new_column_name="times")',
        'op.alter_column("inbox", "lent", type_=sa.Text())',
        'op.alter_column("inbox", "heard_at", nullable=False)',
        'op.add_column("inbox", sa.Column("place", sa.Text(), nullable=False))',
        'op.create_unique_constraint("uq", "inbox", ["event"])',
        'op.create_index("ix", "inbox", ["event"], unique=True)',
        'op.execute("ALTER TABLE inbox DROP COLUMN lent")',
        'op.execute(f"alter table inbox rename to {name}")',
        'op.execute("DELETE FROM inbox")',
        "op.execute(sa.delete(table))",
        'with op.batch_alter_table("inbox") as table:\n    table.drop_column("lent")',
    ],
)
def test_what_would_take_away_is_found(line: str) -> None:
    assert 1 == len(contracting(line)), contracting(line)


@pytest.mark.parametrize(
    "line",
    [
        'op.create_table("new", sa.Column("id", sa.Text(), nullable=False))',
        'op.add_column("inbox", sa.Column("place", sa.Text()))',
        'op.add_column("inbox", sa.Column("place", sa.Text(), nullable=False, server_default=""))',
        'op.create_index("ix", "inbox", ["event"])',
        'op.execute("ALTER TABLE inbox ALTER COLUMN body SET COMPRESSION lz4")',
    ],
)
def test_what_only_adds_is_let_through(line: str) -> None:
    assert [] == contracting(line)


@pytest.mark.parametrize("before", known()[len(RELEASED) - 1 : -1])
def test_what_an_older_version_inserts_fits_the_newest_tables(empty_url: str, before: str) -> None:
    """A row in every table that it knows, with the columns that it knows: before the migration and after it."""
    upgrade(empty_url, before)
    made = engine(empty_url)
    with made.connect() as connection:
        tables = MetaData()
        tables.reflect(connection, only=lambda name, _: name != "alembic_version")
    known_tables = list(tables.tables.values())
    with made.begin() as connection:
        for table in known_tables:
            connection.execute(insert(table), row(table, 1))
    made.dispose()

    migrate(empty_url)

    with made.begin() as connection:
        for table in known_tables:
            connection.execute(insert(table), row(table, 2))
            count: Select[Any] = select(func.count()).select_from(table)
            assert 2 == connection.execute(count).scalar_one(), table.name
        now = inspect(connection)
        for table in known_tables:
            assert {column.name for column in table.columns} <= {c["name"] for c in now.get_columns(table.name)}
    made.dispose()


def row(table: Table, number: int) -> dict[str, Any]:
    """One with nothing but what must be given."""
    return {
        column.name: value(column, number)
        for column in table.columns
        if not column.nullable and column.server_default is None
    }


def value(column: Column[Any], number: int) -> Any:
    match column.type:
        case Boolean():
            return False
        case BigInteger() | Integer():
            return number
        case LargeBinary():
            return b"x"
        case _:
            return f"{number:064d}"
