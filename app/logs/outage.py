"""A database that does not answer is one line, however often it is asked: where we asked it says nothing."""

from __future__ import annotations

import sys

from structlog.typing import EventDict, WrappedLogger

from verifier.ledger.protocol import Unavailable

LONGEST = 300
"""The most characters that are said of why."""

_KIN = ("OperationalError", "InterfaceError")
"""What the database's own libraries raise then, and log by themselves; none of them is loaded for this."""


def without_traceback(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A processor of structlog: `why` in place of the traceback, where the database did not answer."""
    error = _error(event.get("exc_info"))
    if error is None or not is_outage(error):
        return event
    del event["exc_info"]
    said = str(error).strip().splitlines() or [type(error).__name__]
    event.setdefault("why", said[0][:LONGEST])
    return event


def is_outage(error: BaseException) -> bool:
    """It says that the database did not answer, and nothing about the program."""
    kind = type(error)
    known = kind.__module__.partition(".")[0] in ("sqlalchemy", "psycopg") and kind.__name__ in _KIN
    return known or isinstance(error, Unavailable)


def _error(given: object) -> BaseException | None:
    """What a logger was given as `exc_info`: the exception, the three values of it, or that there is one."""
    if isinstance(given, BaseException):
        return given
    found = sys.exc_info() if given is True else given
    value = found[1] if isinstance(found, tuple) and len(found) == 3 else None
    return value if isinstance(value, BaseException) else None
