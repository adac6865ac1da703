"""The bodies of requests, read within bounds: how large one may be, how long it may take, and all of them together.

A stranger need not know any secret to send a body, so what is read of it costs little until it is whole: it is refused
when it is over its limit, when it is slow, and when there is no room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from types import TracebackType
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WITHIN = 10.0
"""Seconds that a body may take: GitHub gives up after 10 itself."""
LARGE = 1024 * 1024
"""Bytes up to which a body is an ordinary one. GitHub's deliveries are some 20 KB."""
ROOM = 24 * LARGE
"""Bytes of ordinary bodies that may be in the memory of one process at once."""


class Refused(Exception):
    """The body was not read to its end."""


class TooLarge(Refused):
    """It is over its limit."""


class TooSlow(Refused):
    """It did not come in time, or waited too long for its turn."""


class NoRoom(Refused):
    """Too many others are being read."""


class Gone(Refused):
    """Whoever sent it went away."""


class Bodies:
    """What one process reads at once. Belongs to one event loop."""

    def __init__(self) -> None:
        self._left = ROOM
        # One at a time: a large one is held several times over on its way into the database.
        self._large = asyncio.Lock()

    def held(self) -> Held:
        """Room for one body, given back at the end of the `with`."""
        return Held(self)


class Held:
    """The room of one body. Reading fails with `Refused`."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._taken = 0
        self._alone = False

    def __enter__(self) -> Held:
        """Nothing is taken yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Give the room back."""
        self._bodies._left += self._taken
        if self._alone:
            self._bodies._large.release()

    async def read(self, receive: Receive, limit: int) -> bytes:
        """The whole body. Raises TooLarge, TooSlow, NoRoom, Gone."""
        try:
            async with asyncio.timeout(WITHIN):
                return await self._read(receive, limit)
        except TimeoutError:
            raise TooSlow from None

    async def _read(self, receive: Receive, limit: int) -> bytes:
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Gone
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise TooLarge
            await self._take(size)
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _take(self, size: int) -> None:
        """Have room for so many bytes in all."""
        ordinary = min(size, LARGE) - self._taken
        if ordinary > self._bodies._left:
            raise NoRoom
        self._bodies._left -= ordinary
        self._taken += ordinary
        if size > LARGE and not self._alone:
            await self._bodies._large.acquire()
            self._alone = True
