"""What every line of the log names while a piece of work is done: the step, its key, and what the key is about."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from structlog.contextvars import bound_contextvars

from verifier.ledger.protocol import Delivery, Task


@contextlib.contextmanager
def bound(task: Task) -> Iterator[None]:
    """Lines written within name the step and the key; where that is a version's, its purl and number too."""
    with bound_contextvars(step=task.step, key=task.key, **_about(task)):
        yield


@contextlib.contextmanager
def heard(delivery: Delivery) -> Iterator[None]:
    """Lines written within name the delivery and its event."""
    with bound_contextvars(step="hear", delivery=delivery.id, github_event=delivery.event):
        yield


def _about(task: Task) -> dict[str, str]:
    purl, space, number = task.key.partition(" ")
    if not purl.startswith("pkg:"):
        return {}
    return {"purl": purl, "version": number} if space else {"purl": purl}
