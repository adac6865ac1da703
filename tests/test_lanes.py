"""Lanes: one thread each, none waits for another, and nothing that was asked for is forgotten."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.processes.lanes import Inline, Lanes

PATIENCE = 30


def test_a_lane_that_is_asked_for_while_it_is_driven_is_driven_once_more() -> None:
    lanes, runs = Lanes(), list[int]()
    entered, go, over = threading.Event(), threading.Event(), threading.Event()

    def run(stopped: Callable[[], bool]) -> None:
        runs.append(threading.get_ident())
        entered.set()
        assert go.wait(PATIENCE)
        if len(runs) == 2:
            over.set()

    lanes.start("a", run)
    assert entered.wait(PATIENCE)
    for _ in range(5):
        lanes.start("a", run)
    go.set()
    assert over.wait(PATIENCE)
    lanes.stop(PATIENCE)
    assert 2 == len(runs)
    assert 1 == len(set(runs)), "never two threads at once"


def test_a_lane_that_hangs_or_breaks_holds_up_no_other() -> None:
    lanes, gate, done = Lanes(), threading.Event(), threading.Event()

    def breaks(stopped: Callable[[], bool]) -> None:
        raise RuntimeError("no")

    def hangs(stopped: Callable[[], bool]) -> None:
        gate.wait(PATIENCE)

    lanes.start("hangs", hangs)
    lanes.start("breaks", breaks)
    lanes.start("works", lambda stopped: done.set())
    assert done.wait(PATIENCE)
    gate.set()
    lanes.stop(PATIENCE)


def test_a_lane_that_broke_is_driven_again() -> None:
    lanes, runs, done = Lanes(), list[str](), threading.Event()

    def run(stopped: Callable[[], bool]) -> None:
        runs.append("x")
        if len(runs) == 1:
            raise RuntimeError("no")
        done.set()

    while not done.wait(0.01):
        lanes.start("a", run)
    lanes.stop(PATIENCE)


def test_whoever_stops_waits_for_what_is_being_sent_and_starts_nothing() -> None:
    lanes, entered, said = Lanes(), threading.Event(), list[bool]()

    def run(stopped: Callable[[], bool]) -> None:
        entered.set()
        while not stopped():
            threading.Event().wait(0.005)
        said.append(True)

    lanes.start("a", run)
    assert entered.wait(PATIENCE)
    lanes.stop(PATIENCE)
    assert [True] == said
    lanes.start("b", lambda stopped: said.append(False))
    assert [True] == said


def test_inline_a_lane_is_driven_where_it_is_started() -> None:
    said: list[bool] = []
    lanes = Inline()
    lanes.start("a", lambda stopped: said.append(stopped()))
    lanes.stop(0)
    assert [False] == said
