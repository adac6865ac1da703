"""When registries are looked at: what is hot, what is silent, how far feeds are read; and whom a poll asks.

The new column may be empty: older code that runs meanwhile leaves it so.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the column with its index."""
    op.create_table(
        "looks",
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registry", sa.Text(), nullable=False),
        sa.Column("hot_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("artifact", name="pk_looks"),
    )
    op.create_index("ix_looks_registry_hot_until", "looks", ["registry", "hot_until"])
    op.create_table(
        "silences",
        sa.Column("registry", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("registry", name="pk_silences"),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feeds"),
    )
    op.add_column("work", sa.Column("registry", sa.Text(), nullable=True))
    op.create_index("ix_work_step_registry_due_at", "work", ["step", "registry", "due_at"])
