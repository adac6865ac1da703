"""One POST: what comes back is taken, put off or refused, and neither a log nor a sentence tells where it went."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.logs import events as logs
from app.outbound import Outbound, make_outbound
from app.outbound.http import ANSWER
from app.outbound.line import Line, Patience
from app.settings import Settings
from checks.base import Permanent, Temporary
from checks.outside import HttpPost
from tests.http.server import Handler, Server
from tests.outbound.conftest import IMPATIENT

SECRET = "T0000-hunter2-B0000"


def way(line: Line) -> Outbound:
    return make_outbound(Settings(), line)


def post(server: Server, path: str = f"/services/{SECRET}") -> HttpPost:
    return HttpPost(server.url + path, (("Content-Type", "application/json"), ("X-Token", SECRET)), b'{"a": 1}')


def answering(server: Server, answer: Callable[[Handler], None]) -> HttpPost:
    made = post(server)
    server.answers[f"/services/{SECRET}"] = answer
    return made


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_is_taken_is_sent_once(server: Server, line: Line, status: int) -> None:
    way(line).send(answering(server, lambda handler: handler.send(status)))
    ((path, headers),) = server.asked
    assert (f"/services/{SECRET}", "application/json", SECRET) == (path, headers["content-type"], headers["x-token"])
    assert ["POST"] == server.methods


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_put_off(server: Server, line: Line, status: int) -> None:
    with pytest.raises(Temporary) as raised:
        way(line).send(answering(server, lambda handler: handler.send(status)))
    assert raised.value.retry_after is None


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("said", "expected"), [("7", 7.0), ("x", None), ("999999999999", 86400.0)])
def test_a_receiver_says_when_to_come_again(
    server: Server, line: Line, status: int, said: str, expected: float | None
) -> None:
    with pytest.raises(Temporary) as raised:
        way(line).send(answering(server, lambda handler: handler.send(status, Retry_After=said)))
    assert expected == raised.value.retry_after


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422])
def test_what_will_not_pass_is_refused_and_no_redirect_is_followed(server: Server, line: Line, status: int) -> None:
    server.answers["/elsewhere"] = lambda handler: handler.send(200)
    with pytest.raises(Permanent):
        way(line).send(answering(server, lambda handler: handler.send(status, Location="/elsewhere")))
    assert 1 == len(server.asked)


def test_no_proxy_and_no_login_of_the_machine_is_used(
    server: Server, line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    way(line).send(answering(server, lambda handler: handler.send(200)))
    assert "authorization" not in server.asked[0][1]


def test_an_answer_without_end_is_cut(server: Server, line: Line) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.over.is_set():
            handler.wfile.write(b"x" * ANSWER)

    way(line).send(answering(server, endless))


@pytest.mark.parametrize("pause", [0.05, 60])
def test_a_receiver_that_is_slow_or_never_answers_is_left_at_the_deadline(server: Server, pause: float) -> None:
    def drip(handler: Handler) -> None:
        while not server.over.wait(pause):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    with pytest.raises(Temporary, match=r"too long|in time"):
        way(Line(IMPATIENT, lambda host, port: [(socket.AF_INET, host, port)])).send(answering(server, drip))


def test_what_a_receiver_took_is_taken_however_it_goes_on(server: Server) -> None:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\n")
        while not server.over.wait(0.05):
            handler.wfile.write(b"x")

    def broken(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense")
        handler.close_connection = True

    for answer in (drip, broken):
        way(Line(IMPATIENT, lambda host, port: [(socket.AF_INET, host, port)])).send(answering(server, answer))


def test_a_resolver_that_hangs_is_left_at_the_deadline() -> None:
    over = threading.Event()

    def hang(host: str, port: int) -> list[tuple[socket.AddressFamily, str, int]]:
        over.wait(60)
        return []

    begun = time.monotonic()
    with pytest.raises(Temporary):
        way(Line(IMPATIENT, hang)).send(HttpPost("https://sink.example/"))
    assert time.monotonic() - begun < 30, "it did not wait for the resolver"
    over.set()


@pytest.mark.parametrize(
    "url",
    [
        *("", "https://", "ftp://sink.example/", "https://a:b@sink.example/", "https://sink..example/"),
        *("https://[::1/", "https://sink.example:99999/", f"https://{'x' * 70}.example/", "https://bücher..example/"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Permanent) as raised:
        way(Line()).send(HttpPost(url))
    assert "example" not in str(raised.value).replace("https://host.example/path", "")


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_no_address_or_header_does_more_than_be_refused(url: str, name: str, value: str) -> None:
    def nobody(host: str, port: int) -> list[tuple[socket.AddressFamily, str, int]]:
        raise OSError("nobody is asked")

    with pytest.raises((Temporary, Permanent)):
        way(Line(resolve=nobody)).send(HttpPost(f"https://{url}", ((name, value),), b""))


def test_neither_logs_nor_sentences_tell_the_address_of_a_receiver_that_answers_nonsense(
    server: Server, line: Line
) -> None:
    """urllib3 warns of a malformed header line with the whole address, which is the webhook's secret."""

    def nonsense(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nnot a header\r\n : x\r\nContent-Length: 2\r\n\r\nok")

    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure(Settings(log_format="json"), stream)
        try:
            way(line).send(answering(server, nonsense))
        except (Temporary, Permanent) as error:
            assert SECRET not in str(error)
        logging.getLogger("urllib3.connectionpool").error("this is still heard")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert "this is still heard" in stream.getvalue()
    assert SECRET not in stream.getvalue()
    assert SECRET not in repr(post(server))


def test_a_refused_connection_may_pass(line: Line) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(Temporary) as raised:
            way(line).send(HttpPost(f"http://127.0.0.1:{port}/{SECRET}"))
    assert SECRET not in str(raised.value)
    assert str(port) not in str(raised.value)


def test_the_patience_of_a_real_way_out_is_bounded() -> None:
    assert Patience().whole.total_seconds() <= 30
