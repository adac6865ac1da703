"""Bodies that are too large, broken off, packed oddly or without end: each has its limit in bytes and in time."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from datetime import timedelta

import pytest

from app.network.http import Limits
from tests.http.server import IMPATIENT, LIMIT, Handler, get, problem
from verifier.registries.base import Page


def test_a_packed_body_is_unpacked(server):
    answer = get(server, lambda h: h.send(200, gzip.compress(b"x" * 1000), Content_Encoding="gzip"))

    assert isinstance(answer, Page)
    assert b"x" * 1000 == answer.body


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused_without_unpacking_it(server):
    bomb = gzip.compress(bytes(200 * LIMIT))
    assert len(bomb) < LIMIT
    tracemalloc.start()

    answer = get(server, lambda h: h.send(200, bomb, Content_Encoding="gzip"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "larger than" in problem(answer)
    assert peak < 20 * LIMIT


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(server):
    def announce(handler: Handler) -> None:
        handler.send(200, b"x", Content_Length=str(LIMIT + 1))
        server.over.wait(10)

    assert "larger than" in problem(get(server, announce))


def test_a_body_without_end_is_refused(server):
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while not server.over.is_set():
            handler.wfile.write(b"x" * 65536)

    assert "larger than" in problem(get(server, endless))


def test_a_body_of_exactly_the_limit_is_taken(server):
    answer = get(server, lambda h: h.send(200, b"x" * LIMIT))

    assert isinstance(answer, Page)
    assert LIMIT == len(answer.body)


def test_a_body_in_chunks_is_read_whole(server):
    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")

    answer = get(server, chunked)

    assert isinstance(answer, Page)
    assert b"abcdefg" == answer.body


@pytest.mark.parametrize(
    "broken",
    [
        lambda h: (h.send(200, b"short", Content_Length="1000"), h.connection.shutdown(socket.SHUT_RDWR)),
        lambda h: (h.send(200, b"5\r\nab", Transfer_Encoding="chunked", Content_Length="4"), h.connection.close()),
        lambda h: h.connection.shutdown(socket.SHUT_RDWR),
        lambda h: (h.wfile.write(b"SSH-2.0-hello\r\n"), h.connection.shutdown(socket.SHUT_RDWR)),
        lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"),
        lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n"),
        lambda h: h.send(200, b"not gzip", Content_Encoding="gzip"),
    ],
)
def test_an_answer_that_breaks_off_or_is_none_is_unreadable(server, broken):
    def answer(handler: Handler) -> None:
        broken(handler)
        handler.close_connection = True

    assert problem(get(server, answer))


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip, gzip, gzip, gzip"])
def test_a_body_packed_otherwise_than_asked_is_refused(server, encoding):
    assert "did not ask for" in problem(get(server, lambda h: h.send(200, b"x", Content_Encoding=encoding)))


def drip(handler: Handler, data: bytes) -> None:
    """One byte at a time, each before the read timeout; it gives up long after every deadline here."""
    for at in range(len(data)):
        handler.server.dripped = at + 1
        handler.wfile.write(data[at : at + 1])
        if handler.server.over.wait(0.02):
            return


def test_a_body_that_drips_ends_at_the_deadline(server):
    """Timeouts of single reads never fire on a server that sends a byte now and then."""

    def slow(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        drip(handler, b"x" * 250)

    assert "took longer than 0.4 s" in problem(get(server, slow, IMPATIENT))
    assert 0 < server.dripped < 250


def test_headers_that_drip_end_at_the_deadline(server):
    def slow(handler: Handler) -> None:
        drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 250 + b"\r\nContent-Length: 0\r\n\r\n")

    assert "took longer than 0.4 s" in problem(get(server, slow, IMPATIENT))
    assert 0 < server.dripped < 250


def test_a_server_that_says_nothing_is_left_at_the_read_timeout(server):
    def silent(handler: Handler) -> None:
        handler.server.over.wait(10)

    assert "did not answer in time" in problem(get(server, silent, Limits(read=timedelta(seconds=0.2))))
