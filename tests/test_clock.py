"""The clock: what it wakes, that only one of several acts, and what it does about the time it was not running."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deps import Deps
from app.processes.clock import BEAT, LEASE, MISSING_AFTER, Clock, Due, main, missing_since, to_wake
from app.processes.shift import Shift
from app.settings import Settings
from app.wake import STEPS
from tests.webhooks.site import DeadLedger
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Book, Delivery, Unavailable
from verifier.model import Repository, RepositorySeen

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

times = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@dataclass
class Woken:
    """Notes what was woken."""

    steps: list[str] = field(default_factory=list)

    def wake(self, step: str) -> None:
        self.steps.append(step)

    def serve(self, run: Callable[[str], None], stop: Callable[[], bool], tick: timedelta) -> None:
        raise AssertionError("a clock serves nobody")


class Room:
    """A machine room with a clock on the wall that a test can set."""

    def __init__(self) -> None:
        self.now = T0
        self.ledger: Ledger = memory_ledger()
        self.wake = Woken()
        nothing = cast(Any, None)
        self.deps = Deps(Settings(), self.ledger, nothing, nothing, self.wake, lambda: self.now)

    def clock(self) -> Clock:
        return Clock(self.deps)

    def repository(self, number: int, removed: bool = False) -> None:
        seen = Repository(number, 1, f"alice/r{number}", T0, "main", False, T0, 5, removed)
        with self.ledger.writing() as book:
            book.record(RepositorySeen(seen), self.now)

    def gaps(self, *numbers: int) -> list[datetime | None]:
        with self.ledger.reading() as book:
            return [book.repositories.gap_since(number) for number in numbers]

    def lists_wanted(self) -> set[str]:
        with self.ledger.reading() as book:
            return {task.key for task in book.work.all("inspect") if task.key.startswith("list/")}


@given(st.integers(0, 3), st.dictionaries(st.sampled_from(STEPS), st.none() | times), times)
def test_it_wakes_exactly_the_steps_with_something_due(
    waiting: int, next_due: dict[str, datetime | None], now: datetime
) -> None:
    woken = to_wake(Due(waiting, next_due), now)

    due = {step for step, at in next_due.items() if at is not None and at <= now}
    assert due | ({"hear"} if waiting else set()) == set(woken)
    assert sorted(woken, key=STEPS.index) == list(woken)


@given(times, times)
def test_webhooks_may_be_missing_only_after_a_silence_and_then_since_its_start(last: datetime, now: datetime) -> None:
    expected = last if now - last > MISSING_AFTER else None

    assert expected == missing_since(last, now, MISSING_AFTER)
    assert missing_since(None, now, MISSING_AFTER) is None


def test_it_wakes_what_waits_in_the_ledger() -> None:
    room = Room()
    with room.ledger.writing() as book:
        book.inbox.keep(Delivery("1", "ping", b"{}", T0))
        book.work.want("poll", "pkg:npm/a", T0)
        book.work.want("examine", "pkg:npm/a 1", T0 + timedelta(hours=1))

    assert room.clock()() == ("hear", "poll")
    assert room.wake.steps == ["hear", "poll"]


def test_nothing_due_wakes_nobody() -> None:
    room = Room()

    assert room.clock()() == ()


def test_of_several_clocks_one_acts() -> None:
    room = Room()
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", T0)
    first, second = room.clock(), room.clock()

    acted = []
    for _ in range(120):
        acted.append((first(), second()))
        room.now += SECOND

    assert {(("poll",), ())} == set(acted)


def test_another_clock_takes_over_when_the_acting_one_dies() -> None:
    room = Room()
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", T0)
    first, second = room.clock(), room.clock()
    first()
    second()

    room.now += LEASE + BEAT

    assert second() == ("poll",)


def test_a_clock_that_is_asked_to_end_leaves_its_turn_to_the_next() -> None:
    room = Room()
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", T0)
    second = room.clock()

    def beside() -> None:
        assert () == second()
        os.kill(os.getpid(), signal.SIGTERM)

    main(room.deps, every=timedelta(minutes=1), beside=beside)
    room.now += BEAT

    assert second() == ("poll",)


def test_to_end_twice_or_without_a_turn_or_a_database_harms_nobody() -> None:
    room = Room()
    first, second = room.clock(), room.clock()
    first()
    second()
    second.end()
    first.end()
    first.end()
    room.now += BEAT
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", T0)
    assert second() == ("poll",)
    second._deps = replace(room.deps, ledger=DeadLedger())
    second.end()


class Failing(DeadLedger):
    """Fails so, and has the process ended."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    @contextmanager
    def writing(self) -> Iterator[Book]:
        os.kill(os.getpid(), signal.SIGTERM)
        raise self._error
        yield  # a context manager must be a generator


@pytest.mark.parametrize(("error", "beats"), [(Unavailable("no answer"), True), (KeyError("a mistake"), False)])
def test_a_clock_is_alive_while_the_database_is_not_and_dead_where_it_is_broken(
    tmp_path: Path, error: Exception, beats: bool
) -> None:
    """A clock that is restarted for the database's sake would not bring it back, and hide what is wrong."""
    main(replace(Room().deps, ledger=Failing(error), shift=Shift(tmp_path / "beat")))

    assert beats == (tmp_path / "beat").exists()


def test_a_clock_that_comes_back_late_does_not_act_beside_its_successor() -> None:
    room = Room()
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", T0)
    first, second = room.clock(), room.clock()
    first()
    room.now += LEASE + SECOND
    second()

    assert first() == ()


def test_it_beats_while_it_acts() -> None:
    room = Room()
    clock = room.clock()
    for _ in range(60):
        clock()
        room.now += SECOND

    with room.ledger.reading() as book:
        last = book.health.last_beat("clock")

    assert last is not None
    assert room.now - last <= BEAT


def test_the_first_start_ever_misses_nothing() -> None:
    room = Room()
    room.repository(1)
    room.clock()()

    assert room.gaps(1) == [None]
    assert room.lists_wanted() == set()


def test_a_short_restart_opens_no_gap() -> None:
    room = Room()
    room.repository(1)
    room.clock()()
    room.now += MISSING_AFTER
    room.clock()()

    assert room.gaps(1) == [None]


def test_after_a_stop_every_repository_still_ours_is_caught_up_from_the_last_heartbeat_on() -> None:
    room = Room()
    room.repository(1)
    room.repository(2)
    room.repository(3, removed=True)
    room.clock()()
    room.now += timedelta(days=5)
    room.clock()()

    assert room.gaps(1, 2, 3) == [T0, T0, None]
    assert room.lists_wanted() == {"list/1", "list/2"}


def test_a_running_clock_that_was_asleep_notices_it_too() -> None:
    """A laptop's lid, a paused machine: no restart, only a jump."""
    room = Room()
    room.repository(1)
    clock = room.clock()
    clock()
    room.now += timedelta(hours=2)
    clock()

    assert room.gaps(1) == [T0]


def test_a_gap_that_is_still_open_keeps_its_earlier_start() -> None:
    room = Room()
    room.repository(1)
    clock = room.clock()
    clock()
    for _ in range(2):
        room.now += timedelta(hours=2)
        clock()

    assert room.gaps(1) == [T0]


def test_a_gap_is_marked_once_and_not_again_after_it_was_closed() -> None:
    room = Room()
    room.repository(1)
    clock = room.clock()
    clock()
    room.now += timedelta(hours=2)
    clock()
    with room.ledger.writing() as book:
        book.repositories.put_gap(1, None)
    room.now += BEAT
    clock()

    assert room.gaps(1) == [None]


def test_a_clock_set_back_goes_on_acting() -> None:
    room = Room()
    clock = room.clock()
    clock()
    room.now -= timedelta(days=1)
    with room.ledger.writing() as book:
        book.work.want("poll", "pkg:npm/a", room.now)

    # Its own turn lies in the future now, where no other clock would find it either.
    assert clock() == ("poll",)


def test_what_else_is_to_be_done_is_done_with_each_look() -> None:
    room, looks = Room(), [0]

    def beside() -> None:
        looks[0] += 1
        if looks[0] == 3:
            raise SystemExit

    with pytest.raises(SystemExit):
        main(room.deps, every=timedelta(milliseconds=1), beside=beside)

    assert looks == [3]
