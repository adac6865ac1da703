"""Brings the tables at an address to the newest form, with the migrations that the package carries."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from verifier.ledger.protocol import Unavailable
from verifier.ledger.sql.engine import engine
from verifier.ledger.sql.failure import unavailable
from verifier.ledger.sql.transaction import Transaction

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(url: str) -> None:
    """Migrate in one transaction, behind the lock that all writers take: all of it or nothing, once.

    Raises ValueError on an address that cannot be used and Unavailable when the database does not answer or was
    migrated by a newer version.
    """
    made = engine(url)
    try:
        with made.connect() as connection:
            connection.execution_options(writing=True)
            with connection.begin():
                Transaction(connection, writing=True).alone()
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
                config.set_main_option("path_separator", "os")
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    except CommandError as error:
        raise Unavailable(f"the database belongs to a newer version of this program ({error}); upgrade it") from error
    except DBAPIError as error:
        raise (unavailable(error) or error) from error
    finally:
        made.dispose()
