"""A database as an older version left it."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.migrate import MIGRATIONS


def upgrade(url: str, revision: str) -> None:
    """Bring a new database up to this revision and no further."""
    made = engine(url)
    with made.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    made.dispose()
