"""Whether a process is alive, for a container's HEALTHCHECK and for a service manager."""

from __future__ import annotations

import http.client
import time
from datetime import datetime, timedelta

from app.processes.shift import AT_ONE
from app.settings import Settings
from verifier.ledger import Unavailable, open_ledger

WITHIN = {"worker": AT_ONE + timedelta(minutes=5), "clock": timedelta(minutes=2)}
"""How old a sign of life may be. A worker gives one between two pieces of work, and one may be kept for `AT_ONE`."""
ANSWERS_WITHIN = 4.0
"""Seconds."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is bound here


def problem(settings: Settings, name: str, now: datetime) -> str:
    """What is wrong with the process of this name, '' where it is alive.

    The web process is asked at the address where the settings say that it listens.

    Where BEAT_FILE is set it is this machine's own process that is looked at; else the database says when any process
    of that name was last alive, wherever it runs; while it does not answer nobody can be said to be.
    """
    if name == "web":
        return _web(settings)
    if settings.beat_file is not None:
        try:
            age: timedelta | None = timedelta(seconds=time.time() - settings.beat_file.stat().st_mtime)
        except OSError:
            age = None
    else:
        try:
            with open_ledger(settings.database).reading() as book:
                last = book.health.last_beat(name)
        except Unavailable as error:
            return f"nobody knows whether a {name} is alive: {error}"
        age = None if last is None else now - last
    if age is None:
        return f"the {name} has given no sign of life yet"
    if age > WITHIN[name]:
        return f"the {name} gave its last sign of life {age.total_seconds():.0f} seconds ago"
    return ""


def _web(settings: Settings) -> str:
    asked = http.client.HTTPConnection(
        _EVERYWHERE.get(settings.host, settings.host), settings.port, timeout=ANSWERS_WITHIN
    )
    try:
        asked.request("GET", "/livez")
        status = asked.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"the web process does not answer ({type(error).__name__})"
    finally:
        asked.close()
    return "" if status == 200 else f"the web process answered {status}"
