"""The worker: drains what it was woken for and what follows from it, and outlives every failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from app.deps import Deps
from app.processes.worker import LONGEST_PAUSE, TURNS, Rounds, heed, heeding
from app.settings import Settings
from app.wake import STEPS
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Book, Unavailable

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Work:
    """Steps that have so much to do, and note what was asked of them."""

    def __init__(self, **left: int) -> None:
        self.left = left
        self.asked: list[str] = []
        self.broken: Exception | None = None

    def __call__(self, deps: Deps, step: str) -> int:
        self.asked.append(step)
        if self.broken is not None:
            raise self.broken
        if not self.left.get(step):
            return 0
        self.left[step] -= 1
        return 1


class Time:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def rounds(
    work: Callable[[Deps, str], int],
    ledger: Ledger | None = None,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Rounds:
    nothing = cast(Any, None)
    deps = Deps(Settings(), ledger or memory_ledger(), nothing, nothing, nothing, lambda: NOW)
    return Rounds(deps, work, stop, clock)


def problems(ledger: Ledger) -> list[tuple[str, str]]:
    with ledger.reading() as book:
        return [(problem.subject, problem.sentence) for problem in book.health.problems()]


def test_a_step_is_done_and_then_every_step_in_turn_until_nothing_is_left() -> None:
    work = Work(inspect=2, examine=1)
    rounds(work)("inspect")

    assert work.asked == ["inspect", *STEPS, *STEPS]
    assert set(work.left.values()) == {0}


def test_an_alarm_waits_for_one_batch_and_not_for_all_there_is_to_inspect() -> None:
    """A new installation has thousands of runs to read; what a webhook brings meanwhile is heard, judged and told."""
    work = Work(hear=1, inspect=TURNS * 10, examine=1, report=1)
    rounds(work)("inspect")

    assert work.asked[:7] == ["inspect", "hear", "inspect", "poll", "examine", "tell", "report"]


def test_a_step_with_nothing_to_do_bothers_no_other() -> None:
    work = Work(report=5)
    rounds(work)("hear")

    assert work.asked == ["hear"]


def test_a_step_that_never_ends_lets_the_others_have_their_turn() -> None:
    work = Work(hear=TURNS * 10)
    rounds(work)("hear")

    assert work.asked.count("hear") == TURNS
    assert work.asked[-1] == "report"


def test_asked_to_stop_it_takes_up_no_further_batch() -> None:
    work = Work(hear=5)
    rounds(work, stop=lambda: len(work.asked) >= 2)("hear")

    assert work.asked == ["hear", "hear"]


def test_a_failing_step_is_shown_on_the_health_page_and_not_with_what_the_error_said() -> None:
    """An error's text may hold what a stranger wrote, or a secret: the log has it, the page does not."""
    ledger, work = memory_ledger(), Work()
    work.broken = RuntimeError("token abc")
    rounds(work, ledger)("poll")

    assert [("step/poll", "The step poll failed (RuntimeError); it is tried again. The log has the details.")] == (
        problems(ledger)
    )


def test_it_rests_longer_each_time_a_step_fails_and_the_other_steps_go_on() -> None:
    work, clock = Work(), Time()
    work.broken = RuntimeError("no")
    worker = rounds(work, clock=clock)
    for _ in range(120):
        worker("poll")
        clock.seconds += 1

    assert 5 <= len(work.asked) <= 8

    worker("report")
    assert work.asked[-1] == "report"


def test_a_step_that_works_again_is_no_problem_any_more() -> None:
    ledger, work, clock = memory_ledger(), Work(), Time()
    work.broken = RuntimeError("no")
    worker = rounds(work, ledger, clock=clock)
    worker("poll")
    work.broken = None
    clock.seconds += LONGEST_PAUSE.total_seconds()
    worker("poll")

    assert problems(ledger) == []


def test_a_problem_that_a_killed_worker_left_is_solved_by_the_next_one() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        book.health.report("step/poll", "It failed.", NOW)
    rounds(Work(), ledger)("poll")

    assert problems(ledger) == []


class Down:
    """A database that does not answer."""

    def reading(self) -> AbstractContextManager[Book]:
        raise Unavailable("the database does not answer")

    def writing(self) -> AbstractContextManager[Book]:
        raise Unavailable("the database does not answer")

    def alone(self, name: str) -> AbstractContextManager[bool]:
        raise Unavailable("the database does not answer")

    def rebuild(self) -> None:
        raise Unavailable("the database does not answer")


def test_a_database_that_is_down_does_not_end_the_worker() -> None:
    def look(deps: Deps, step: str) -> int:
        with deps.ledger.reading():
            raise AssertionError("it is down")

    worker = rounds(look, Down())
    for step in STEPS:
        worker(step)


def test_it_says_that_it_is_alive() -> None:
    ledger = memory_ledger()
    rounds(Work(), ledger)("hear")

    with ledger.reading() as book:
        assert NOW == book.health.last_beat("worker")


def test_the_rq_job_reaches_the_worker_of_this_process_and_nobody_else() -> None:
    noted: list[str] = []
    heed("hear")
    with heeding(noted.append):
        heed("poll")
    heed("report")

    assert noted == ["poll"]


def test_a_signal_ends_the_worker_after_the_batch_that_runs(tmp_path: Path) -> None:
    """SIGTERM arrives in the middle of a batch: the batch is finished, and no other is begun."""
    code = """
import sys, time, pathlib
from app.processes import worker
from app.deps import Deps
from app.settings import Settings
from app.wake.local import LocalWake
from verifier.ledger import memory_ledger
from datetime import UTC, datetime
notes = pathlib.Path(sys.argv[1])
def step(deps, name):
    (notes / "begun").touch()
    end = time.monotonic() + 1
    while time.monotonic() < end:
        time.sleep(0.01)
    with (notes / "done").open("a") as file: file.write("x")
    return 1
wake = LocalWake(notes)
worker.main(Deps(Settings(), memory_ledger(), None, None, wake, lambda: datetime.now(UTC)), step)
(notes / "ended").touch()
"""
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.DEVNULL)
    patience = time.monotonic() + 20
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < patience, "the worker never began"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGTERM)

    assert process.wait(20) == 0
    assert (tmp_path / "done").read_text() == "x"
    assert (tmp_path / "ended").exists()
