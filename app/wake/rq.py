"""Wake-ups over Redis with RQ, for workers on several machines.

A job carries nothing but a step's name, and doing it only *notes* the step: the step itself runs when the job is
gone. So one job id per step coalesces a storm of wake-ups exactly: one that arrives while the step runs finds no job
of that id and makes a new one. That is also why `SimpleWorker` will do: nothing that can be killed halfway runs
inside a job, and what the steps do is lent out by leases in the ledger.

Redis may be slow, down or emptied at any moment; the tick then finds the work, and `serve` goes on without it.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, DuplicateJobError
from rq.job import Job
from rq.timeouts import TimerDeathPenalty

from app.processes.worker import heeding
from app.wake import STEPS

QUEUE = "am"
JOB = "app.processes.worker.heed"
JOB_TTL = 60
"""Seconds a wake-up lives, so that one whose worker was killed while it held it cannot block its id for long."""
MUTE = 5.0
"""Seconds without a try after Redis did not answer: a webhook must not wait for it each time."""
PATIENCE = 1.0
"""Seconds to wait for Redis when waking."""
AT_ONCE = 100
"""So many jobs are done at most before the steps have their turn: of ours there are as many as steps."""
BEAT = 60.0
"""Seconds between two signs of life of the RQ worker in Redis."""

log = structlog.get_logger("wake")


class _Worker(SimpleWorker):
    # The default one sets a SIGALRM handler, which only a main thread may.
    death_penalty_class = TimerDeathPenalty


class RqWake:
    """Wake-ups for production; satisfies `app.wake.Wake`. One monitor per Redis database."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._queue = Queue(QUEUE, connection=self._connect(PATIENCE), serializer="json")
        self._mute_until = 0.0

    def wake(self, step: str) -> None:
        """Say that there is work for this step; waits `PATIENCE` at most, never raises."""
        if time.monotonic() < self._mute_until:
            return
        try:
            self._queue.enqueue(
                JOB,
                step,
                job_id=f"{QUEUE}-{step}",
                unique=True,
                ttl=JOB_TTL,
                result_ttl=0,
                failure_ttl=0,
                job_timeout=-1,
                description=step,
            )
        except DuplicateJobError:
            return
        except (RedisError, OSError, ValueError) as error:
            self._mute_until = time.monotonic() + MUTE
            log.warning("wake-up lost, the clock will find the work", step=step, error=type(error).__name__)

    def serve(self, run: Callable[[str], None], stop: Callable[[], bool], tick: timedelta) -> None:
        """Call `run(step)` for each wake-up, and for every step at least each `tick`, until `stop()`.

        `tick` is rounded up to whole seconds while Redis answers: RQ supports Redis 5, whose BLPOP takes no fractions.
        """
        seconds = max(1, math.ceil(tick.total_seconds()))
        noted: list[str] = []
        full_round = 0.0
        with heeding(noted.append), contextlib.closing(_Listener(self._connect(seconds + 5.0))) as listener:
            while not stop():
                due = not full_round or time.monotonic() >= full_round + tick.total_seconds()
                listener.listen(0 if due else seconds)
                woken = STEPS if due else tuple(step for step in STEPS if step in noted)
                noted.clear()
                if due:
                    full_round = time.monotonic()
                for step in woken:
                    if stop():
                        return
                    run(step)

    def _connect(self, patience: float) -> redis.Redis:
        return redis.Redis.from_url(
            self._url, socket_timeout=patience, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )


class _Listener:
    """An RQ worker that we ask for jobs, in place of one that asks us: the ticks are ours."""

    def __init__(self, connection: redis.Redis) -> None:
        self._connection = connection
        self._queue = Queue(QUEUE, connection=connection, serializer="json", death_penalty_class=TimerDeathPenalty)
        self._worker: Any = None  # RQ's worker is typed only in part
        self._beaten = 0.0
        # Its messages name every job; at one a second that is noise.
        logging.getLogger("rq").setLevel(logging.WARNING)

    def listen(self, seconds: int) -> None:
        """Do the jobs that are there; when none is, wait up to `seconds` for one. A silent Redis is waited out."""
        try:
            worker = self._alive()
            for number in range(AT_ONCE):
                found = self._take(None if number else seconds or None)
                if found is None:
                    break
                job, queue = found
                # A job names the function to call: whoever writes to Redis could name any that Python can import.
                if job.func_name == JOB and list(job.args) in [[step] for step in STEPS]:
                    worker.execute_job(job, queue)
                else:
                    log.warning("a job that is none of ours was thrown away")
                    job.delete()
        # RQ passes on whatever a job that somebody else wrote into Redis makes it stumble over.
        except Exception as error:
            if self._worker is not None or not self._beaten:
                log.warning("Redis does not answer, working by the clock alone", error=type(error).__name__)
            self._worker, self._beaten = None, time.monotonic()
            time.sleep(min(seconds, 1))

    def close(self) -> None:
        """Sign off, so that `rq info` shows no ghost."""
        with contextlib.suppress(Exception):
            if self._worker is not None:
                self._worker.register_death()
        with contextlib.suppress(Exception):
            self._connection.close()

    def _take(self, seconds: int | None) -> tuple[Job, Queue] | None:
        try:
            return Queue.dequeue_any(
                [self._queue],
                seconds,
                connection=self._connection,
                serializer="json",
                death_penalty_class=TimerDeathPenalty,
            )
        except DequeueTimeout:
            return None

    def _alive(self) -> Any:
        """The worker, registered; again where Redis has forgotten it."""
        if self._worker is None:
            self._worker = _Worker([self._queue], connection=self._connection, serializer="json")
            self._worker.register_birth()
            self._worker.clean_registries()
            self._beaten = time.monotonic()
        elif time.monotonic() >= self._beaten + BEAT:
            if not self._connection.exists(self._worker.key):
                self._worker.register_birth()
            self._worker.heartbeat()
            self._beaten = time.monotonic()
        return self._worker
