"""Bodies are read within bounds, and what was taken is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.web import bodies
from app.web.bodies import Bodies, Gone, NoRoom, Refused, TooLarge, TooSlow

Receive = Callable[[], Awaitable[dict[str, Any]]]


def coming(*parts: bytes, gone: bool = False, stuck: bool = False) -> Receive:
    """A body in these parts; then whoever sends it goes away, or sends nothing more."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if left:
            part = left.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(left) or gone or stuck}
        if stuck:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return receive


async def read(all_: Bodies, receive: Receive, limit: int = 100) -> bytes:
    with all_.held() as held:
        return await held.read(receive, limit)


@pytest.mark.parametrize("parts", [(b"",), (b"abc",), (b"a", b"", b"bc")])
def test_a_body_is_what_its_parts_are(parts: tuple[bytes, ...]) -> None:
    assert b"".join(parts) == asyncio.run(read(Bodies(), coming(*parts)))


@pytest.mark.parametrize(
    ("receive", "problem"),
    [
        (coming(b"x" * 60, b"x" * 41), TooLarge),
        (coming(b"x" * 60, gone=True), Gone),
        (coming(b"x", stuck=True), TooSlow),
        (coming(stuck=True), TooSlow),
    ],
)
def test_what_is_not_read_to_its_end_says_why(
    receive: Receive, problem: type[Refused], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "WITHIN", 0.05)
    with pytest.raises(problem):
        asyncio.run(read(Bodies(), receive))


def test_there_is_room_for_so_much_and_it_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        all_ = Bodies()
        with all_.held() as first, all_.held() as second:
            await first.read(coming(b"x" * 15), 100)
            await second.read(coming(b"x" * 15), 100)
            with pytest.raises(NoRoom):
                await read(all_, coming(b"x"))
        assert b"x" * 10 == await read(all_, coming(b"x" * 10))

    monkeypatch.setattr(bodies, "LARGE", 20)
    monkeypatch.setattr(bodies, "ROOM", 30)
    asyncio.run(play())


def test_large_ones_are_read_one_after_another_and_ordinary_ones_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        all_ = Bodies()
        with all_.held() as first:
            await first.read(coming(b"x" * 40), 100)
            second = asyncio.create_task(read(all_, coming(b"y" * 40)))
            assert b"z" * 10 == await read(all_, coming(b"z" * 10))
            assert not second.done()
        assert b"y" * 40 == await second

    monkeypatch.setattr(bodies, "LARGE", 20)
    monkeypatch.setattr(bodies, "ROOM", 60)
    asyncio.run(play())


def test_a_large_one_that_waits_too_long_for_its_turn_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        all_ = Bodies()
        with all_.held() as first:
            await first.read(coming(b"x" * 40), 100)
            monkeypatch.setattr(bodies, "WITHIN", 0.05)
            with pytest.raises(TooSlow):
                await read(all_, coming(b"y" * 40))
        assert b"y" * 40 == await read(all_, coming(b"y" * 40))

    monkeypatch.setattr(bodies, "LARGE", 20)
    monkeypatch.setattr(bodies, "ROOM", 60)
    asyncio.run(play())
