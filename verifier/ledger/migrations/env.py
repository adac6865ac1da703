"""Run by Alembic: migrates on the connection that `verifier.ledger.sql.migrate` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from verifier.ledger.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
