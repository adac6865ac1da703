"""Whoever connects and is slow is let go; nobody else waits for them. uvicorn on a real socket, with short patience."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from app import create_app
from app.web import bodies, server
from app.web.entry import Entry
from app.web.server import Bounded, Worker
from tests.webhooks.site import RUN, Site, headers

HEAD = b"POST /webhooks HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = "".join(f"{name}: {value}\r\n" for name, value in headers().items()).encode()


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The entry behind `Bounded`, with patience of a moment."""
    monkeypatch.setattr(server, "HEAD_WITHIN", 0.3)
    monkeypatch.setattr(bodies, "WITHIN", 0.3)
    site = Site()
    config = uvicorn.Config(Entry(create_app(site.deps), site.deps), log_config=None, **Worker.CONFIG_KWARGS)
    running = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listener])))
        thread.start()
        deadline = time.monotonic() + 30
        while not running.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield int(listener.getsockname()[1])
        running.should_exit = True
        thread.join()


def until_the_end(port: int, *sent: bytes) -> bytes:
    """What comes back before the other side ends the connection; this one never does."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for part in sent:
            connection.sendall(part)
        said = b""
        try:
            while part := connection.recv(65536):
                said += part
        except ConnectionResetError:
            pass
        return said


@pytest.mark.parametrize("sent", [b"", b"PO", HEAD, HEAD + WHOLE])
def test_a_head_that_does_not_come_ends_the_connection(port: int, sent: bytes) -> None:
    assert b"" == until_the_end(port, sent)


def test_the_head_of_a_later_request_neither(port: int) -> None:
    first = HEAD + WHOLE + b"Content-Length: %d\r\n\r\n" % len(RUN) + RUN
    said = until_the_end(port, first + b"POST /webh")

    assert [b"202"] == [part.split()[0] for part in said.split(b"HTTP/1.1 ")[1:]]


def test_a_body_that_does_not_come_is_answered_and_ends_it(port: int) -> None:
    said = until_the_end(port, HEAD + WHOLE + b"Content-Length: 500\r\n\r\n" + b"x" * 10)

    assert b" 408 " in said.split(b"\r\n")[0]
    assert b"connection: close" in said


@pytest.mark.parametrize("path", [b"/", b"/hints/amazon"])
def test_nor_does_a_page_wait_for_one(port: int, path: bytes) -> None:
    said = until_the_end(port, b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nx")

    assert b" 408 " in said.split(b"\r\n")[0]


def test_slow_ones_keep_nobody_else_waiting(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WITHIN", 20.0)
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nx")
        said = until_the_end(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    finally:
        for connection in slow:
            connection.close()

    assert b" 200 " in said.split(b"\r\n")[0]


def test_the_bounded_protocol_is_the_one_that_serves() -> None:
    assert Worker.CONFIG_KWARGS["http"] is Bounded
    assert Worker.CONFIG_KWARGS["proxy_headers"] is False
