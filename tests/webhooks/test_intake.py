"""Many at once: what arrives during one commit goes together in the next, and each is answered by its own."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest

from app.web import intake
from app.web.intake import BUSY, Bell, Intake
from app.web.webhooks import KEPT, KNOWN, NOT_KEPT, keep
from tests.webhooks.site import NOW, DeadLedger, Woken, kept
from verifier.ledger import Book, Ledger, Unavailable, memory_ledger
from verifier.ledger.protocol import Delivery


def delivery(name: object = None, body: bytes = b"{}") -> Delivery:
    return Delivery(str(name or uuid.uuid4()), "push", body, NOW)


class Slow:
    """A ledger that keeps a commit under way until it may end, and notes what each held. Some rows are poison."""

    def __init__(self, poison: Sequence[str] = ()) -> None:
        self.real = memory_ledger()
        self.groups: list[list[str]] = []
        self.may_end = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        self.fails: list[Exception] = []
        self._poison = poison

    def let(self, commits: int = 1000) -> None:
        self.may_end.release(commits)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self.real.writing() as book:
            yield _Book(self, book, self._poison)
            self.begun.release()
            assert self.may_end.acquire(timeout=20)
            if self.fails:
                raise self.fails.pop(0)


class _Book:
    def __init__(self, slow: Slow, book: Book, poison: Sequence[str]) -> None:
        self.inbox = self
        self._slow, self._book, self._poison = slow, book, poison

    def keep_all(self, deliveries: Sequence[Delivery]) -> set[str]:
        self._slow.groups.append([found.id for found in deliveries])
        if any(found.id in self._poison for found in deliveries):
            raise ValueError("the database does not take this row")
        return self._book.inbox.keep_all(deliveries)


@contextmanager
def writer(ledger: object, woken: Woken | None = None) -> Iterator[Intake]:
    made = Intake(cast(Ledger, ledger), lambda: (woken or Woken()).wake("hear"))
    made.start()
    yield made
    made.close()


def ids(ledger: Ledger) -> set[str]:
    return {found.id for found in kept(ledger)}


def test_what_arrives_during_one_commit_goes_together_in_the_next_and_waits_for_it() -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        others = [asyncio.create_task(box.keep(delivery(f"d{n}"))) for n in range(5)]
        await asyncio.sleep(0)
        assert not first.done()
        slow.let(1)
        assert await first is KEPT
        await asyncio.to_thread(slow.begun.acquire)
        assert not any(other.done() for other in others)
        slow.let(1)
        assert [KEPT] * 5 == await asyncio.gather(*others)

    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    assert [["first"], ["d0", "d1", "d2", "d3", "d4"]] == slow.groups


@pytest.mark.parametrize("gather", [0.02, 1000.0])
def test_after_a_group_of_several_as_many_are_waited_for_and_no_longer_than_a_moment(
    gather: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        tasks = [asyncio.create_task(box.keep(delivery("first")))]
        await asyncio.to_thread(slow.begun.acquire)
        tasks += [asyncio.create_task(box.keep(delivery(f"d{n}"))) for n in range(3)]
        await asyncio.sleep(0)
        slow.let(1)
        await asyncio.to_thread(slow.begun.acquire)
        slow.let()
        await asyncio.gather(*tasks)
        early = asyncio.create_task(box.keep(delivery("early")))
        await asyncio.sleep(0)
        if gather == 1000.0:
            await asyncio.sleep(0.05)
            assert not early.done()
            await asyncio.gather(*(box.keep(delivery(f"late{n}")) for n in range(2)))
        assert await early is KEPT

    monkeypatch.setattr(intake, "GATHER", gather)
    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    last = ["early", "late0", "late1"] if gather == 1000.0 else ["early"]
    assert [["first"], ["d0", "d1", "d2"], last] == slow.groups


def test_the_end_waits_for_no_group_to_gather(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        others = [asyncio.create_task(box.keep(delivery(name))) for name in ("a", "b")]
        await asyncio.sleep(0)
        slow.let()
        await asyncio.gather(first, *others)
        last = asyncio.create_task(box.keep(delivery("last")))
        await asyncio.sleep(0)
        await asyncio.to_thread(box.close)
        assert await last is KEPT

    monkeypatch.setattr(intake, "GATHER", 1000.0)
    slow = Slow()
    box = Intake(cast(Ledger, slow), lambda: None)
    box.start()
    asyncio.run(play())
    assert [["first"], ["a", "b"], ["last"]] == slow.groups


def test_a_commit_that_fails_fails_its_group_and_no_other() -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        lost = [asyncio.create_task(box.keep(delivery(f"lost{n}"))) for n in range(3)]
        await asyncio.sleep(0)
        slow.let(1)
        assert await first is KEPT
        await asyncio.to_thread(slow.begun.acquire)
        slow.fails.append(Unavailable("the connection is gone"))
        later = asyncio.create_task(box.keep(delivery("later")))
        await asyncio.sleep(0)
        slow.let()
        assert [NOT_KEPT] * 3 == await asyncio.gather(*lost)
        assert await later is KEPT

    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    assert {"first", "later"} == ids(slow.real)


@pytest.mark.parametrize("place", range(7))
def test_a_row_that_the_database_refuses_fails_alone(place: int) -> None:
    group = [delivery(f"d{n}") for n in range(7)]
    slow = Slow(poison=[f"d{place}"])
    slow.let()
    answers = keep(cast(Ledger, slow), group)

    assert [NOT_KEPT if n == place else KEPT for n in range(7)] == answers
    assert {found.id for found in group} - {f"d{place}"} == ids(slow.real)


def test_one_that_is_there_already_is_no_failure_of_its_group() -> None:
    ledger = memory_ledger()
    keep(ledger, [delivery("old")])

    assert [KEPT, KNOWN, KEPT, KNOWN] == keep(ledger, [delivery(name) for name in ("a", "old", "b", "a")])


def test_a_database_that_does_not_answer_is_asked_once_for_all() -> None:
    asked = []

    class Counting(DeadLedger):
        @contextmanager
        def writing(self) -> Iterator[Book]:
            asked.append(1)
            raise Unavailable("no answer")
            yield

    assert [NOT_KEPT] * 9 == keep(cast(Ledger, Counting()), [delivery() for _ in range(9)])
    assert [1] == asked


@pytest.mark.parametrize(("rows", "bytes_"), [(3, 10**9), (10**9, 30)])
def test_more_than_may_wait_is_refused_at_once_and_the_rest_is_kept(
    rows: int, bytes_: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        waiting = [asyncio.create_task(box.keep(delivery(f"d{n}", b"x" * 10))) for n in range(3)]
        await asyncio.sleep(0)
        assert await box.keep(delivery("too-many", b"x" * 10)) is BUSY
        slow.let()
        assert [KEPT] * 4 == await asyncio.gather(first, *waiting)

    monkeypatch.setattr(intake, "WAITING_ROWS", rows)
    monkeypatch.setattr(intake, "WAITING_BYTES", bytes_)
    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    assert {"first", "d0", "d1", "d2"} == ids(slow.real)


def test_groups_are_bounded_and_what_is_larger_than_a_group_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        sizes = {"a": 10, "b": 10, "huge": 500, "c": 90, "d": 20}
        tasks = [asyncio.create_task(box.keep(delivery("first")))]
        await asyncio.to_thread(slow.begun.acquire)
        tasks += [asyncio.create_task(box.keep(delivery(name, b"x" * size))) for name, size in sizes.items()]
        await asyncio.sleep(0)
        slow.let()
        assert [KEPT] * 6 == await asyncio.gather(*tasks)

    monkeypatch.setattr(intake, "GROUP_BYTES", 100)
    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    assert [["first"], ["a", "b"], ["huge"], ["c"], ["d"]] == slow.groups


def test_the_end_keeps_what_waits_and_takes_nothing_more() -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        waiting = asyncio.create_task(box.keep(delivery("waiting")))
        await asyncio.sleep(0)
        end = asyncio.create_task(asyncio.to_thread(box.close))
        while not box._closed:
            await asyncio.sleep(0.001)
        assert await box.keep(delivery("late")) is BUSY
        slow.let()
        await end
        assert [KEPT, KEPT] == list(await asyncio.gather(first, waiting))

    slow = Slow()
    box = Intake(cast(Ledger, slow), lambda: None)
    box.start()
    asyncio.run(play())
    assert {"first", "waiting"} == ids(slow.real)


def test_whoever_stopped_waiting_is_no_trouble_to_the_others() -> None:
    async def play() -> None:
        first = asyncio.create_task(box.keep(delivery("first")))
        await asyncio.to_thread(slow.begun.acquire)
        gone, there = (asyncio.create_task(box.keep(delivery(name))) for name in ("gone", "there"))
        await asyncio.sleep(0)
        gone.cancel()
        slow.let()
        assert [KEPT, KEPT] == list(await asyncio.gather(first, there))

    slow = Slow()
    with writer(slow) as box:
        asyncio.run(play())
    assert {"first", "gone", "there"} == ids(slow.real)


def test_a_group_wakes_once_and_a_slow_wake_keeps_nobody_waiting() -> None:
    stuck, rung = threading.Event(), []

    def wake() -> None:
        rung.append(1)
        assert stuck.wait(20)

    async def play() -> None:
        for _ in range(20):
            assert [KEPT] * 5 == await asyncio.gather(*(box.keep(delivery()) for _ in range(5)))

    box = Intake(memory_ledger(), wake)
    box.start()
    asyncio.run(play())
    assert [1] == rung
    stuck.set()
    box.close()
    assert [1, 1] == rung


def test_nothing_new_wakes_nobody() -> None:
    async def play() -> None:
        await box.keep(delivery("known"))

    ledger, woken = memory_ledger(), Woken()
    keep(ledger, [delivery("known")])
    with writer(ledger, woken) as box:
        asyncio.run(play())
    assert [] == woken.steps


def test_the_bell_is_heard_after_the_last_ring() -> None:
    rung = []
    bell = Bell(lambda: rung.append(1))
    bell.start()
    bell.ring()
    bell.close()

    assert [1] == rung
