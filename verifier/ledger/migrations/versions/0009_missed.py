"""Until when webhooks are missing, how far each repository's past is read, and what GitHub delivered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables; code of before knows nothing of them and loses nothing by it."""
    op.add_column("gaps", sa.Column("until", sa.BigInteger(), nullable=True))
    op.add_column("gaps", sa.Column("unsent", sa.Boolean(), nullable=True))
    op.create_table(
        "backfills",
        sa.Column("repository_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name="pk_backfills"),
    )
    op.create_index("ix_backfills_finished", "backfills", ["finished"])
    op.create_table(
        "sweeps",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sweeps"),
    )
