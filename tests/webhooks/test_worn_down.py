"""What is no body and no head wears nobody down either: trailers, answers left unread, requests piled up, leftovers."""

from __future__ import annotations

import socket
import time

import pytest

from app.web import bodies, server
from tests.webhooks.test_slow import HEAD, port, until_the_end

__all__ = ["port"]

PAGE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"


def test_a_field_behind_the_last_chunk_that_never_ends_is_cut_off_and_nobody_waits_for_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece of it is copied to those before: 40 MB of it kept a process busy for ten seconds."""
    monkeypatch.setattr(bodies, "WITHIN", 60.0)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(CHUNKED + b"X-")
        with pytest.raises(ConnectionError):
            for _ in range(16 * 16):  # 16 MB
                connection.sendall(b"a" * 65536)
    assert b" 200 " in until_the_end(port, PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def test_fields_behind_the_last_chunk_that_end_are_no_trouble(port: int) -> None:
    said = until_the_end(port, CHUNKED + b"X-Checksum: 1\r\n\r\n" + PAGE)

    assert [b"401", b"200"] == [part.split()[0] for part in said.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("path", [b"/login", b"/hints/x"])
def test_a_body_that_goes_on_behind_its_refusal_does_not_keep_the_connection(port: int, path: bytes) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        assert b"HTTP/1.1 4" in connection.recv(65536)
        with pytest.raises(ConnectionError):
            for _ in range(400):  # 20 s
                connection.sendall(b"a")
                time.sleep(0.05)


def test_answers_that_nobody_reads_end_the_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READ_WITHIN", 0.3)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", port))
        with pytest.raises(ConnectionError):
            while True:
                connection.sendall(PAGE)


def test_requests_piled_up_before_an_answer_are_bounded(port: int) -> None:
    said = until_the_end(port, PAGE * 5000)

    assert b"HTTP/1.1 400 " in said
    assert said.count(b"HTTP/1.1 200 ") <= server.PIPELINED + 1
