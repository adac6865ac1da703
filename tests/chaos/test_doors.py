"""The bench's doors: what who asks gets to see, and what was done behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from sandbox.chaos.doors import Door, Way

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATIENCE = 0.5
"""Seconds; a server of this machine's that answers at all has done it by then."""


class Behind:
    """Notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.asked.append(environ["REQUEST_METHOD"])
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def door(behind: Behind) -> Iterator[Door]:
    door = Door()
    door.app = behind
    door.set(Way.OPEN)
    yield door
    door.set(Way.REFUSES)


def ask(door: Door) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.post(door.url, data=b"{}", timeout=(5, PATIENCE))


def test_an_open_door_lets_the_answer_through(door: Door, behind: Behind) -> None:
    assert ask(door).content == b"done"
    assert behind.asked == ["POST"]


def test_behind_one_that_refuses_or_fails_nothing_is_done(door: Door, behind: Behind) -> None:
    door.set(Way.FAILS)
    assert ask(door).status_code == 502
    door.set(Way.REFUSES)
    with pytest.raises(requests.ConnectionError):
        ask(door)

    assert behind.asked == []


def test_a_lost_answer_is_waited_for_in_vain_and_what_was_asked_is_done_once(door: Door, behind: Behind) -> None:
    door.set(Way.LOSES)
    with pytest.raises(requests.ReadTimeout):
        ask(door)

    assert behind.asked == ["POST"]


def test_a_connection_that_is_cut_ends_the_wait_at_once_and_what_was_asked_is_done_once(
    door: Door, behind: Behind
) -> None:
    door.set(Way.CUTS)
    with pytest.raises(requests.ConnectionError, match="without response"):
        ask(door)

    assert behind.asked == ["POST"]


def test_whoever_comes_after_an_answer_was_lost_is_answered(door: Door, behind: Behind) -> None:
    for way in (Way.LOSES, Way.CUTS):
        door.set(way)
        with pytest.raises(requests.RequestException):
            ask(door)
    door.set(Way.OPEN)

    assert [b"done"] * 5 == [ask(door).content for _ in range(5)]
