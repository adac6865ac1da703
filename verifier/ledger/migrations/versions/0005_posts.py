"""Posts are found by what they are called at the other side: an issue by its number."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, filled from what is kept of each post."""
    op.add_column("posted", sa.Column("ref", sa.Text(), nullable=False, server_default=""))
    posted = sa.table("posted", sa.column("incident_id"), sa.column("channel"), sa.column("ref"), sa.column("body"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(posted)).all():
        same = sa.and_(posted.c.incident_id == row.incident_id, posted.c.channel == row.channel)
        connection.execute(sa.update(posted).where(same).values(ref=json.loads(row.body)["ref"]))
    with op.batch_alter_table("posted") as table:
        table.alter_column("ref", server_default=None)
    op.create_index("ix_posted_ref", "posted", ["ref"])
