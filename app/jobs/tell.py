"""Tell: incidents and bulletins out of band, before GitHub's channels speak."""

from __future__ import annotations

from datetime import datetime

from app.deps import Deps
from app.jobs import tell_people
from app.jobs.batch import each
from checks import CHANNELS
from verifier.ledger.protocol import Task


def run(deps: Deps) -> int:
    """Hand what changed to everybody who wants to hear it."""
    return each(deps, "tell", _hand_out) + tell_people.run(deps)


def _hand_out(deps: Deps, task: Task) -> datetime | None:
    with deps.ledger.writing() as book:
        tell_people.fan_out(deps, book, task.key, deps.now())
        for channel in CHANNELS:
            key = f"{task.key} {channel.NAME}"
            if book.work.get("report", key) is not None:
                book.work.want("report", key, deps.now())
    deps.wake.wake("report")
    return None
