"""GitHub's channels wait for those out of band only as long as there is something to wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from checks import CHANNELS
from checks.outside import Route
from verifier.ledger.protocol import Book


def forward(book: Book, routes: Sequence[Route], keys: Iterable[str], now: datetime) -> bool:
    """Let GitHub's channels speak about every key that each route which hears it was told, or could not be told.

    What failed at GitHub before keeps the time at which it is tried again. True where one of them waited: wake them.
    """
    waited = False
    for key in keys:
        pieces = (book.work.get(f"tell/{route.name}", key) for route in routes)
        if not all(piece is None or piece.problem for piece in pieces):
            continue
        for channel in CHANNELS:
            task = book.work.get("report", f"{key} {channel.NAME}")
            if task is not None and task.due_at > now and not task.attempts:
                book.work.want("report", task.key, now)
                waited = True
    return waited
