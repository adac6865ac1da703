"""How much GitHub is asked: it is left alone when it says so, and turns are kept to before it has to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from app.github.installation import GitHub, clients
from app.github.limits import PATIENCE, RESERVE, WRITES_AN_HOUR, Limits
from app.github.refusals import SlowDown
from app.pacing import LocalPace
from checks.base import Temporary
from tests.github_api.pretend import Pretend, repository_json, settings

SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which silences are kept; it moves when it is set."""
    now = [1000.0]
    monkeypatch.setattr("app.github.limits.time.monotonic", lambda: now[0])
    return now


def refused(github: GitHub, path: str = "/repos/owner/name/issues") -> float:
    """How long a question has to wait."""
    with pytest.raises(SlowDown) as caught:
        github.list(path)
    return caught.value.wait


def test_where_github_does_not_say_for_how_long_each_further_time_is_waited_out_twice_as_long(
    pretend: Pretend, github: GitHub, clock: list[float]
) -> None:
    pretend.on("GET", "/repos/owner/name/issues", SECONDARY, 403)
    waits = []
    for _ in range(4):
        waits.append(refused(github))
        clock[0] += waits[-1]
    assert [60.0, 120.0, 240.0, 480.0] == waits

    clock[0] += 2 * waits[-1]
    assert 60.0 == refused(github)


def test_what_retry_after_says_comes_before_the_reset_and_the_reset_before_a_minute(
    pretend: Pretend, github: GitHub, clock: list[float]
) -> None:
    now = 1_800_000_000
    headers: dict[str, Any] = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(now + 600),
        "date": formatdate(now, usegmt=True),
    }
    said: tuple[tuple[dict[str, Any], float], ...] = (({"retry-after": "7"}, 7.0), ({}, 600.0))
    for more, wait in said:
        pretend.on("GET", "/repos/owner/name/issues", SECONDARY, 403, **headers, **more)
        assert wait == refused(github)
        clock[0] += wait


def test_the_last_questions_of_the_hour_are_not_asked(pretend: Pretend, github: GitHub, clock: list[float]) -> None:
    """Those that are on their way, of this worker and of others, come through."""
    now = 1_800_000_000
    left: dict[str, Any] = {
        "x-ratelimit-reset": str(now + 900),
        "date": formatdate(now, usegmt=True),
        "x-ratelimit-resource": "core",
    }
    pretend.on("GET", "/repositories/10", repository_json(), **{**left, "x-ratelimit-remaining": str(RESERVE + 1)})
    assert github.repository(10) is not None
    pretend.on("GET", "/repositories/10", repository_json(), **{**left, "x-ratelimit-remaining": str(RESERVE)})
    assert github.repository(10) is not None

    before = len(pretend.requests)
    assert 900.0 == refused(github)
    assert before == len(pretend.requests)
    clock[0] += 900
    assert github.repository(10) is not None


def test_the_count_of_another_kind_of_questions_is_none_of_ours(pretend: Pretend, github: GitHub) -> None:
    search: dict[str, Any] = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "99999999999",
        "x-ratelimit-resource": "search",
    }
    pretend.on("GET", "/repositories/10", repository_json(), **search)

    assert github.repository(10) is not None
    assert github.repository(10) is not None


@dataclass
class Waiting:
    """A pace on a clock that moves only by sleeping, and what was asked when."""

    now: float = 0.0
    asked: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._pace = LocalPace()
        self.limits = Limits("https://api.github.com", self, sleep=self.sleep)

    def turn(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        return self._pace.turn(name, every, burst, self.now)

    def sleep(self, seconds: float) -> None:
        assert seconds <= PATIENCE
        self.now += seconds

    def ask(self, method: str) -> None:
        """Ask, and come back later where told so."""
        while True:
            try:
                self.limits.before(1, method, "x")
            except SlowDown as error:
                assert error.by_us
                self.now += error.wait
            else:
                self.asked.append((self.now, method))
                return


def most_within(asked: list[tuple[float, str]], span: float, points: dict[str, int]) -> int:
    """The most points in any span that long."""
    return max(sum(points[m] for at, m in asked if start <= at < start + span - 1e-3) for start, _ in asked)


def test_writes_are_a_second_apart_and_never_more_than_500_in_any_hour() -> None:
    waiting = Waiting()
    for _ in range(1200):
        waiting.ask("POST")
    times = [at for at, _ in waiting.asked]

    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 1.0 - 1e-6
    assert most_within(waiting.asked, 3600, {"POST": 1}) <= 500
    assert most_within(waiting.asked, 60, {"POST": 1}) <= 80
    assert len(times) / (times[-1] / 3600) > WRITES_AN_HOUR, "and not much slower than that"


def test_never_more_than_900_points_in_any_minute_however_reads_and_writes_are_mixed() -> None:
    """A read counts 1, a write 5."""
    waiting = Waiting()
    for number in range(3000):
        waiting.ask("PATCH" if number % 12 == 0 else "GET")

    assert most_within(waiting.asked, 60, {"GET": 1, "PATCH": 5}) <= 900


def test_each_installation_has_its_own_measure() -> None:
    waiting = Waiting()
    waiting.limits.before(1, "POST", "x")
    waiting.limits.before(2, "POST", "x")

    assert 0.0 == waiting.now


def test_a_turn_that_is_long_in_coming_is_no_reason_to_hold_a_worker_up() -> None:
    waiting = Waiting()
    with pytest.raises(SlowDown) as caught:
        for _ in range(500):
            waiting.limits.before(1, "POST", "x")

    assert caught.value.by_us
    assert waiting.now < 3600


def test_a_redis_that_is_gone_neither_blocks_nor_loses_what_this_process_was_told(pretend: Pretend) -> None:
    github = clients(settings(redis_url="redis://127.0.0.1:1/0"), pretend.transport)(1)
    pretend.on("GET", "/repos/owner/name/issues", SECONDARY, 403, **{"retry-after": "120"})
    assert github.repository(10) is not None
    assert 120.0 == refused(github)
    with pytest.raises(Temporary):
        github.repository(10)

    assert len(pretend.requests) == 3, "a token, a repository, a refusal"


def test_what_is_kept_with_its_etag_is_asked_for_by_it_and_costs_nothing(pretend: Pretend, github: GitHub) -> None:
    seen: list[tuple[str | None, int]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tag = f'"{request.headers["authorization"]}"'
        given = request.headers.get("if-none-match")
        seen.append((given, 304 if given == tag else 200))
        return httpx.Response(seen[-1][1], json=None if given == tag else repository_json(), headers={"etag": tag})

    pretend.on("GET", "/repositories/10", answer)
    first, second = github.repository(10), github.repository(10)

    assert first == second is not None
    assert [(None, 200), ('"token ghs_1"', 304)] == seen


def test_an_etag_is_shown_for_the_installation_alone_that_was_given_it(pretend: Pretend) -> None:
    client = clients(settings(), pretend.transport)
    pretend.on("GET", "/repositories/10", repository_json(), etag='"x"')
    client(1).repository(10)
    client(2).repository(10)

    assert [None, None] == [r.headers.get("if-none-match") for r in pretend.asked("GET", "/repositories/10")]


@pytest.mark.parametrize(
    "path",
    ["/repos/owner/name/actions/runs/100/attempts/1/jobs", f"/repos/owner/name/contents/a.yml?ref={'a' * 40}"],
)
def test_what_changes_with_each_look_or_never_is_not_kept(pretend: Pretend, github: GitHub, path: str) -> None:
    pretend.on("GET", path.partition("?")[0], {"jobs": []}, etag='"x"')
    github.call("GET", path)
    github.call("GET", path)

    asked: list[Any] = pretend.asked("GET", path.partition("?")[0])
    assert [None, None] == [request.headers.get("if-none-match") for request in asked]


def test_what_is_kept_has_a_bound() -> None:
    from app.github.kept import ONE, Answered, Kept

    kept = Kept(most=1000)
    for number in range(20):
        kept.put(1, f"/repositories/{number}", Answered('"x"', b"x" * 100))
    kept.put(1, "/repositories/99", Answered('"x"', b"x" * (ONE + 1)))

    assert [10 <= number < 20 for number in range(20)] == [
        kept.get(1, f"/repositories/{number}") is not None for number in range(20)
    ]
    assert kept.get(1, "/repositories/99") is None
