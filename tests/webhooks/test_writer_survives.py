"""The threads that keep deliveries and wake the worker live as long as their process: nobody starts them again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from app.web import webhooks
from app.web.intake import Bell, Intake
from app.web.webhooks import KEPT, NOT_KEPT
from tests.webhooks.test_intake import delivery, ids
from verifier.ledger import Ledger, memory_ledger

WITHIN = 20


class Full:
    """A ledger on a disk that is full for a while, where the log lies, too."""

    def __init__(self) -> None:
        self.real = memory_ledger()
        self.full = True

    @contextmanager
    def writing(self) -> Iterator[Any]:
        if self.full:
            raise OSError(28, "No space left on device")
        with self.real.writing() as book:
            yield book

    def exception(self, *told: object, **more: object) -> None:
        """The log's."""
        if self.full:
            raise OSError(28, "No space left on device")


@pytest.mark.parametrize("waiting", [1, 3])
def test_a_full_disk_that_takes_no_line_of_the_log_either_ends_nothing(
    waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> None:
        async with asyncio.timeout(WITHIN):
            lost = await asyncio.gather(*(box.keep(delivery(f"lost{n}")) for n in range(waiting)))
            disk.full = False
            assert [NOT_KEPT] * waiting == lost
            assert await box.keep(delivery("later")) is KEPT

    disk = Full()
    monkeypatch.setattr(webhooks, "log", disk)
    monkeypatch.setattr("app.web.intake.log", disk)
    box = Intake(cast(Ledger, disk), lambda: None)
    box.start()
    try:
        asyncio.run(play())
    finally:
        box.close()
    assert {"later"} == ids(disk.real)


def test_a_wake_up_that_breaks_does_not_end_the_bell() -> None:
    woken: list[int] = []

    def wake() -> None:
        woken.append(1)
        if len(woken) == 1:
            raise RuntimeError("broken once")

    bell = Bell(wake)
    bell.start()
    until = time.monotonic() + WITHIN
    while len(woken) < 2 and time.monotonic() < until:
        bell.ring()
        time.sleep(0.005)
    bell.close()
    assert len(woken) >= 2
