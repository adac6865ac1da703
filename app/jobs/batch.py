"""What every step does with its tasks: claim a batch, do each alone, give back what did not work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from checks.base import Permanent, Temporary
from verifier.ledger.protocol import Task

BATCH = 50
LEASE = timedelta(minutes=5)
"""How long a claimed piece of work is ours. A process that dies gives it back by this."""
LONGEST = timedelta(hours=1)

log = structlog.get_logger()


def later(now: datetime, attempts: int, retry_after: float | None = None) -> datetime:
    """When to try again: 10 s doubled with each attempt up to an hour, or as the other side says."""
    wait = min(timedelta(seconds=10 * 2 ** min(attempts, 10)), LONGEST)
    if retry_after is not None:
        wait = max(timedelta(seconds=1), min(timedelta(seconds=retry_after), LONGEST))
    return now + wait


def each(deps: Deps, step: str, do: Callable[[Deps, Task], datetime | None]) -> int:
    """Do every due task of a step. One that fails is given back or noted, and never stops the others.

    `do` returns when the task is due again, None when it is finished.
    """
    with deps.ledger.writing() as book:
        tasks = book.work.claim(step, BATCH, deps.now(), LEASE)
    for task in tasks:
        subject = f"{step} {task.key}"
        try:
            again_at = do(deps, task)
        except Temporary as error:
            log.warning("task.postponed", step=step, key=task.key, problem=str(error))
            again_at = later(deps.now(), task.attempts, error.retry_after)
            with deps.ledger.writing() as book:
                book.work.failed(task, again_at, str(error))
                book.health.report(subject, str(error), deps.now())
        except Permanent as error:
            log.error("task.refused", step=step, key=task.key, problem=str(error))
            with deps.ledger.writing() as book:
                book.work.done(task)
                book.health.report(subject, str(error), deps.now())
        else:
            with deps.ledger.writing() as book:
                book.work.done(task, again_at)
                if task.problem:
                    book.health.solve(subject)
    return len(tasks)
