"""A server's side of `app.web.entry`, without sockets: one process's life, and requests within it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.web.entry import Entry

HERE = ("127.0.0.1", 8750)


@dataclass(frozen=True)
class Heard:
    """What was answered. Status 0: nothing was."""

    status: int
    headers: Mapping[str, str]
    text: str


@asynccontextmanager
async def living(entry: Entry) -> AsyncIterator[Entry]:
    """The process between its beginning and its end."""
    said: asyncio.Queue[str] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: Any) -> None:
        await said.put(message["type"])

    life = asyncio.create_task(entry({"type": "lifespan"}, told.get, send))
    await told.put({"type": "lifespan.startup"})
    assert await said.get() == "lifespan.startup.complete"
    entry.listen_at([HERE])
    try:
        yield entry
    finally:
        await told.put({"type": "lifespan.shutdown"})
        assert await said.get() == "lifespan.shutdown.complete"
        await life


async def ask(
    entry: Entry,
    method: str,
    path: str,
    headers: Sequence[tuple[str, str]] = (),
    parts: Sequence[bytes | None] = (b"",),
    **scope: Any,
) -> Heard:
    """One request whose body comes in these parts. None: whoever sends it goes away there."""
    coming = list(parts)
    heard: list[Any] = []

    async def receive() -> dict[str, Any]:
        if not coming:
            await asyncio.Event().wait()  # nothing more ever comes
        part = coming.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(coming)}

    async def send(message: Any) -> None:
        heard.append(message)

    named = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    asked = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "root_path": "",
        "headers": named,
        "client": ("127.0.0.1", 40000),
        "server": HERE,
        **scope,
    }
    await entry(asked, receive, send)
    if not heard:
        return Heard(0, {}, "")
    body = b"".join(message["body"] for message in heard[1:])
    return Heard(heard[0]["status"], {n.decode(): v.decode() for n, v in heard[0]["headers"]}, body.decode())
