"""What workers share through Redis at GitHub: tokens that are worth nothing without the App's key, and the limits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from werkzeug.serving import make_server

from app.github.limits import Limits
from app.github.refusals import SlowDown
from app.github.silences import Silences
from app.github.tokens import Tokens
from app.redis_shelf import Shelf
from app.signin.seal import seal_of_app
from sandbox.app import create
from sandbox.github.measures import Measures
from sandbox.keys import make
from sandbox.world import World
from tests.github_api.pretend import key
from tests.sandbox.github import at, scenario

URL = os.environ.get("REDIS_URL", "")
pytestmark = pytest.mark.skipif(not URL, reason="REDIS_URL is not set")

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "githubkit:auth:app:7:installation:1:::"
HOUR = timedelta(hours=1)
WORKER = """
import sys, time
from app.build import build
from app.github.refusals import SlowDown
from app.settings import read
import os
deps = build(read(os.environ))
github, done, until = deps.github(int(sys.argv[1])), 0, time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    try:
        github.call("POST", "/repos/octo/widget/issues", {"title": "t"})
    except SlowDown as error:
        print("slow", error.by_us, round(error.wait), flush=True)
        break
    done += 1
print("done", done, flush=True)
"""


@pytest.fixture
def api() -> Iterator[str]:
    """An address that no other test knows; what was kept under it is removed."""
    name = f"https://{uuid.uuid4().hex}.example"
    yield name
    client = redis.Redis.from_url(URL)
    for known in client.scan_iter("am:github:*"):
        client.delete(known)


def tokens(api: str, private: str = "") -> Tokens:
    return Tokens(api, seal_of_app(private or key()), Shelf(URL))


def limits(api: str, private: str = "") -> Limits:
    return Limits(api, None, Silences(api, Shelf(URL), seal_of_app(private or key())))


def test_a_token_that_one_process_minted_is_every_ones(api: str) -> None:
    one, other = tokens(api), tokens(api)
    one.set(NAME, "ghs_one", HOUR)

    assert "ghs_one" == other.get(NAME)
    assert None is other.get(NAME.replace(":1:", ":2:"))
    assert None is tokens(api + "/other").get(NAME)


def test_of_two_that_mint_at_once_one_token_stays(api: str) -> None:
    one, other = tokens(api), tokens(api)
    one.set(NAME, "ghs_one", HOUR)
    other.set(NAME, "ghs_other", HOUR)

    assert ["ghs_one"] * 3 == [one.get(NAME), other.get(NAME), tokens(api).get(NAME)]


def test_a_stolen_redis_gives_no_token_and_one_laid_in_anothers_place_is_not_taken(api: str) -> None:
    tokens(api).set(NAME, "ghs_secret", HOUR)
    client: Any = redis.Redis.from_url(URL)
    names = list(client.scan_iter("am:github:token:*"))
    held = [bytes(client.get(name) or b"") for name in names]

    assert len(held) == 1
    assert b"ghs_secret" not in b"".join(held)
    assert None is tokens(api, make().private).get(NAME)
    another = NAME.replace(":1:", ":2:")
    tokens(api).set(another, "ghs_another", HOUR)
    (place,) = [name for name in client.scan_iter("am:github:token:*") if name not in names]
    client.set(place, held[0])
    assert None is tokens(api).get(another)


def test_a_token_that_github_refused_is_forgotten_by_all_and_a_newer_one_is_not(api: str) -> None:
    one, other = tokens(api), tokens(api)
    one.set(NAME, "ghs_old", HOUR)
    assert "ghs_old" == other.get(NAME)
    one.forget(NAME)
    assert None is one.get(NAME)
    one.set(NAME, "ghs_new", HOUR)
    other.forget(NAME)

    assert ["ghs_new", "ghs_new"] == [other.get(NAME), tokens(api).get(NAME)]


def test_what_github_said_to_one_worker_holds_for_all_and_for_one_installation(api: str) -> None:
    one, other = limits(api), limits(api)
    one.asked_to_slow_down(1, SlowDown("x", 60))
    with pytest.raises(SlowDown) as caught:
        other.before(1, "GET", "x")

    assert 50 < caught.value.wait <= 60
    other.before(2, "GET", "x")


def test_who_can_write_to_redis_keeps_nobody_from_asking_github(api: str) -> None:
    """Only a worker's own seal says that GitHub wants to be left alone, for this installation, and until when."""
    client = redis.Redis.from_url(URL)
    limits(api).asked_to_slow_down(1, SlowDown("x", 60))
    (name,) = [known.decode() for known in client.scan_iter(f"am:github:silent:{api}:1")]
    sealed = client.get(name)
    assert isinstance(sealed, bytes)
    of_another = name.removesuffix(":1") + ":2"
    for forged in (b"1", b"", b"x" * 20_000, b"\xff", sealed):
        client.set(of_another, forged, ex=60)
        limits(api).before(2, "GET", "x")
    limits(api, "the key of another App").before(1, "GET", "x")
    with pytest.raises(SlowDown):
        limits(api).before(1, "GET", "x")


def test_who_can_write_to_redis_makes_no_wait_longer(api: str) -> None:
    """How often in a row GitHub refused is sealed, too."""
    client = redis.Redis.from_url(URL)
    for forged in (b"1000000", b"x"):
        client.set(f"am:github:strikes:{api}:1", forged, ex=60)
        assert 60 == limits(api).asked_to_slow_down(1, SlowDown("x", 60, said=False)).wait
        client.delete(f"am:github:strikes:{api}:1")


def test_a_short_silence_shortens_no_long_one(api: str) -> None:
    limits(api).asked_to_slow_down(1, SlowDown("x", 120))
    limits(api).asked_to_slow_down(1, SlowDown("x", 2))
    with pytest.raises(SlowDown) as caught:
        limits(api).before(1, "GET", "x")

    assert 100 < caught.value.wait <= 120


def test_times_in_a_row_are_counted_together(api: str) -> None:
    workers = [limits(api) for _ in range(3)]

    assert [60, 120, 240] == [one.asked_to_slow_down(1, SlowDown("x", 60, said=False)).wait for one in workers]


def test_a_redis_that_was_emptied_lets_nobody_forget_what_he_was_told_himself(api: str) -> None:
    one = limits(api)
    one.asked_to_slow_down(1, SlowDown("x", 60))
    client = redis.Redis.from_url(URL)
    for known in client.scan_iter("am:github:*"):
        client.delete(known)

    with pytest.raises(SlowDown):
        one.before(1, "GET", "x")


@pytest.fixture
def github() -> Iterator[tuple[str, World, Measures, dict[str, str]]]:
    """A pretended GitHub on loopback that is paced like any other, and what a worker's environment is for it."""
    keys, measures = make(), Measures()
    world = World([scenario("small-rogue")])
    world.advance(at("2026-03-02T12:00:00"))
    server = make_server("127.0.0.1", 0, create(world, keys, measures=measures), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/api/v3"
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "REDIS_URL") if name in os.environ},
        "GITHUB_API_URL": address,
        "GITHUB_APP_ID": str(keys.app_id),
        "GITHUB_PRIVATE_KEY": keys.private,
        "PACE_LOOPBACK": "on",
    }
    yield address, world, measures, environment
    server.shutdown()
    server.server_close()
    thread.join(5)
    client = redis.Redis.from_url(URL)
    for known in (*client.scan_iter("am:github:*"), *client.scan_iter("am:turns:github/*")):
        client.delete(known)


def workers(environment: dict[str, str], installation: int, seconds: float, count: int = 2) -> list[str]:
    """What so many worker processes say that write issues as fast as they may."""
    command = [sys.executable, "-c", WORKER, str(installation), str(seconds)]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(count)
    ]
    return [process.communicate(timeout=120)[0] for process in running]


def test_two_worker_processes_write_at_the_pace_of_one_with_one_token(
    github: tuple[str, World, Measures, dict[str, str]], tmp_path: Path
) -> None:
    _, world, measures, environment = github
    said = workers({**environment, "DATA_DIR": str(tmp_path)}, max(world.installations), 6)
    written = sorted(asked.at for asked in measures.asked if asked.path.endswith("/issues"))
    minted = [asked for asked in measures.asked if asked.path.endswith("/access_tokens")]

    assert sum(int(text.rsplit("done ", 1)[1]) for text in said) == len(written) >= 4
    # A turn is taken before the request is on its way, so arrivals come a little closer or further apart than turns.
    assert (written[-1] - written[0]) >= (len(written) - 1) * 0.7
    assert len(minted) <= 2


def test_what_one_worker_process_was_refused_the_other_does_not_ask(
    github: tuple[str, World, Measures, dict[str, str]], tmp_path: Path
) -> None:
    _, world, measures, environment = github
    measures.refusing.append(1)
    measures.retry_after = 90
    said = workers({**environment, "DATA_DIR": str(tmp_path)}, max(world.installations), 4, count=1)
    before = len(measures.asked)
    more = workers({**environment, "DATA_DIR": str(tmp_path)}, max(world.installations), 4, count=2)

    assert "slow False" in said[0]
    assert before == len(measures.asked)
    assert all("slow False" in text and "done 0" in text for text in more)
