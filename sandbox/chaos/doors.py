"""The doors through which the monitor reaches what is around it: each can be shut, held or broken.

A door is a real server on a port of its own in front of the sandbox's app, so that one service fails and another
does not.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from sandbox.chaos.servers import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TOKENS = "/access_tokens"
HELD = 60.0
"""Seconds a request is held at most."""


class Way(StrEnum):
    """How a door is."""

    OPEN = "open"
    REFUSES = "refuses"
    """Nothing listens there."""
    HANGS = "hangs"
    """Whoever comes is let in and gets no answer until the door is opened; then it is done, late."""
    HOLDS = "holds a write"
    """The first write is held, and done when the door is opened; everything else is answered."""
    FAILS = "fails"
    """Every answer is a 502."""
    LOSES = "loses"
    """What is asked is done, and the answer never comes: who asked waits until he has no more patience."""
    CUTS = "cuts off"
    """What is asked is done, and the connection is cut before the answer."""


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing: what fails here fails on purpose."""


class Door:
    """One service's door. `way` says how it is; `set` changes that at once. `app` is who is behind it."""

    app: WSGIApplication

    def __init__(self) -> None:
        self._port = free_port()
        self._opened = threading.Event()
        self._lock = threading.Lock()
        self._server: BaseWSGIServer | None = None
        self.way = Way.REFUSES
        self.holding = threading.Event()
        """Somebody's write is being held."""
        self.url = f"http://127.0.0.1:{self._port}"

    def set(self, way: Way) -> None:
        """Make it so."""
        self.way = way
        if way is Way.OPEN:
            self._opened.set()
            self.holding.clear()
        else:
            self._opened.clear()
        if way is Way.REFUSES:
            self._shut()
        else:
            self._listen()

    def _listen(self) -> None:
        if self._server is None:
            self._server = make_server("127.0.0.1", self._port, self._answer, threaded=True, request_handler=_Quiet)
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _shut(self) -> None:
        if self._server is not None:
            self._opened.set()  # who is held must not outlive the door
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _is_first(self) -> bool:
        with self._lock:
            first = not self.holding.is_set()
            self.holding.set()
            return first

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        way = self.way
        if way is Way.FAILS:
            start_response("502 Bad Gateway", [("Content-Type", "text/html")])
            return [b"<html><body>502 Bad Gateway</body></html>"]
        if way is Way.HANGS:
            self._opened.wait(HELD)
        if way is Way.HOLDS and _writes(environ) and self._is_first():
            self._opened.wait(HELD)
        if way in (Way.LOSES, Way.CUTS):
            with contextlib.closing(ClosingIterator(self.app(environ, _unheard))) as answer:
                for _ in answer:
                    continue
            if way is Way.CUTS:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionResetError("the answer is lost")  # werkzeug goes on to wait at the same connection
        return self.app(environ, start_response)


def _writes(environ: WSGIEnvironment) -> bool:
    return environ["REQUEST_METHOD"] != "GET" and not environ["PATH_INFO"].endswith(_TOKENS)


def _unheard(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
    return lambda body: None
