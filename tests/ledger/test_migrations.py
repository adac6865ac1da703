"""The migrations make the tables that the code uses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.ledger.upgraded import upgrade
from verifier.ledger import Unavailable, migrate, open_ledger
from verifier.ledger.codec import encode
from verifier.ledger.protocol import Posted
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.tables import metadata


def test_migrated_tables_are_the_tables_of_the_code(empty_url: str) -> None:
    """Alembic finds no difference between a migrated database and `tables.metadata`; migrating twice is fine."""
    migrate(empty_url)
    migrate(empty_url)

    with engine(empty_url).connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert [] == compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def test_a_missing_column_would_be_noticed(url: str) -> None:
    """The comparison sees a column that the code uses and the database has not."""
    with engine(url).connect() as connection:
        connection.execute(text("ALTER TABLE beats ADD COLUMN stray TEXT"))
        context = MigrationContext.configure(connection)
        assert ["remove_column"] == [difference[0] for difference in compare_metadata(context, metadata)]


def test_a_database_of_a_newer_version_is_refused(url: str) -> None:
    """A program older than its database says so and touches nothing."""
    with engine(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Unavailable, match="newer version"):
        migrate(url)


def test_posts_of_an_older_version_are_found_by_their_number(empty_url: str) -> None:
    """The column that came later is filled from what was kept."""
    posted = Posted("i1", "issue", "12", "", "sha256:0", True, datetime(2026, 3, 1, tzinfo=UTC))
    upgrade(empty_url, "0004")
    with engine(empty_url).begin() as connection:
        row = {"incident_id": "i1", "channel": "issue", "body": encode(posted)}
        connection.execute(
            text("INSERT INTO posted (incident_id, channel, body) VALUES (:incident_id, :channel, :body)"), row
        )

    migrate(empty_url)
    with open_ledger(empty_url).reading() as book:
        assert [posted] == book.incidents.posted_as("issue", "12")
