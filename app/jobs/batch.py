"""What every step does with its tasks: claim a batch, do each alone, give back what did not work."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from app.github.installation import Renamed
from app.github.refusals import SlowDown
from app.processes.bound import bound
from app.processes.shift import LEASE, Hold
from checks.base import Mendable, NotInstalled, Permanent, Temporary
from handlers.record import installation_task, record
from verifier.ledger.health import Budget
from verifier.ledger.protocol import Book, Task
from verifier.model import RepositorySeen

BATCH = 50
LONGEST = timedelta(hours=1)
MENDED_WITHIN = timedelta(minutes=5)
"""How long what may be mended at any moment, like a setting of ours, is put off."""

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
) -> int:
    """Do the due tasks of a step, one claimed at a time. One that fails is given back, and never stops the others.

    `do` returns when the task is due again, None when it is finished. What is refused is tried again every hour, and
    after five minutes where our settings are the cause: somebody may have mended it; what was asked under an old name,
    at once. What GitHub wants to be asked later is no trouble of the task's, and what concerns a repository that we
    may not read is dropped. A process that shall end takes up no other. Returns how many were taken up.
    """
    for taken in range(most):
        deps.shift.beat()
        if deps.shift.ends():
            return taken
        with deps.ledger.writing() as book:
            tasks = book.work.claim(step, 1, deps.now(), LEASE)
        if not tasks:
            return taken
        one(deps, tasks[0], do)
    return most


def one(deps: Deps, task: Task, do: Callable[[Deps, Task], datetime | None]) -> None:
    """Do one that is claimed, and end its lease, well or badly: it may have been renewed meanwhile."""
    with deps.shift.at(task, deps.now()) as hold, bound(task):
        _one(deps, task, hold, do)


def _one(deps: Deps, task: Task, hold: Hold, do: Callable[[Deps, Task], datetime | None]) -> None:
    try:
        try:
            again_at = do(deps, task)
        finally:
            task = hold.end()
    except NotInstalled as error:
        _dropped(deps, task, error)
    except Renamed as error:
        with deps.ledger.writing() as book:
            record([RepositorySeen(error.seen)], book, deps.now())
            book.work.failed(task, later(deps.now(), task.attempts, error.retry_after), str(error))
    except SlowDown as error:
        put_off(deps, error)
        with deps.ledger.writing() as book:
            book.work.failed(task, later(deps.now(), task.attempts, error.retry_after), str(error))
            book.health.solve(f"{task.step} {task.key}")
    except Temporary as error:
        _failed(deps, task, later(deps.now(), task.attempts, error.retry_after), str(error))
    except Mendable as error:
        _failed(deps, task, deps.now() + MENDED_WITHIN, str(error))
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


def _dropped(deps: Deps, task: Task, error: NotInstalled) -> None:
    """What concerns a repository that we may not read is dropped: it is wanted anew when we may again."""
    log.info("task.dropped", step=task.step, key=task.key, why=str(error))
    with deps.ledger.writing() as book:
        book.work.done(task)
        book.health.solve(f"{task.step} {task.key}")
        ask_about(book, error, deps.now())


def ask_about(book: Book, error: NotInstalled, now: datetime) -> None:
    """Where GitHub says of an installation what no webhook told us, it is asked what holds."""
    if error.installation_id:
        book.work.want("inspect", installation_task(error.installation_id), now)


def put_off(deps: Deps, error: SlowDown) -> None:
    """That GitHub wants to be left alone is said once, whatever waits for it; that we keep to our pace, never."""
    if error.by_us or error.retry_after is None:
        return
    until = deps.now() + timedelta(seconds=error.retry_after)
    with deps.ledger.writing() as book:
        book.health.put_budget(Budget(error.whom, 0, until, refused=True))


def _failed(deps: Deps, task: Task, again_at: datetime, problem: str) -> None:
    log.warning("task.failed", step=task.step, key=task.key, problem=problem, again_at=again_at.isoformat())
    with deps.ledger.writing() as book:
        book.work.failed(task, again_at, problem)
        book.health.report(f"{task.step} {task.key}", problem, deps.now())
