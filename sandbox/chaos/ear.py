"""The receiver of a webhook route: checks the signature by itself and keeps every event that it accepted, in order."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.heard import LIMIT, Heard

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@dataclass(frozen=True)
class Event:
    """One event as it was accepted: its id, and what it says."""

    id: str
    said: dict[str, Any] = field(compare=False)
    body: bytes = b""


class Ear:
    """A WSGI app: 204 for an event that is signed, 401 for any other."""

    def __init__(self) -> None:
        self._heard = Heard()
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self.secret = self._heard.secret
        self.forged = 0

    @property
    def events(self) -> list[Event]:
        """Everything that was accepted, oldest first, repetitions too."""
        with self._lock:
            return list(self._events)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take one event in."""
        body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), LIMIT))
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        headers = {name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", "") for name in names}
        if not self._heard.signed(headers, body):
            self.forged += 1
            start_response("401 Unauthorized", [])
            return [b""]
        with self._lock:
            self._events.append(Event(headers["webhook-id"], json.loads(body), body))
        start_response("204 No Content", [])
        return [b""]
