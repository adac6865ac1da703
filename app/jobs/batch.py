"""What every step does with its tasks: claim a batch, do each alone, give back what did not work."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from checks.base import Permanent, Temporary
from verifier.ledger.protocol import Task

BATCH = 50
LEASE = timedelta(minutes=5)
"""How long a claimed piece of work is ours. A process that dies gives it back by this."""
LONG_LEASE = timedelta(minutes=30)
"""The same for work that asks many questions: a second worker must not begin what the first is still at."""
LONGEST = timedelta(hours=1)

log = structlog.get_logger()


def later(
    now: datetime, attempts: int, retry_after: float | None = None, jitter: Callable[[], float] = random.random
) -> datetime:
    """When to try again: as the other side says, else after 10 s doubled with each attempt up to an hour.

    Up to a tenth of that is added by chance (`jitter` is from 0 to 1), so that what failed together is not tried again
    together.
    """
    if retry_after is not None:
        return now + max(timedelta(seconds=1), min(timedelta(seconds=retry_after), LONGEST))
    return now + min(timedelta(seconds=10 * 2 ** min(attempts, 10)) * (1 + jitter() / 10), LONGEST)


def each(
    deps: Deps,
    step: str,
    do: Callable[[Deps, Task], datetime | None],
    most: int = BATCH,
    lease: timedelta = LEASE,
) -> int:
    """Do the due tasks of a step, one claimed at a time. One that fails is given back, and never stops the others.

    `do` returns when the task is due again, None when it is finished. What is refused is tried again every hour:
    somebody may have mended the cause. Returns how many were taken up.
    """
    for taken in range(most):
        with deps.ledger.writing() as book:
            tasks = book.work.claim(step, 1, deps.now(), lease)
        if not tasks:
            return taken
        _one(deps, tasks[0], do)
    return most


def _one(deps: Deps, task: Task, do: Callable[[Deps, Task], datetime | None]) -> None:
    try:
        again_at = do(deps, task)
    except Temporary as error:
        _failed(deps, task, later(deps.now(), task.attempts, error.retry_after), str(error))
    except Permanent as error:
        _failed(deps, task, deps.now() + LONGEST, str(error))
    except Exception as error:  # a task that breaks us must not stop the others; it is kept and shown
        log.exception("task.broke", step=task.step, key=task.key)
        sentence = f"{type(error).__name__}; the log has the details."
        _failed(deps, task, later(deps.now(), task.attempts), sentence)
    else:
        with deps.ledger.writing() as book:
            book.work.done(task, again_at)
            book.health.solve(f"{task.step} {task.key}")


def _failed(deps: Deps, task: Task, again_at: datetime, problem: str) -> None:
    log.warning("task.failed", step=task.step, key=task.key, problem=problem, again_at=again_at.isoformat())
    with deps.ledger.writing() as book:
        book.work.failed(task, again_at, problem)
        book.health.report(f"{task.step} {task.key}", problem, deps.now())
