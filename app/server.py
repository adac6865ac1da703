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


class OverLimit(ValueError):
    """More of a head than we read. The parser passes it on as an error in the request."""


class Bounded(HttpToolsProtocol):
    """One connection whose heads are bounded in size and time."""

    _late: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0
    _fields = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own narrowing
        """Somebody connected: a head must follow."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Some bytes came."""
        # Before a first request, too. Where a head begins behind another request's body, that piece is not counted.
        in_head = self._in_head
        super().data_received(data)
        if in_head and self._in_head:
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The request's head is too long.")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._head, self._fields = True, 0, 0
        if self._late is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        """A piece of its address."""
        super().on_url(url)
        if len(self.url) > LINE_BYTES:
            raise OverLimit

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._fields += 1
        if self._fields > FIELDS or len(name) + len(value) > FIELD_BYTES:
            raise OverLimit
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._forget()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._forget()
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
