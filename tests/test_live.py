"""The real processes: killed at any moment, on SQLite or on PostgreSQL and Redis, they say everything once."""

from __future__ import annotations

import os
import random
import re
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from sandbox import people
from sandbox.events import Remove
from sandbox.live import Live
from sandbox.play import play
from sandbox.results import State
from sandbox.scenario import load

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
AXIOS = load(SCENARIOS / "axios-2026")
ROGUE = load(SCENARIOS.parent / "tests" / "sandbox" / "scenarios" / "small-rogue")
KILLS = 4


class Killer(threading.Thread):
    """Kills the worker with SIGKILL at random moments and starts another, as the supervisor would."""

    def __init__(self, stage: Live, seed: int) -> None:
        super().__init__(daemon=True)
        self.stage = stage
        self.moments = random.Random(seed)
        self.killed = 0

    def run(self) -> None:
        for _ in range(KILLS):
            time.sleep(self.moments.uniform(0.05, 0.8))
            self.stage.processes[1].send_signal(signal.SIGKILL)
            self.stage.processes[1].wait()
            self.killed += 1
            self.stage.restart_worker()


def issues(stage: Live) -> list[str]:
    """Titles of the issues at the pretended GitHub."""
    return [issue["title"] for repo in stage.world.repos.values() for issue in repo.issues]


def test_a_comment_at_github_ends_the_incident_of_real_processes_and_is_answered_there(tmp_path):
    told = replace(ROGUE, events=tuple(event for event in ROGUE.events if not isinstance(event, Remove)))
    with Live([told], tmp_path) as stage:
        stage.begin(told)
        play(told, stage)
        repo = stage.world.repo("octo/widget")
        assert repo is not None
        repo.roles["carol"] = "maintain"
        (issue,) = repo.issues
        (code,) = re.findall(r"/artifact-monitor mine ([0-9a-f]{15}) ", issue["body"])
        people.comment(stage.world, repo, issue["number"], "carol", f"/artifact-monitor mine {code} an emergency")
        for minutes in (1, 2, 3):
            for webhook in stage.set_clock(told.until + timedelta(minutes=minutes)):
                stage.deliver(webhook)
            stage.settle()

        assert issue["state"] == "closed"
        (answer,) = [comment for comment in repo.comments if comment["user"]["type"] == "Bot"]
        assert "`carol`" in answer["body"]
        assert "✔ Waived until" in answer["body"]
        assert not stage.problems()


@pytest.fixture
def production() -> Iterator[dict[str, str]]:
    """Settings for PostgreSQL and Redis, each emptied afterwards."""
    if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
        pytest.skip("DATABASE_URL and REDIS_URL are not set")
    url = make_url(os.environ["DATABASE_URL"])
    server = url.set(drivername="postgresql").render_as_string(hide_password=False)
    name = f"monitor_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    fresh = url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    yield {"DATABASE_URL": fresh, "REDIS_URL": os.environ["REDIS_URL"]}
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_worker_killed_at_random_moments_gives_the_same_verdicts_and_no_second_issue(tmp_path):
    seed = random.randrange(1_000_000)
    with Live([AXIOS], tmp_path) as stage:
        stage.begin(AXIOS)
        killer = Killer(stage, seed)
        killer.start()
        result = play(AXIOS, stage)
        killer.join()
        stage.settle()

        assert killer.killed == KILLS
        assert (State.PASSED, ()) == (result.state, result.mismatches), f"seed {seed}"
        assert len(issues(stage)) == 1, f"seed {seed}"


def test_production_engines_give_the_same_verdicts_and_an_emptied_redis_loses_nothing(tmp_path, production):
    stop, flushes = threading.Event(), list[bool]()

    def flush() -> None:
        with redis.Redis.from_url(production["REDIS_URL"]) as connection:
            while not stop.wait(0.05):
                flushes.append(bool(connection.flushdb()))

    flusher = threading.Thread(target=flush, daemon=True)
    with Live([AXIOS], tmp_path, production) as stage:
        stage.begin(AXIOS)
        flusher.start()
        result = play(AXIOS, stage)
        stop.set()
        flusher.join()

        assert len(flushes) > 5
        assert (State.PASSED, ()) == (result.state, result.mismatches)
        assert len(issues(stage)) == 1
