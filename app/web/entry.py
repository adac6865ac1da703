"""The door of a web process: `POST /webhooks` is answered here, everything else by the Flask app behind it.

Flask and its way to a socket cost many times what checking a delivery costs, and one thread for each request would let
no two share a commit. What is right is decided by `app.web.webhooks.check` on either way.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any, cast

import structlog
from a2wsgi import WSGIMiddleware
from flask import Flask, Response
from werkzeug.test import create_environ

from app.settings import is_loopback
from app.web.bodies import Bodies, Gone, Message, Receive, Refused, Send, TooLarge, TooSlow
from app.web.intake import BUSY, Intake
from app.web.refused import Refusals
from app.web.webhooks import PONG, TOO_LARGE, Answer, check, note_ping
from handlers.payload import LIMIT

if TYPE_CHECKING:
    from app.deps import Deps

Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]

PATH = "/webhooks"
LIVE = "/livez"
ALIVE = Answer(200, '{"status":"ok"}')
THREADS = 4
"""Requests that Flask answers at once in one process."""
CHECKED_ASIDE = 256 * 1024
"""Bytes from which a body is checked in a thread, so that nobody waits for it."""
WRITTEN_WITHIN = 30.0
"""Seconds that whoever asked may take to read a part of an answer."""

_SLOW = Answer(408, "The body did not arrive in time.")
_BROKE = Answer(503, "Something broke here; please try again.")

log = structlog.get_logger()


class Entry:
    """The ASGI application of one process."""

    def __init__(self, app: Flask, deps: Deps) -> None:
        self._app = app
        self._deps = deps
        # Until we are told, we might be listening to the world.
        self._bound = ("0.0.0.0", 0)  # noqa: S104  # nothing is bound here
        self._secret = deps.settings.github_webhook_secret
        self._bodies = Bodies()
        self._intake = Intake(deps.ledger, lambda: deps.wake.wake("hear"))
        self._refusals = Refusals(deps.ledger, deps.now)
        self._headers = _worn(app)
        self._behind = WSGIMiddleware(cast(Any, self._flask), workers=THREADS)

    def read_templates(self) -> None:
        """Compile every page's template now, and not when somebody waits for the first."""
        for name in self._app.jinja_env.list_templates(extensions=["html"]):
            self._app.jinja_env.get_template(name)

    def listen_at(self, names: list[Any]) -> None:
        """Be told the addresses that the server listens at, as sockets name them."""
        self._bound = outermost(names)

    def end(self) -> None:
        """Be told that this process shall end: whoever asks `/readyz` on an open connection hears it."""
        self._deps.shift.end()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection's request, or the process's beginning and end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            if scope["path"] == PATH and scope["method"] == "POST":
                await self._delivery(scope, receive, send)
            elif scope["path"] == LIVE and scope["method"] == "GET":
                # Here, so that pages which wait for a database are not taken for a dead process.
                await self._say(send, ALIVE)
            else:
                await self._page(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._intake.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        # In a thread: what waits is answered while it is kept.
        await asyncio.to_thread(self._intake.close)
        self._refusals.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _delivery(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _by_name(scope["headers"])
        with self._bodies.held() as held:
            try:
                if _length(headers) > LIMIT:
                    raise TooLarge
                body = await held.read(receive, LIMIT)
            except Gone:
                return
            except Refused as problem:
                answer = _refusal(problem)
                self._refusals.count(answer.status)
                await self._say(send, answer, whole=False)
                return
            try:
                answer = await self._answer(headers, body)
            except Exception:
                log.exception("request.broke")
                answer = _BROKE
        if answer.status >= 400:
            self._refusals.count(answer.status)
        await self._say(send, answer)

    async def _answer(self, headers: dict[str, str], body: bytes) -> Answer:
        given = (headers, body, self._secret, self._deps.now())
        found = check(*given) if len(body) < CHECKED_ASIDE else await asyncio.to_thread(check, *given)
        if found is PONG:
            await asyncio.to_thread(note_ping, self._deps.ledger, given[-1])
        return found if isinstance(found, Answer) else await self._intake.keep(found)

    async def _say(self, send: Send, answer: Answer, whole: bool = True) -> None:
        """Send it; where the body was not read to its end, the connection ends with it."""
        text = answer.text.encode() + b"\n"
        headers = [*self._headers, (b"content-length", b"%d" % len(text))]
        if not whole:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body here, so that a slow one holds no thread, and let Flask answer."""
        # X_Forwarded_For and X-Forwarded-For would be one variable to Flask, and a proxy knows but the second.
        headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        length = _length(_by_name(headers))
        with self._bodies.held() as held:
            body = b""
            try:
                if length <= LIMIT:
                    body = await held.read(receive, LIMIT)
                    length = len(body)
            except TooLarge:
                length = LIMIT + 1  # it came in pieces; Flask refuses it by this length, as it does a stated one
            except Gone:
                return
            except Refused as problem:
                await self._say(send, _refusal(problem), whole=False)
                return
            framed = [(name, value) for name, value in headers if name not in _FRAMING]
            if length or len(framed) < len(headers):
                framed.append((b"content-length", b"%d" % length))
            await self._behind(
                cast(Any, {**scope, "headers": framed}), cast(Any, _given(body)), cast(Any, _patient(send))
            )

    def _flask(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The app, told the address that we listen at as other WSGI servers tell it; `app.signin.here` goes by that.

        An ASGI server names the address that was called. Where we listen at all of this machine's, that may be its own.
        """
        environ |= {"SERVER_NAME": self._bound[0], "SERVER_PORT": str(self._bound[1]), "wsgi.errors": sys.stderr}
        return self._app(environ, start_response)


def outermost(names: list[Any]) -> tuple[str, int]:
    """Of the addresses we listen at, the one that most can reach: one alone that is not this machine's decides."""
    named = [(name[0], int(name[1])) if isinstance(name, tuple) else (str(name), 0) for name in names]
    return next((name for name in named if not is_loopback(name[0])), named[0])


_FRAMING = (b"content-length", b"transfer-encoding")


def _worn(app: Flask) -> Headers:
    """The headers that Flask gives every answer, so that ours wear them too."""
    with app.request_context(create_environ(PATH, method="POST")):
        answer = app.process_response(Response("", mimetype="text/plain"))
    named = [(name.lower(), value) for name, value in answer.headers if name.lower() != "content-length"]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named]


def _by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By lower-case names; one that is given twice is joined, as WSGI does it."""
    held: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        held[name] = f"{held[name]},{value}" if name in held else value
    return held


def _length(headers: dict[str, str]) -> int:
    """The length that is stated; 0 where none is. What is no number the server has refused."""
    stated = headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdecimal() else 0


def _refusal(problem: Refused) -> Answer:
    match problem:
        case TooLarge():
            return TOO_LARGE
        case TooSlow():
            return _SLOW
        case _:
            return BUSY


def _given(body: bytes) -> Receive:
    """A body that is there already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _patient(send: Send) -> Send:
    """The same, giving up on whoever does not read: a thread waits for them, and there are `THREADS` of them."""
    gone = False

    async def say(message: Message) -> None:
        nonlocal gone
        if gone:
            return
        try:
            async with asyncio.timeout(WRITTEN_WITHIN):
                await send(message)
        except TimeoutError:
            gone = True

    return say
