"""Container images: what a tag held before, when each was last seen as it stands, and what registries grant us."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables, which fill by themselves, and find verdicts by what they are about."""
    op.create_table(
        "earlier",
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("artifact", "number", "fingerprint", name="pk_earlier"),
    )
    op.create_table(
        "sightings",
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("artifact", "number", name="pk_sightings"),
    )
    op.create_table(
        "budgets",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_budgets"),
    )
    op.create_index("ix_verdicts_fingerprint", "verdicts", ["fingerprint"])
