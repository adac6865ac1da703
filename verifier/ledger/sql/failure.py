"""SQLAlchemy's exceptions as ours. What is left as it is is a fault of this package."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from verifier.ledger.protocol import Unavailable

_NO_TABLE = ("no such table", "UndefinedTable")


def unavailable(error: DBAPIError | TimeoutError) -> Unavailable | None:
    """The same as Unavailable, in words for people and without statement or address; None where it is not that."""
    if isinstance(error, TimeoutError):
        return Unavailable("the database is busy: no connection came free; try again later")
    said = f"{type(error.orig).__name__}: {error.orig}".strip().splitlines()[0]
    if any(word in said for word in _NO_TABLE):
        return Unavailable(
            "the database lacks tables of this version; run `artifact-monitor migrate`, or `artifact-monitor run`, "
            "which migrates first"
        )
    if isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated:
        return Unavailable(f"the database did not answer ({said}); try again later")
    return None
