"""Keeping the trust root fresh: once a day, beside the clock, and quiet while the copy in use is good."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import main
from app.settings import Settings
from app.trust.freshness import EVERY, RETRY, STALE_AFTER, SUBJECT, Freshness, in_thread
from app.trust.refresh import Source
from app.trust.root import COPY
from tests.http.server import Server, fetcher
from tests.jobs.parts import Parts
from tests.trust.conftest import NEW, OLD
from tests.trust.repository import Repository
from verifier.registries.base import Absent

SECOND = timedelta(seconds=1)


def at_once(work: Callable[[], None]) -> Future[None]:
    """Done before it returns: what a thread would have done some time later."""
    future = in_thread(work)
    future.exception(30)
    return future


class Room:
    """A clock's process with a data folder, whose repository may be down."""

    def __init__(self, repository: Repository, server: Server, data_dir: Path, **settings: object) -> None:
        self.parts = Parts()
        self.parts.now = repository.targets.expires - timedelta(days=99)
        self._server, self._repository, self.first = server, repository, repository.first
        self.settings = Settings(data_dir=data_dir, **settings)  # type: ignore[arg-type]
        self.copy = data_dir / "trust" / COPY
        self.freshness = self.start()

    def start(self) -> Freshness:
        deps = replace(self.parts.deps, settings=self.settings, fetch=fetcher(self._server))
        return Freshness(deps, Source(self._repository.url, self._repository.first), at_once)

    def look(self, after: timedelta = timedelta(), freshness: Freshness | None = None) -> int:
        """Look so much later, twice: to begin and to note how it ended. Returns how often the repository was asked."""
        before = len(self._server.asked)
        self.parts.now += after
        for _ in range(2):
            (freshness or self.freshness)()
        return len([path for path, _ in self._server.asked[before:] if path.endswith("/timestamp.json")])

    def down(self) -> None:
        self._server.answers.clear()


@pytest.fixture
def room(repository: Repository, server: Server, tmp_path: Path) -> Room:
    return Room(repository, server, tmp_path)


def test_it_fetches_once_a_day(repository, room):
    assert 1 == room.look()
    assert OLD == room.copy.read_bytes()
    repository.publish(NEW)
    assert 0 == room.look(EVERY - SECOND)

    assert 1 == room.look(SECOND)
    assert NEW == room.copy.read_bytes()


def test_a_restart_does_not_fetch_again_on_the_same_day(room):
    room.look()

    assert 0 == room.look(EVERY - SECOND, room.start())
    assert 1 == room.look(SECOND, room.start())


def test_a_clock_that_was_ahead_does_not_put_it_off_for_ever(room):
    room.look()

    assert 1 == room.look(-timedelta(days=400), room.start())


@pytest.mark.parametrize("settings", [{"tuf_refresh": False}, {"trust_root": (Path("root.json"),)}])
def test_where_it_is_off_or_a_root_is_pinned_nothing_is_ever_fetched(repository, server, tmp_path, settings):
    room = Room(repository, server, tmp_path, **settings)

    assert 0 == room.look() + room.look(timedelta(days=400))
    assert {} == room.parts.problems()
    assert not room.copy.exists()


def test_a_failure_is_tried_again_within_the_hour_and_is_no_problem_while_the_copy_is_good(repository, room):
    room.look()
    state = repository.state()
    room.down()
    room.look(EVERY)

    assert {} == room.parts.problems()
    repository.roll_back(state)
    assert 0 == room.look(RETRY - SECOND)
    assert 1 == room.look(SECOND)


def test_a_copy_that_could_not_be_renewed_for_a_month_is_a_problem_that_says_what_to_do(repository, room):
    room.look()
    state = repository.state()
    room.down()
    room.look(STALE_AFTER - SECOND)
    assert {} == room.parts.problems()

    room.look(RETRY)

    sentence = room.parts.problems()[SUBJECT]
    assert "TRUST_ROOT" in sentence
    assert "TUF_REFRESH=off" in sentence
    assert OLD == room.copy.read_bytes()
    repository.roll_back(state)
    room.look(RETRY)
    assert {} == room.parts.problems()


def test_a_copy_whose_metadata_ran_out_is_a_problem_sooner(repository, room):
    repository.targets.expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=5)
    repository.publish(NEW)
    room.parts.now = repository.targets.expires - timedelta(days=5)
    room.look()
    room.down()

    room.look(timedelta(days=4))
    assert {} == room.parts.problems()
    room.look(timedelta(days=1))
    assert SUBJECT in room.parts.problems()


def test_a_shipped_root_that_was_never_renewed_is_good_as_long_as_its_own_metadata(repository, room):
    room.down()
    room.look()
    assert {} == room.parts.problems()

    room.look(timedelta(days=100))

    assert SUBJECT in room.parts.problems()


def test_the_clock_never_waits_for_it(room):
    """A repository that is slow must not cost the clock its turn."""
    go, asked = threading.Event(), []

    def slow(ask, etag=None):
        asked.append(ask)
        go.wait(30)
        return Absent(ask.url)

    deps = replace(room.parts.deps, settings=room.settings, fetch=slow)
    busy = Freshness(deps, Source("https://registry.example", room.first))
    for _ in range(3):
        busy()

    assert len(asked) <= 1
    assert not go.is_set()
    go.set()


def test_the_clock_command_keeps_it_fresh(monkeypatch, tmp_path):
    beside, kept = [], []
    monkeypatch.setattr(Freshness, "__call__", lambda self: kept.append(self))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("app.processes.clock.main", lambda deps, **more: beside.append(more["beside"]))

    assert 0 == CliRunner().invoke(main, ["migrate"]).exit_code

    assert 0 == CliRunner().invoke(main, ["clock"]).exit_code
    (each_look,) = beside
    each_look()
    assert [Freshness] == [type(also) for also in kept]
