"""How far apart the requests to one host are."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pace import Pace


@given(st.lists(st.floats(0, 3), min_size=1, max_size=20))
def test_requests_to_one_host_are_at_least_the_interval_apart(gaps):
    pace, now, turns = Pace(timedelta(seconds=1)), 100.0, list[float]()
    for gap in gaps:
        now += gap
        turns.append(now + pace.turn("registry.example", now))

    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(turns))


def test_a_host_waits_for_no_other_host():
    pace = Pace(timedelta(seconds=1))

    assert [0.0, 0.0, 1.0] == [pace.turn(host, 5.0) for host in ("a.example", "b.example", "a.example")]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_is_not_paced(host):
    pace = Pace(timedelta(seconds=1))

    assert [0.0, 0.0] == [pace.turn(host, 5.0) for _ in range(2)]


def test_threads_share_the_pace():
    """Turns taken at the same moment are all different, whoever takes them."""
    pace, start = Pace(timedelta(seconds=1)), threading.Barrier(8)
    turns: list[float] = []

    def take() -> None:
        start.wait()
        turns.extend(pace.turn("registry.example", 5.0) for _ in range(50))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [float(turn) for turn in range(400)] == sorted(turns)
