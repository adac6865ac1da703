"""Turns are never granted faster than promised: one contract for both who grant them."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count, pairwise
from types import SimpleNamespace
from uuid import uuid4

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.pacing import LocalPace, Pace, pace_of, wait_for_turn
from app.pacing import shared as in_redis
from app.pacing.shared import GAP, HAD, HELD_UP, PREFIX, SHARERS, SharedPace
from app.pacing.turns import granted
from app.settings import Settings
from app.signin.seal import seal_of_app

REDIS = os.environ.get("REDIS_URL", "")
SEAL = seal_of_app("the App's key")
SECOND = timedelta(seconds=1)
START = 1_800_000_000.0

_numbers = count()


def fresh() -> str:
    """A name that nobody took a turn of."""
    return f"test/{uuid4().hex}/{next(_numbers)}"


@pytest.fixture(params=["one process", "Redis"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[[], Pace]]:
    """Makes one more that shares its turns with the others made here."""
    if request.param == "one process":
        shared = LocalPace()
        yield lambda: shared
        return
    if not REDIS:
        pytest.skip("REDIS_URL is not set")
    yield lambda: SharedPace(REDIS, SEAL)
    with redis.Redis.from_url(REDIS) as server:
        for key in server.scan_iter(f"{PREFIX}test/*"):
            server.delete(key)


@pytest.fixture
def pace(make: Callable[[], Pace]) -> Pace:
    return make()


def taken(pace: Pace, name: str, every: timedelta, burst: int, gaps: Sequence[float]) -> list[float]:
    """When turns were granted to somebody who asks after each gap, and again when told to."""
    now, granted_at = START, list[float]()
    for gap in gaps:
        now += gap
        while wait := pace.turn(name, every, burst, now):
            now += wait
        granted_at.append(now)
    return granted_at


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(gaps=st.lists(st.floats(0, 5), min_size=1, max_size=25), burst=st.integers(1, 4))
def test_no_span_of_time_holds_more_turns_than_fit_plus_a_burst(pace, gaps, burst):
    turns = taken(pace, fresh(), SECOND, burst, gaps)

    for first, start in enumerate(turns):
        for last, end in enumerate(turns[first:], first):
            assert last - first + 1 <= (end - start) + burst + 1e-3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(gaps=st.lists(st.floats(0, 5), min_size=1, max_size=25), burst=st.integers(1, 4))
def test_both_grant_what_the_pure_rule_grants(pace, gaps, burst):
    name, now, used_up = fresh(), START, None
    for gap in gaps:
        now += gap
        wait, used_up = granted(used_up, 1.0, burst, now)

        assert wait == pytest.approx(pace.turn(name, SECOND, burst, now), abs=1e-4)


def test_a_turn_that_was_refused_was_not_taken(pace):
    name = fresh()
    pace.turn(name, SECOND, 1, START)
    refused = [pace.turn(name, SECOND, 1, START) for _ in range(10)]

    assert [1.0] * 10 == pytest.approx(refused, abs=1e-4)
    assert pace.turn(name, SECOND, 1, START + 1) == 0


def test_a_name_waits_for_no_other_name(pace):
    a, b = fresh(), fresh()

    assert [0.0, 0.0] == [pace.turn(name, SECOND, 1, START) for name in (a, b)]
    assert pace.turn(a, SECOND, 1, START) == pytest.approx(1)


def test_a_clock_that_was_set_back_holds_nobody_up_for_longer_than_a_burst(pace):
    name, before = fresh(), START + 86_400
    pace.turn(name, SECOND, 3, before)

    assert START < taken(pace, name, SECOND, 3, [0.0])[0] <= START + 3


def test_what_has_no_pace_never_waits(pace):
    name = fresh()

    assert [0.0] * 5 == [pace.turn(name, timedelta(), 1, START) for _ in range(5)]


def test_a_pace_has_a_clock_of_its_own(pace):
    name, day = fresh(), timedelta(days=1)

    assert pace.turn(name, day) == 0
    assert 0 < pace.turn(name, day) <= day.total_seconds()


def test_all_who_share_it_take_different_turns(make):
    """Of many asking at the same moment as many are served as there are turns, whoever they are."""
    name, start, served = fresh(), threading.Barrier(4), list[float]()

    def take() -> None:
        mine = make()
        start.wait()
        served.extend(wait for _ in range(25) if not (wait := mine.turn(name, SECOND, 10, START)))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(served) == 10


def test_names_without_end_are_forgotten_when_they_are_free_again():
    pace = LocalPace()
    for number in range(5_000):
        pace.turn(f"host/{number}.example", SECOND, 1, START + number)

    assert len(pace._used_up) <= 1_001


def test_one_may_wait_for_a_turn_as_long_as_there_is_time():
    slept, waits = list[float](), iter([3.0, 0.5, 0.0])

    assert wait_for_turn(lambda: next(waits), lambda: 10.0 - sum(slept), slept.append)
    assert [3.0, 0.5] == slept


def test_one_does_not_wait_for_a_turn_that_would_come_too_late():
    slept = list[float]()

    assert not wait_for_turn(lambda: 5.0, lambda: 5.0, slept.append)
    assert not slept


def test_without_redis_each_process_keeps_its_own():
    assert isinstance(pace_of(Settings()), LocalPace)


def test_while_redis_does_not_answer_a_process_takes_a_part_and_says_so_once():
    pace, name = SharedPace("redis://127.0.0.1:1/0", SEAL), fresh()
    with capture_logs() as logged:
        granted_at = taken(pace, name, SECOND, 1, [0.0] * 5)
        pace._mute_until = 0.0
        pace.turn(fresh(), SECOND, 1, START)

    assert [0, 4, 8, 12, 16] == pytest.approx([at - START for at in granted_at])
    assert SHARERS == 4
    assert ["Redis keeps no turns, each process keeps its own"] == [entry["event"] for entry in logged]


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    if not REDIS:
        pytest.skip("REDIS_URL is not set")
    with redis.Redis.from_url(REDIS) as client:
        yield client


def test_an_emptied_redis_gives_no_process_a_turn_again(server):
    """Redis forgets all of it at any moment; who took a turn remembers."""
    pace, name = SharedPace(REDIS, SEAL), fresh()
    assert pace.turn(name, SECOND, 1, START) == 0
    server.delete(PREFIX + name)

    assert pace.turn(name, SECOND, 1, START) == pytest.approx(1)
    assert pace.turn(name, SECOND, 1, START + 1) == 0


def test_what_is_kept_in_redis_ends_by_itself(server):
    pace, name = SharedPace(REDIS, SEAL), fresh()
    pace.turn(name, SECOND, 5)

    assert 0 < server.pttl(PREFIX + name) <= 1_100


@pytest.mark.parametrize("poison", ["nan", "inf", "-inf", "9" * 400, "x", ""])
def test_what_somebody_else_wrote_there_holds_nobody_up_for_longer_than_a_burst(server, poison):
    pace, name = SharedPace(REDIS, SEAL), fresh()
    server.set(PREFIX + name, poison)

    assert pace.turn(name, SECOND, 2, START) <= 2
    assert pace.turn(name, SECOND, 2, START + 2) == 0


def held_up(server, monkeypatch, rests):
    """When turns are had by one who asks each second of so many, while somebody holds the name in Redis for ever."""
    pace, name, clock = SharedPace(REDIS, SEAL), fresh(), [START]
    monkeypatch.setattr(in_redis, "time", SimpleNamespace(monotonic=lambda: clock[0], time=lambda: clock[0]))
    had = []
    for rest in rests:
        clock[0] += rest
        server.set(PREFIX + name, "9" * 40, px=60_000)
        if not pace.turn(name, SECOND, 1, clock[0]):
            had.append(clock[0] - START)
    return had


def test_who_can_write_to_redis_holds_nobody_up_for_longer_than_a_quarter_of_an_hour(server, monkeypatch):
    """Then each process goes by its own count, at a part of the pace."""
    had = held_up(server, monkeypatch, [1.0] * int(HELD_UP + 21))

    assert HELD_UP <= had[0] <= HELD_UP + 1
    assert [4, 4, 4, 4] == pytest.approx([after - before for before, after in pairwise(had)][:4])


def test_who_is_always_second_waits_on_while_others_have_turns(server, monkeypatch):
    """A host that many workers ask is never asked faster for it."""
    first, second, name, clock = SharedPace(REDIS, SEAL), SharedPace(REDIS, SEAL), fresh(), [START]
    monkeypatch.setattr(in_redis, "time", SimpleNamespace(monotonic=lambda: clock[0], time=lambda: clock[0]))
    for number in range(int(3 * HELD_UP)):
        clock[0] = START + number
        assert not first.turn(name, SECOND, 1, clock[0])
        assert second.turn(name, SECOND, 1, clock[0])


@pytest.mark.parametrize("forged", [b"x", b"", b"\xff" * 50])
def test_that_others_have_turns_is_believed_of_our_own_seal_alone(server, monkeypatch, forged):
    pace, name = SharedPace(REDIS, SEAL), fresh()
    other = fresh()
    pace.turn(other, SECOND, 1, START)
    for said in (forged, server.get(HAD + other)):
        server.set(HAD + name, said, ex=60)
        assert math.inf == pace._had(name)
    assert HELD_UP > pace._had(other)


def test_who_asked_once_long_ago_was_not_held_up_meanwhile(server, monkeypatch):
    assert [] == held_up(server, monkeypatch, [1.0, HELD_UP + GAP, 1.0, 1.0])


def test_a_turn_that_redis_grants_ends_the_doubt(server, monkeypatch):
    pace, name, clock = SharedPace(REDIS, SEAL), fresh(), [START]
    monkeypatch.setattr(in_redis, "time", SimpleNamespace(monotonic=lambda: clock[0], time=lambda: clock[0]))
    for second in range(int(HELD_UP) + 2):
        clock[0] = START + second
        if second != HELD_UP // 2:
            server.set(PREFIX + name, "9" * 40, px=60_000)
        else:
            server.delete(PREFIX + name)
        assert bool(pace.turn(name, SECOND, 1, clock[0])) == (second != HELD_UP // 2)


def test_a_key_of_another_kind_is_like_no_redis(server):
    pace, name = SharedPace(REDIS, SEAL), fresh()
    server.rpush(PREFIX + name, "x")
    server.expire(PREFIX + name, 60)

    assert pace.turn(name, SECOND, 1, START) == 0
    assert pace.turn(name, SECOND, 1, START) == pytest.approx(1)
