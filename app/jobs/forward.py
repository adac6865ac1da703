"""GitHub's channels wait for those out of band only as long as there is something to wait for."""

from __future__ import annotations

from collections.abc import Iterable

from app.deps import Deps
from checks import CHANNELS


def forward(deps: Deps, keys: Iterable[str]) -> None:
    """Let GitHub's channels speak about every key that each route which hears it was told, or could not be told.

    What failed at GitHub before keeps the time at which it is tried again.
    """
    now, waited = deps.now(), False
    with deps.ledger.writing() as book:
        for key in keys:
            pieces = [book.work.get(f"tell/{route.name}", key) for route in deps.routes]
            if not all(piece is None or piece.problem for piece in pieces):
                continue
            for channel in CHANNELS:
                task = book.work.get("report", f"{key} {channel.NAME}")
                if task is not None and task.due_at > now and not task.attempts:
                    book.work.want("report", task.key, now)
                    waited = True
    if waited:
        deps.wake.wake("report")
