"""The bench: starts everything, plays a story round by round with one fault in each, and looks after every round."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import requests

from app.build import wake_of
from app.processes.shift import LEASE
from app.settings import read
from app.wake import STEPS
from handlers import missed
from sandbox import keys
from sandbox.app import create
from sandbox.chaos import checks, collect
from sandbox.chaos.crew import Crew
from sandbox.chaos.doors import Door, Way
from sandbox.chaos.ear import Ear
from sandbox.chaos.faults import BY_NAME
from sandbox.chaos.schedule import Planned
from sandbox.chaos.seen import Seen
from sandbox.chaos.sender import Sender
from sandbox.chaos.servers import Postgres, Redis, binaries
from sandbox.chaos.settings import environment
from sandbox.chaos.shelves import Twin, derived, differences
from sandbox.chaos.site import Site
from sandbox.chaos.story import INSTALLED, Story
from sandbox.clock import SharedClock
from sandbox.github.shapes import Address
from sandbox.moments import moments
from sandbox.world import World
from verifier.ledger import migrate, open_ledger
from verifier.ledger.protocol import Book, Task, Unavailable

START_WITHIN = 60.0
"""Seconds the processes get to answer."""
GLANCE = 0.7
"""Seconds that a step of a round waits for the monitor before the world goes on."""
STALLED_AFTER = 1.5
"""Seconds without progress after which a claimed piece of work is taken for a dead process's: its lease runs out."""
HOPELESS_AFTER = 90.0
"""Seconds after which what is still to be done is called left undone."""
A_LITTLE = timedelta(seconds=15)
"""So much passes at a time while a fault holds longer than its round."""
AFTERWARDS = timedelta(minutes=2), timedelta(minutes=7)
"""The steps after each change at which what it made due is done."""
JUDGED_WITHIN = timedelta(hours=1)
"""How long after the end of a round what is pending may still be looked at again."""
_SPEAKING = "tell", "report"
"""The steps whose work is due within seconds, or failed."""
_TELL = "tell/webhook", "lane/webhook"
_MISSED = {("inspect", missed.TASK), ("inspect", "redeliver")}


@dataclass(frozen=True)
class Round:
    """What came of one round: its fault, how long it took in seconds, and what did not hold after it."""

    planned: Planned
    took: float
    failures: tuple[str, ...]


class Bench:
    """Everything that runs. Use it as a context manager; raises `servers.Missing` where it cannot run."""

    def __init__(self, story: Story, seed: int, folder: Path, redeliver: bool = True) -> None:
        self.story, self._folder, self._lists = story, folder, not redeliver
        folder.chmod(0o711)  # PostgreSQL runs as another user, and its cluster lies below
        programs, redis = binaries()
        secrets = keys.make()
        ear = self._ear = Ear()
        github, registry, receiver = self._doors = Door(), Door(), Door()
        self.world = World([story.scenario], Address(github.url, f"{github.url}/api/v3"))
        github.app = registry.app = create(self.world, secrets, tokens=True)
        receiver.app = ear
        postgres, cache = Postgres(programs, folder / "postgres"), Redis(redis, folder / "redis")
        clock = SharedClock(folder / "clock")
        self.environment = environment(folder, secrets, github.url, registry.url, receiver.url, ear.secret, self.world)
        self.environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": cache.url}
        self.web = self.environment["BASE_URL"]
        draw = random.Random(f"sender {seed}")  # noqa: S311  # replayable, no secret
        sender = Sender(f"{self.web}/webhooks", secrets.webhook_secret, redeliver, draw, self._answered)
        self.log = folder / "monitor.log"
        crew = Crew(self.environment, self.log)
        self.site = Site(crew, postgres, cache, github, registry, receiver, sender, clock)
        self._twin = Twin()
        self._ends = ExitStack()

    def __enter__(self) -> Bench:
        """Start servers, doors and processes, and wait until the web answers."""
        site = self.site
        with ExitStack() as starting:
            starting.callback(site.postgres.stop, "immediate")
            site.postgres.create()
            starting.callback(site.redis.kill)
            site.redis.start()
            for door in self._doors:
                starting.callback(door.set, Way.REFUSES)
                door.set(Way.OPEN)
            site.clock.put(INSTALLED)
            settings = read(self.environment)
            migrate(settings.database)
            self.ledger = open_ledger(settings.database)
            self._wake = wake_of(settings)
            starting.callback(site.crew.end)
            site.crew.start()
            self._await_web()
            starting.callback(site.sender.stop)
            site.sender.start()
            self._ends = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """End everything that was started."""
        self._ends.close()

    def run(self, schedule: Sequence[Planned]) -> Iterator[Round]:
        """Play the story with these faults; yields each round when it has been looked at."""
        self._hop(INSTALLED)
        self._calm(INSTALLED + JUDGED_WITHIN)
        for planned in schedule:
            begun = time.monotonic()
            end = self.story.ends[planned.round]
            self._play(planned, end)
            left = self._calm(end + JUDGED_WITHIN)
            failures = tuple(checks.failures(self._look(end, left)))
            yield Round(planned, time.monotonic() - begun, failures)

    def rebuild(self) -> list[str]:
        """Rebuild the real ledger from its facts while nobody works, and say what came out otherwise."""
        self.site.crew.end()
        with self.ledger.reading() as book:
            before = derived(book)
        self.ledger.rebuild()
        with self.ledger.reading() as book:
            after = derived(book)
        return [f"{name} came out otherwise from a rebuild" for name in differences(before, after)]

    def _play(self, planned: Planned, end: datetime) -> None:
        """The round's steps in time, with its fault injected in the middle of them."""
        steps = self._steps(end)
        at = 0 if BY_NAME[planned.fault].lurks else int(planned.part * len(steps))
        with _injected(self.site, planned) as fault:
            for number, step in enumerate(steps):
                if number == at:
                    fault.start()
                self._hop(step)
                self._rest(GLANCE)
            while fault.is_alive():
                self._hop(self.site.clock() + A_LITTLE)
                self._rest(GLANCE)

    def _steps(self, end: datetime) -> list[datetime]:
        begin = self.site.clock()
        changes = {m.at for m in moments(self.story.scenario) if begin - timedelta(hours=1) < m.at <= end}
        changes = {at for at in changes if at > self.world.now}
        after = {at + more for at in changes for more in AFTERWARDS}
        return [*sorted(changes | {at for at in after if at < end}), end]

    def _hop(self, to: datetime) -> None:
        """Time moves on for the world and, unless it is ahead, for the monitor.

        Where the monitor itself goes by GitHub's list, not before that says what came of all that was sent: no hours
        pass there while a delivery is under way.
        """
        if self._lists:
            self.site.sender.rest()
        self.site.clock.set(to - self.site.behind)
        self.site.sender.send(self.world.advance(to))
        self.site.crew.look()

    def _rest(self, seconds: float) -> tuple[str, ...]:
        """Wait until nothing is due, but no longer than so many seconds; returns what is left."""
        deadline = time.monotonic() + seconds
        # Twice: what is done while the steps are looked at one after another may want a step that was looked at before.
        while (left := self._left() or self._left()) and time.monotonic() < deadline:
            for step in STEPS:
                self._wake.wake(step)
            time.sleep(0.03)
        return left

    def _calm(self, until: datetime) -> tuple[str, ...]:
        """Let everything be done, what failed or is to be looked at again among it; returns what is left undone."""
        begun = moved = time.monotonic()
        before: tuple[str, ...] = ()
        while time.monotonic() - begun < HOPELESS_AFTER:
            left = self._rest(0.2)
            if left != before:
                before, moved = left, time.monotonic()
            if left and time.monotonic() - moved > STALLED_AFTER:
                moved = time.monotonic()
                self._hop(self._lease_ends())
            elif not left:
                retry = self._retry_at(until)
                if retry is None:
                    return ()
                self._hop(retry)
            self.site.sender.again()
        return self._left() or ("a piece of work that failed again and again",)

    def _left(self) -> tuple[str, ...]:
        """What is due now and not done; empty when the monitor has come to rest."""
        now = self.site.clock()
        sending = self.site.sender.left  # first: what is answered from here on is found in the inbox
        try:
            with self.ledger.reading() as book:
                waiting = book.inbox.waiting()
                due = [
                    f"{task.step} {task.key} (tried {task.attempts} times, {task.problem or 'no problem'})"
                    for step in (*STEPS, *_TELL)
                    for task in book.work.all(step)
                    if due_at(book, task) <= now
                ]
        except Unavailable:
            return ("the database does not answer",)
        return (
            *([f"{sending} webhooks to deliver"] if sending else []),
            *([f"{waiting} webhooks to hear"] if waiting else []),
            *due,
        )

    def _lease_ends(self) -> datetime:
        """When the first of those leases ends whose owner seems to be dead."""
        now = self.site.clock()
        with self.ledger.reading() as book:
            tasks = [task for step in (*STEPS, *_TELL) for task in book.work.all(step)]
        lent = [t.lent_until for t in tasks if t.due_at <= now and t.lent_until is not None and t.lent_until > now]
        return min(lent, default=now + LEASE)

    def _retry_at(self, until: datetime) -> datetime | None:
        """When the next thing that failed is tried again, what waits is said, or what is open is judged again.

        None when there is nothing of the kind; of what is judged again only what is due by then counts. What was not
        delivered the monitor finds when it next looks at GitHub's list. A run that was over for hours when it was heard
        of is read a little later than at once.
        """
        with self.ledger.reading() as book:
            due = [(task, due_at(book, task)) for step in (*STEPS, *_TELL) for task in book.work.all(step)]
        again = [at for task, at in due if task.problem or task.step in _SPEAKING or is_reading(task)]
        if self.site.sender.undelivered:
            again += [at for task, at in due if (task.step, task.key.partition("/")[0]) in _MISSED]
        return min([*again, *(at for task, at in due if task.step == "examine" and at <= until)], default=None)

    def _look(self, at: datetime, left: tuple[str, ...]) -> Seen:
        site = self.site
        return collect.look(
            at,
            self.story.truth,
            site.postgres.url,
            self.ledger,
            self._twin,
            self.world,
            site.sender,
            self._ear,
            site.crew,
            left,
        )

    def _answered(self, guid: str, status: int) -> None:
        with self.world.lock:
            self.world.deliveries.answered(guid, status)

    def _await_web(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.web}/healthz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError(f"the monitor does not come up; its log is {self.log}")


def due_at(book: Book, task: Task) -> datetime:
    """When it is due: a piece for a route whose lane waits for its receiver, when the lane's turn is."""
    turn = book.work.get("lane/webhook", "turn") if task.step == "tell/webhook" else None
    return task.due_at if turn is None or turn.lent_until is not None else max(task.due_at, turn.due_at)


def is_reading(task: Task) -> bool:
    """What a run did, or who approved its commit, is to be read: verdicts wait for it."""
    return task.step == "inspect" and task.key.startswith(("run/", "vet/"))


@contextmanager
def _injected(site: Site, planned: Planned) -> Iterator[threading.Thread]:
    """Gives the thread that injects the fault, to be started at its moment; at the end it is healed."""
    fault, problems = BY_NAME[planned.fault], list[BaseException]()

    def act() -> None:
        try:
            time.sleep(planned.after)
            fault.inject(site, random.Random(planned.draw))  # noqa: S311  # replayable, no secret
            time.sleep(planned.hold)
        except BaseException as error:  # raised again where somebody sees it
            problems.append(error)

    thread = threading.Thread(target=act)
    try:
        yield thread
    finally:
        thread.join()
        fault.heal(site)
    if problems:
        raise problems[0]
