"""Keeps what a worker is at lent to it, minute by minute: a short lease says soon that its worker is gone."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from verifier.ledger.protocol import Task

if TYPE_CHECKING:
    from app.deps import Deps

EVERY = 60.0
"""Seconds between two renewals: several of them may fail before a lease is over."""

log = structlog.get_logger("keeper")


def keep(deps: Deps) -> None:
    """Renew for as long as the process lives."""
    while True:
        time.sleep(EVERY)
        renew(deps)


def renew(deps: Deps) -> None:
    """Lend everything that is under way anew, up to its bound. Never raises: what is not renewed ends by itself."""
    for hold in deps.shift.held():
        try:
            hold.renew(lambda task, until: _lent(deps, task, until), deps.now())
        except Exception as error:  # the database may be down: there is another try in a minute
            log.warning("lease not renewed", error=type(error).__name__)


def _lent(deps: Deps, task: Task, until: datetime) -> Task | None:
    with deps.ledger.writing() as book:
        return book.work.renew(task, until)
