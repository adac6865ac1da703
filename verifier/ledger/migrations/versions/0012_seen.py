"""Which artifacts the repositories publish that somebody sees, read off an index alone."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_publishers_repository_id_artifact", "publishers", ["repository_id", "artifact"])
