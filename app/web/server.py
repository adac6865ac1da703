"""The HTTP server of a web process: gunicorn keeps the processes, uvicorn serves in each, and here are its bounds.

uvicorn trusts `X-Forwarded-For` of this machine by default, and neither bounds a request's head nor how long it takes
to come. All three would reach the pages that are shown on this machine only (`app.signin.here`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

HEAD_WITHIN = 10.0
"""Seconds that a request's line and headers may take, and that a new connection may be silent."""
LINE_BYTES = 4094
FIELDS = 100
FIELD_BYTES = 8190
HEAD_BYTES = 64 * 1024
"""The longest line, the most headers, the longest header, and all of it: what gunicorn's own workers hold to."""
FINISH_WITHIN = 10
"""Seconds that requests under way get at the end."""
BOOT_ERROR = 3
"""gunicorn's `Arbiter.WORKER_BOOT_ERROR`: it starts no further process in its place, and ends."""
CONNECTIONS = 1000
"""Open at once in one process; what is more is answered 503."""
PIPELINED = 16
"""The most requests that one connection may send before the first of them is answered."""
READ_WITHIN = 30.0
"""Seconds that whoever asked may leave an answer unread."""


class OverLimit(ValueError):
    """More of a head than we read. The parser passes it on as an error in the request."""


class Bounded(HttpToolsProtocol):
    """One connection whose heads are bounded in size and time, as is all else that is no body."""

    _late: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0
    _fields = 0
    _understood = False
    _unfinished = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own narrowing
        """Somebody connected: a head must follow."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Some bytes came."""
        # Before a first request, too. Where a head begins behind another request's body, that piece is not counted.
        in_head, self._understood = self._in_head, False
        super().data_received(data)
        if in_head and self._in_head:
            self._head += len(data)
        # A field behind the last chunk is held until it ends, and each piece of it is copied to the others.
        self._unfinished = 0 if self._understood else self._unfinished + len(data)
        if max(self._head, self._unfinished) > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")
        # What comes behind an answer and is no request ended the wait for one: it shall not keep the connection.
        if self._late is None and self.cycle is not None and self.cycle.response_complete:
            self._expect_head()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._head, self._fields, self._understood = True, 0, 0, True
        if self._late is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        super().on_url(url)
        self._understood = True
        if len(self.url) > LINE_BYTES:
            raise OverLimit

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._fields += 1
        self._understood = True
        if self._fields > FIELDS or len(name) + len(value) > FIELD_BYTES:
            raise OverLimit
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head, self._understood = False, True
        self._forget()
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED:
            raise OverLimit

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._understood = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._understood = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Whoever asked does not read: what waits for that waits in memory, and keeps the connection."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        """They read on."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._forget()
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._late = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def _give_up(self) -> None:
        self._late = None
        self.transport.abort()

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


SERVED: dict[str, Any] = {
    "loop": "uvloop",
    "http": Bounded,
    "ws": "none",
    "lifespan": "on",
    "interface": "asgi3",
    "proxy_headers": False,  # whoever is at the other end of the connection is whom the app is told
    "server_header": False,
    "access_log": False,
    "limit_concurrency": CONNECTIONS,
    "timeout_graceful_shutdown": FINISH_WITHIN,
}
"""uvicorn's own settings in each process."""


class _Server(Server):
    def __init__(self, config: Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._ending()
        super().handle_exit(sig, frame)


class Worker(UvicornWorker):
    """What `gunicorn.conf.py` names. The application is told the address that we listen at."""

    CONFIG_KWARGS: dict[str, Any] = SERVED

    async def _serve(self) -> None:
        """As uvicorn_worker does it, with a server that tells the application when it shall end."""
        self.config.app = self.wsgi
        server = _Server(config=self.config, ending=self.application_ends)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(BOOT_ERROR)

    def application_ends(self) -> None:
        """The process was asked to end."""
        self.wsgi.end()

    def load_wsgi(self) -> None:
        """Load the application."""
        super().load_wsgi()
        self.wsgi.listen_at([listener.getsockname() for listener in self.sockets])
