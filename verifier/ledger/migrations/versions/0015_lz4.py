"""The bodies of webhooks are compressed with lz4 where PostgreSQL has it: pglz is most of what keeping one costs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """For the rows to come; those that are there are read as before."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # PostgreSQL has it from 14 on, if it was built with it: then it is one of the values that the setting may have.
    known = "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
    if connection.execute(sa.text(known)).scalar():
        op.execute("ALTER TABLE inbox ALTER COLUMN body SET COMPRESSION lz4")
