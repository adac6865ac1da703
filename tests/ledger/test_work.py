"""The contract of work to do, on every twin."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import integers

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Queue, Task


def want(ledger: Ledger, at: datetime = T0, key: str = "k", step: str = "poll") -> None:
    with ledger.writing() as book:
        book.work.want(step, key, at)


def claim(ledger: Ledger, now: datetime, limit: int = 10) -> list[Task]:
    with ledger.writing() as book:
        return book.work.claim("poll", limit, now, MINUTE)


def done(ledger: Ledger, task: Task, again_at: datetime | None = None) -> None:
    with ledger.writing() as book:
        book.work.done(task, again_at)


def queues(ledger: Ledger) -> list[Queue]:
    with ledger.reading() as book:
        return book.work.queues(T0 + 2 * MINUTE)


def everything(ledger: Ledger) -> list[Task]:
    with ledger.reading() as book:
        return book.work.all("poll")


def test_how_much_waits_is_counted_by_step(ledger: Ledger) -> None:
    """What is lent counts too, and what is due is counted apart, with the earliest date."""
    assert [] == queues(ledger)
    want(ledger, T0 + MINUTE, "b")
    want(ledger, T0, "a")
    want(ledger, T0 + HOUR, "late")
    want(ledger, T0 + HOUR, step="examine")
    claim(ledger, T0 + 2 * MINUTE, limit=1)

    assert [Queue("examine", 1, 0, None), Queue("poll", 3, 2, T0)] == queues(ledger)


def test_work_is_lent_when_it_is_due_earliest_first(ledger: Ledger) -> None:
    """A claim takes what is due of its own step, the earliest first, and no more than it asks for."""
    want(ledger, T0 + 2 * MINUTE, "b")
    want(ledger, T0 + MINUTE, "a")
    want(ledger, T0 + HOUR, "late")
    want(ledger, T0, "x", step="report")

    assert [] == claim(ledger, T0)
    assert ["a"] == [task.key for task in claim(ledger, T0 + 2 * MINUTE, limit=1)]
    assert ["b"] == [task.key for task in claim(ledger, T0 + 2 * MINUTE)]
    assert ["a", "b", "late"] == [task.key for task in everything(ledger)]


def test_what_was_never_tried_may_come_before_what_failed(ledger: Ledger) -> None:
    """One who asks for that is lent the failed only when nothing new is due; among equals the earliest comes first."""
    for key in ("old", "older"):
        want(ledger, T0, key)
    for task in claim(ledger, T0):
        with ledger.writing() as book:
            book.work.failed(task, T0 + MINUTE, "no")
    want(ledger, T0 + 3 * MINUTE, "new")
    with ledger.writing() as book:
        lent = book.work.claim("poll", 2, T0 + HOUR, MINUTE, untried_first=True)
    assert ["new", "old"] == [task.key for task in lent]


def test_a_lent_task_says_what_it_is(ledger: Ledger) -> None:
    """A worker is told how often it was tried and wanted, and until when it may work."""
    want(ledger, T0 + MINUTE)
    want(ledger, T0)
    want(ledger, T0 + HOUR)

    expected = [Task("poll", "k", T0, attempts=1, wanted=2, lent_until=T0 + 2 * MINUTE)]
    assert expected == claim(ledger, T0 + MINUTE)


def test_the_earlier_date_wins(ledger: Ledger) -> None:
    """Wanting something later never puts off what is wanted sooner."""
    want(ledger, T0 + HOUR)
    want(ledger, T0)
    want(ledger, T0 + 2 * HOUR)

    assert [T0] == [task.due_at for task in everything(ledger)]


def test_two_workers_never_hold_the_same_task(ledger: Ledger) -> None:
    """A lent task is not lent again before its lease ends, even when it is wanted again meanwhile."""
    want(ledger)
    claim(ledger, T0)
    want(ledger)

    assert [] == claim(ledger, T0 + MINUTE - timedelta(microseconds=1))


def test_a_lease_that_ran_out_is_lent_again(ledger: Ledger) -> None:
    """What a dead worker held is done by another, and the attempts are counted."""
    want(ledger)
    claim(ledger, T0)

    assert [2] == [task.attempts for task in claim(ledger, T0 + MINUTE)]


def test_what_outlasts_its_lease_is_lent_for_longer_each_time(ledger: Ledger) -> None:
    """Or it would be begun by one worker after another; what failed in words waits by its date instead."""
    want(ledger)
    now, lasted = T0, list[timedelta]()
    for _ in range(6):
        (task,) = claim(ledger, now)
        assert task.lent_until is not None
        lasted.append(task.lent_until - now)
        now = task.lent_until
    assert [1, 2, 4, 6, 6, 6] == [lease // MINUTE for lease in lasted]

    with ledger.writing() as book:
        book.work.failed(task, now, "no")
    for _ in range(2):
        (task,) = claim(ledger, now)
        assert now + MINUTE == task.lent_until
        now += MINUTE


def test_what_is_done_is_gone_or_comes_again(ledger: Ledger) -> None:
    """Done work is gone; with a date it is due again then, with its attempts forgotten."""
    want(ledger)
    done(ledger, claim(ledger, T0)[0], again_at=T0 + HOUR)

    (again,) = claim(ledger, T0 + HOUR)
    assert 1 == again.attempts
    done(ledger, again)
    assert [] == everything(ledger)


def test_a_want_during_a_lease_is_never_lost(ledger: Ledger) -> None:
    """What changes while a worker looks is looked at once more."""
    want(ledger)
    (task,) = claim(ledger, T0)
    want(ledger, T0 + timedelta(seconds=10))
    done(ledger, task, again_at=T0 + HOUR)

    assert [] == claim(ledger, T0 + timedelta(seconds=9))
    assert ["k"] == [task.key for task in claim(ledger, T0 + timedelta(seconds=10))]


def test_a_want_during_a_lease_survives_a_failure(ledger: Ledger) -> None:
    """A failed attempt waits for its retry, but not past what was wanted meanwhile."""
    want(ledger)
    (task,) = claim(ledger, T0)
    want(ledger, T0 + MINUTE)
    with ledger.writing() as book:
        book.work.failed(task, T0 + HOUR, "no answer")

    assert [T0 + MINUTE] == [task.due_at for task in everything(ledger)]


def test_a_failure_is_tried_again_and_shown(ledger: Ledger) -> None:
    """A failure keeps its problem and its attempts until it is done or wanted anew."""
    want(ledger)
    with ledger.writing() as book:
        (task,) = book.work.claim("poll", 1, T0, MINUTE)
        book.work.failed(task, T0 + HOUR, "no answer")

    assert [] == claim(ledger, T0 + MINUTE)
    assert [("no answer", 2)] == [(task.problem, task.attempts) for task in claim(ledger, T0 + HOUR)]
    want(ledger)
    assert [("", 0)] == [(task.problem, task.attempts) for task in everything(ledger)]


@pytest.mark.parametrize("wanted_again", [False, True])
def test_who_lost_his_lease_ends_nothing(ledger: Ledger, wanted_again: bool) -> None:
    """A worker that comes back after its lease ran out cannot end the task under the worker that has it now."""
    want(ledger)
    (slow,) = claim(ledger, T0)
    if wanted_again:
        want(ledger)
    (quick,) = claim(ledger, T0 + MINUTE)
    before = everything(ledger)

    done(ledger, slow)
    with ledger.writing() as book:
        book.work.failed(slow, T0, "late")

    assert before == everything(ledger)
    done(ledger, quick)
    done(ledger, slow, again_at=T0)
    assert [] == everything(ledger)


def renew(ledger: Ledger, task: Task, until: datetime) -> Task | None:
    with ledger.writing() as book:
        return book.work.renew(task, until)


def test_who_holds_a_task_may_keep_it_for_longer(ledger: Ledger) -> None:
    """It is ended under the new lease; what was wanted meanwhile is still wanted then."""
    want(ledger)
    (task,) = claim(ledger, T0)
    want(ledger, T0 + MINUTE)
    kept = renew(ledger, task, T0 + HOUR)

    assert kept is not None and T0 + HOUR == kept.lent_until
    assert [] == claim(ledger, T0 + HOUR - timedelta(microseconds=1))
    before = everything(ledger)
    done(ledger, task)
    assert before == everything(ledger), "the old lease ends nothing"
    done(ledger, kept)
    assert [T0 + MINUTE] == [again.due_at for again in everything(ledger)]


def test_a_lease_that_has_passed_to_another_is_not_renewed(ledger: Ledger) -> None:
    want(ledger)
    (slow,) = claim(ledger, T0)
    (quick,) = claim(ledger, T0 + MINUTE)
    before = everything(ledger)

    assert None is renew(ledger, slow, T0 + HOUR)
    assert before == everything(ledger)
    done(ledger, quick)
    assert None is renew(ledger, quick, T0 + HOUR)
    assert [] == everything(ledger)


def test_the_next_due_date_is_known_for_some_steps_or_all(ledger: Ledger) -> None:
    """The clock sees the earliest date, of what is lent too."""
    with ledger.reading() as book:
        assert None is book.work.next_due()
    want(ledger, T0 + HOUR)
    want(ledger, T0, step="report")
    with ledger.writing() as book:
        book.work.claim("report", 1, T0, MINUTE)
        assert T0 == book.work.next_due()
        assert T0 + HOUR == book.work.next_due("poll", "hear")
        assert None is book.work.next_due("hear")


def test_any_text_can_be_a_key(ledger: Ledger) -> None:
    """Versions name tasks, and a registry may name a version anything, of any length."""
    keys = ["nul\x00 end", "lone \ud800 surrogate", "back\\slash \\x00", "é🙂", "x" * 5000 + "1", "x" * 5000 + "2", ""]
    for key in keys:
        want(ledger, T0, key)

    assert sorted(keys) == sorted(task.key for task in claim(ledger, T0, limit=100))


class Workers(RuleBasedStateMachine):
    """Whatever workers do with one task, what is wanted is not lost, and nobody holds it twice."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = memory_ledger()
        self.now = T0
        self.owed = False
        self.holder: Task | None = None
        self.late: list[Task] = []

    @rule(minutes=integers(-5, 5))
    def want(self, minutes: int) -> None:
        want(self.ledger, self.now + minutes * MINUTE)
        self.owed = True

    @rule()
    def claim(self) -> None:
        for task in claim(self.ledger, self.now):
            if self.holder is not None:
                assert self.holder.lent_until is not None
                assert self.holder.lent_until <= self.now
                self.late.append(self.holder)
            self.holder, self.owed = task, False
            self.forget_same_names()

    @precondition(lambda self: self.holder is not None)
    @rule()
    def end(self) -> None:
        assert self.holder is not None
        done(self.ledger, self.holder)
        self.holder = None

    @precondition(lambda self: self.late)
    @rule(n=integers(0, 9))
    def end_late(self, n: int) -> None:
        before = everything(self.ledger)
        done(self.ledger, self.late[n % len(self.late)])
        assert before == everything(self.ledger)

    @precondition(lambda self: self.holder is not None)
    @rule(seconds=integers(1, 90))
    def keep(self, seconds: int) -> None:
        assert self.holder is not None
        self.late.append(self.holder)
        self.holder = renew(self.ledger, self.holder, self.now + timedelta(seconds=seconds))
        assert self.holder is not None
        self.forget_same_names()

    def forget_same_names(self) -> None:
        """A lease that ends when an earlier one did has its name again; clocks go on, in life."""
        assert self.holder is not None
        self.late = [task for task in self.late if task.lent_until != self.holder.lent_until]

    @precondition(lambda self: self.late)
    @rule(n=integers(0, 9))
    def keep_late(self, n: int) -> None:
        before = everything(self.ledger)
        assert None is renew(self.ledger, self.late[n % len(self.late)], self.now + HOUR)
        assert before == everything(self.ledger)

    @rule(seconds=integers(1, 90))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def it_is_there_while_anyone_needs_it(self) -> None:
        assert (self.owed or self.holder is not None) == bool(everything(self.ledger))


TestWorkers = Workers.TestCase
