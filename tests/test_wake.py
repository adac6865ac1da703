"""Wake-ups may be lost or doubled, and neither loses work: one contract for both ways of sending them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import pytest
import redis

from app.wake import STEPS, Wake
from app.wake.local import PATH_LIMIT, LocalWake, socket_path
from app.wake.rq import AT_ONCE, JOB, QUEUE, RqWake

REDIS = os.environ.get("REDIS_URL", "")
RARELY = timedelta(seconds=300)
OFTEN = timedelta(seconds=1)
PATIENCE = 20.0
"""Seconds until a test says that something never happened; nothing waits that long when all is well."""


class Way:
    """One way of waking: how to make it here, and in another process."""

    def __init__(self, make: Callable[[], Wake], code: str, forget: Callable[[], object] | None = None) -> None:
        self.make, self.code, self.forget = make, code, forget

    def wake_from_another_process(self, *steps: str) -> None:
        calls = "; ".join(f"wake.wake({step!r})" for step in steps)
        subprocess.run([sys.executable, "-c", f"{self.code}; {calls}"], check=True, timeout=60)


class Serving:
    """A server in a thread, with what it ran."""

    def __init__(self, wake: Wake, tick: timedelta, run: Callable[[str], None] = lambda step: None) -> None:
        self.ran: SimpleQueue[str] = SimpleQueue()
        self._stop = threading.Event()

        def note(step: str) -> None:
            run(step)
            self.ran.put(step)

        self._thread = threading.Thread(target=wake.serve, args=(note, self._stop.is_set, tick))
        self._thread.start()

    def first_round(self) -> list[str]:
        """The full round with which every server begins."""
        return [self.next() for _ in STEPS]

    def next(self) -> str:
        return self.ran.get(timeout=PATIENCE)

    def quiet(self, seconds: float) -> list[str]:
        """What it ran meanwhile."""
        time.sleep(seconds)
        found = []
        while True:
            try:
                found.append(self.ran.get_nowait())
            except Empty:
                return found

    def end(self, wake: Wake) -> None:
        self._stop.set()
        wake.wake("hear")
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture(params=["local", "rq"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    if request.param == "local":
        code = (
            f"from pathlib import Path; from app.wake.local import LocalWake; wake = LocalWake(Path({str(tmp_path)!r}))"
        )
        yield Way(lambda: LocalWake(tmp_path), code)
        return
    if not REDIS:
        pytest.skip("REDIS_URL is not set: wake-ups over RQ need a Redis")
    url = urlsplit(REDIS)._replace(path="/9").geturl()
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield Way(lambda: RqWake(url), f"from app.wake.rq import RqWake; wake = RqWake({url!r})", client.flushdb)
    client.flushdb()
    client.close()


@pytest.fixture
def serve(way: Way) -> Iterator[Callable[..., Serving]]:
    served: list[tuple[Serving, Wake]] = []

    def start(tick: timedelta, run: Callable[[str], None] = lambda step: None) -> Serving:
        wake = way.make()
        serving = Serving(wake, tick, run)
        served.append((serving, way.make()))
        return serving

    yield start
    for serving, wake in served:
        serving.end(wake)


def test_a_wake_up_from_another_process_is_served(way: Way, serve: Callable[..., Serving]) -> None:
    serving = serve(RARELY)
    serving.first_round()

    way.wake_from_another_process("examine")

    assert serving.next() == "examine"


def test_a_server_begins_with_every_step_because_what_came_before_it_was_not_heard(
    serve: Callable[..., Serving],
) -> None:
    assert list(STEPS) == serve(RARELY).first_round()


def test_work_whose_wake_up_was_lost_is_done_at_the_next_tick(serve: Callable[..., Serving]) -> None:
    serving = serve(OFTEN)

    assert [*STEPS, *STEPS] == [serving.next() for _ in range(2 * len(STEPS))]


def test_waking_nobody_is_no_error(way: Way) -> None:
    wake = way.make()

    for step in STEPS:
        wake.wake(step)


def test_a_storm_of_wake_ups_does_not_pile_up(way: Way, serve: Callable[..., Serving]) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(step: str) -> None:
        if step == "poll":
            inside.set()
            assert go_on.wait(PATIENCE)

    serving, wake = serve(RARELY, slow), way.make()
    assert inside.wait(PATIENCE)
    for _ in range(300):
        wake.wake("hear")
    go_on.set()
    serving.first_round()

    assert serving.next() == "hear"
    assert len(serving.quiet(0.5)) <= 1


def test_a_wake_up_that_comes_while_its_step_runs_is_served_afterwards(way: Way, serve: Callable[..., Serving]) -> None:
    inside, go_on = threading.Event(), threading.Event()
    rounds: list[str] = []

    def slow(step: str) -> None:
        rounds.append(step)
        if rounds.count("report") == 2:
            inside.set()
            assert go_on.wait(PATIENCE)

    serving, wake = serve(RARELY, slow), way.make()
    serving.first_round()
    wake.wake("report")
    assert inside.wait(PATIENCE)
    wake.wake("report")
    go_on.set()

    assert [serving.next(), serving.next()] == ["report", "report"]


def test_steps_woken_together_run_in_the_order_of_the_work(way: Way, serve: Callable[..., Serving]) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(step: str) -> None:
        inside.set()
        assert go_on.wait(PATIENCE)

    serving, wake = serve(RARELY, slow), way.make()
    assert inside.wait(PATIENCE)
    for step in ("report", "poll", "hear"):
        wake.wake(step)
    go_on.set()
    serving.first_round()

    assert [serving.next() for _ in range(3)] == ["hear", "poll", "report"]


def test_a_redis_that_forgets_everything_loses_no_work(way: Way, serve: Callable[..., Serving]) -> None:
    if way.forget is None:
        pytest.skip("wake-ups within the process tree keep nothing that could be forgotten")
    serving = serve(OFTEN)
    serving.first_round()

    way.make().wake("inspect")
    way.forget()

    # The wake-up may just have been served; the tick's round comes in any case, and ends with the last step.
    found = [serving.next()]
    while found[-1] != STEPS[-1]:
        found.append(serving.next())
    assert list(STEPS) == found[-len(STEPS) :]


def test_without_redis_waking_does_not_raise_and_serving_goes_on_by_the_tick() -> None:
    wake = RqWake("redis://127.0.0.1:1/0")
    wake.wake("hear")
    serving = Serving(wake, OFTEN)

    assert [*STEPS, *STEPS] == [serving.next() for _ in range(2 * len(STEPS))]
    serving.end(wake)


def test_a_job_that_is_none_of_ours_is_never_called(way: Way, serve: Callable[..., Serving], tmp_path: Path) -> None:
    """A job in Redis names the function to call: whoever can write there must not choose it."""
    if way.forget is None:
        pytest.skip("only RQ's jobs name functions")
    from rq import Queue

    client = redis.Redis.from_url(urlsplit(REDIS)._replace(path="/9").geturl())
    queue, trace = Queue(QUEUE, connection=client, serializer="json"), tmp_path / "trace"
    queue.enqueue("os.mkdir", str(trace))
    queue.enqueue(JOB, "no such step")
    queue.enqueue(JOB, "examine")
    serving = serve(RARELY)

    assert list(STEPS) == serving.first_round()
    assert serving.quiet(0.3) == []
    assert not trace.exists()
    assert len(queue) == 0
    client.close()


def test_who_fills_redis_with_jobs_without_end_keeps_no_step_from_its_turn(
    way: Way, serve: Callable[..., Serving]
) -> None:
    if way.forget is None:
        pytest.skip("only RQ's jobs can be written by others")
    from rq import Queue

    client = redis.Redis.from_url(urlsplit(REDIS)._replace(path="/9").geturl())
    queue = Queue(QUEUE, connection=client, serializer="json")
    for number in range(10 * AT_ONCE):
        queue.enqueue("os.mkdir", str(number))
    serving = serve(OFTEN)
    serving.first_round()

    assert len(queue) > AT_ONCE, "the steps came first, although more was there to be thrown away"
    serving.first_round()
    client.delete(queue.key)
    client.close()


def test_a_socket_left_behind_by_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from datetime import timedelta;"
        "from app.wake.local import LocalWake;"
        f"LocalWake(Path({str(tmp_path)!r})).serve("
        "lambda step: os.kill(os.getpid(), signal.SIGKILL), lambda: False, timedelta(300))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == -9
    assert socket_path(tmp_path).exists()

    wake = LocalWake(tmp_path)
    serving = Serving(wake, RARELY)
    serving.first_round()
    wake.wake("poll")

    assert serving.next() == "poll"
    serving.end(wake)


def test_a_data_folder_with_a_long_path_still_gets_its_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    wake = LocalWake(deep)
    serving = Serving(wake, RARELY)
    serving.first_round()
    wake.wake("poll")

    assert serving.next() == "poll"
    assert len(os.fsencode(socket_path(deep))) <= PATH_LIMIT
    serving.end(wake)


def test_the_socket_is_for_this_user_alone(tmp_path: Path) -> None:
    wake = LocalWake(tmp_path)
    serving = Serving(wake, RARELY)
    serving.first_round()

    assert socket_path(tmp_path).stat().st_mode & 0o777 == 0o600
    serving.end(wake)


def test_where_no_socket_can_be_made_the_tick_does_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wake = LocalWake(tmp_path / "file")
    wake.wake("hear")
    serving = Serving(wake, timedelta(milliseconds=100))

    assert [*STEPS, *STEPS] == [serving.next() for _ in range(2 * len(STEPS))]
    serving.end(wake)
