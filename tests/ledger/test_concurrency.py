"""Several processes on one database: nothing is done twice, nothing is lost, the chain does not fork."""

from __future__ import annotations

import multiprocessing
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.queues import Queue
from typing import Any

from tests.ledger.examples import HOUR, MINUTE, T0, run
from verifier.ledger import migrate, open_ledger
from verifier.ledger.chain import broken
from verifier.ledger.protocol import Delivery
from verifier.model import RunSeen

PROCESSES = 3
TASKS = 60
CONTEXT = multiprocessing.get_context("spawn")


def together(target: Callable[..., None], *arguments: Any) -> list[Any]:
    """Run it in several processes at once; what each of them put into its queue."""
    queue: Queue[Any] = CONTEXT.Queue()
    processes = [CONTEXT.Process(target=target, args=(*arguments, n, queue)) for n in range(PROCESSES)]
    for process in processes:
        process.start()
    answers = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
        assert 0 == process.exitcode
    return answers


def _work(url: str, n: int, queue: Queue[Any]) -> None:
    ledger, keys = open_ledger(url), []
    while True:
        with ledger.writing() as book:
            tasks = book.work.claim("poll", 4, T0, HOUR)
        if not tasks:
            break
        for task in tasks:
            keys.append(task.key)
            with ledger.writing() as book:
                book.record(RunSeen(run(int(task.key), actor=str(n))), T0)
                book.work.done(task)
    queue.put(keys)


def test_two_processes_never_do_the_same_task(url: str) -> None:
    """Every task is claimed by exactly one of several workers, and the facts they record make one chain."""
    ledger = open_ledger(url)
    with ledger.writing() as book:
        for n in range(TASKS):
            book.work.want("poll", str(n), T0)

    claimed = Counter(key for keys in together(_work, url) for key in keys)

    assert Counter(str(n) for n in range(TASKS)) == claimed
    with ledger.reading() as book:
        assert [] == book.work.all("poll")
        links = list(book.chain())
    assert TASKS == len(links)
    assert "" == broken(links)


def test_a_want_that_meets_a_claim_is_not_lost(url: str) -> None:
    """What is wanted while a claim is not committed yet counts as wanted during that lease, and leaves it whole."""
    ledger = open_ledger(url)
    with ledger.writing() as book:
        book.work.want("poll", "k", T0)

    def want() -> None:
        with ledger.writing() as book:
            book.work.want("poll", "k", T0 - MINUTE)

    thread = threading.Thread(target=want)
    with ledger.writing() as book:
        (task,) = book.work.claim("poll", 1, T0, HOUR)
        thread.start()
        thread.join(0.3)
    thread.join()

    with ledger.writing() as book:
        assert [] == book.work.claim("poll", 1, T0, HOUR)
        book.work.done(task)
        assert [T0 - MINUTE] == [left.due_at for left in book.work.all("poll")]


def _hear(url: str, n: int, queue: Queue[Any]) -> None:
    ledger, heard = open_ledger(url), []
    for i in range(20):
        with ledger.writing() as book:
            book.inbox.keep(Delivery(f"d{i}", "push", b"{}", T0 + timedelta(seconds=i)))
        with ledger.writing() as book:
            batch = book.inbox.claim(3, T0 + HOUR, MINUTE)
        heard += [delivery.id for delivery in batch]
        for delivery in batch:
            with ledger.writing() as book:
                book.inbox.settle(delivery.id, T0 + HOUR)
    queue.put(heard)


def test_two_processes_never_hear_the_same_delivery(url: str) -> None:
    """A delivery that arrives at several processes is kept once and heard by one of them."""
    heard = Counter(id_ for ids in together(_hear, url) for id_ in ids)

    assert Counter(f"d{i}" for i in range(20)) == heard


def _migrate(url: str, n: int, queue: Queue[Any]) -> None:
    migrate(url)
    with open_ledger(url).reading() as book:
        queue.put(book.inbox.waiting())


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    """Web, worker and clock may all start on an empty database: it is migrated once, and all of them can go on."""
    assert [0] * PROCESSES == together(_migrate, empty_url)


def _keep(url: str, n: int, queue: Queue[Any]) -> None:
    with open_ledger(url).writing() as book:
        book.inbox.keep(Delivery("d1", "push", b"{}", T0))
    queue.put(sorted({"alembic", "cattrs", "githubkit", "sigstore", "flask", "rq"} & set(sys.modules)))


def test_keeping_a_webhook_loads_little(url: str) -> None:
    """The web process keeps webhooks without loading what only workers need."""
    assert [[]] * PROCESSES == together(_keep, url)


def _keep_many(url: str, n: int, queue: Queue[Any]) -> None:
    """The same deliveries as everybody, each group in an order of one's own."""
    ledger = open_ledger(url)
    new: list[str] = []
    for group in range(20):
        numbers = list(range(20))
        random.Random(f"{n} {group}").shuffle(numbers)
        with ledger.writing() as book:
            new += book.inbox.keep_all([Delivery(f"{group}-{i}", "push", b"{}", T0) for i in numbers])
    queue.put(new)


def test_processes_that_are_sent_the_same_groups_keep_each_delivery_once_and_none_fails(url: str) -> None:
    """Two that hold what the other waits for would be a deadlock, and PostgreSQL would fail one of them."""
    new = Counter(id_ for ids in together(_keep_many, url) for id_ in ids)

    assert Counter(f"{group}-{i}" for group in range(20) for i in range(20)) == new
