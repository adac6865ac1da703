"""The one guarded GET, against real servers on loopback that behave badly."""

from __future__ import annotations

import gzip
import socket
import ssl
import tempfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import pairwise

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app import dial
from app.http import REDIRECTS, Fetcher, Limits, Pace, make_fetch
from app.settings import Settings
from verifier.registries.base import Absent, Ask, Page, Unreadable

LIMIT = 1024 * 1024
IMPATIENT = Limits(deadline=timedelta(seconds=0.4))
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each path by the function that the test gave for it, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        try:
            self.server.answers[self.path](self)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()
        self.dripped = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is what many of these tests are about."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


def no_names(host: str, port: int) -> list[dial.Address]:
    """A resolver for numeric addresses only: a test that asks for a name fails."""
    return [(socket.AF_INET6 if ":" in host else socket.AF_INET, str(ip_address(host)), port)]


def fetcher(server: Server, limits: Limits | None = None, resolve: dial.Resolve = no_names) -> Fetcher:
    settings = Settings(npm_registry=server.url, pypi_index=f"{server.url}/simple/")
    return make_fetch(settings, limits, resolve)


def get(
    server: Server, answer: Answer | None = None, limits: Limits | None = None, etag: str | None = None
) -> Page | Absent | Unreadable:
    if answer is not None:
        server.answers["/x"] = answer
    return fetcher(server, limits)(Ask(f"{server.url}/x", "application/json", LIMIT), etag)


def problem(answer: Page | Absent | Unreadable) -> str:
    assert isinstance(answer, Unreadable), answer
    return answer.problem


def redirect(to: str, status: int = 302) -> Answer:
    return lambda handler: handler.send(status, Location=to)


def test_a_page_comes_back_with_its_body_and_validator(server):
    answer = get(server, lambda h: h.send(200, b'{"a":1}', ETag='"v1"'))

    assert isinstance(answer, Page)
    assert (f"{server.url}/x", 200, b'{"a":1}', '"v1"') == (answer.url, answer.status, answer.body, answer.etag)


def test_it_says_who_asks_and_what_it_wants(server):
    get(server, lambda h: h.send(200))

    [(_, headers)] = server.asked
    assert headers["user-agent"].startswith("artifact-monitor/")
    assert ("application/json", "gzip", None) == (headers["accept"], headers["accept-encoding"], headers.get("cookie"))


def test_an_escaped_slash_in_a_scoped_name_stays_escaped(server):
    server.answers["/@alice%2Fwidget"] = lambda h: h.send(200, b"{}")

    assert isinstance(fetcher(server)(Ask(f"{server.url}/@alice%2fwidget", "application/json", LIMIT)), Page)


def test_an_unchanged_page_is_told_by_its_validator(server):
    answer = get(server, lambda h: h.send(304, ETag='"v1"'), etag='"v1"')

    assert isinstance(answer, Page)
    assert (304, b"", '"v1"') == (answer.status, answer.body, answer.etag)
    assert '"v1"' == server.asked[0][1]["if-none-match"]


def test_unchanged_is_no_answer_to_who_never_saw_the_page(server):
    assert "304" in problem(get(server, lambda h: h.send(304)))


@pytest.mark.parametrize("etag", ["a\r\nX-Evil: 1", "\u20ac", "x" * 5000])
def test_a_validator_that_is_no_header_does_no_harm(server, etag):
    """It came from the registry's last answer."""
    get(server, lambda h: h.send(200, b"{}"), etag=etag)

    assert all("x-evil" not in headers and "if-none-match" not in headers for _, headers in server.asked)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_absent(server, status):
    assert Absent(f"{server.url}/x") == get(server, lambda h: h.send(status))


@pytest.mark.parametrize("status", [204, 206, 400, 401, 403, 418, 429, 500, 502, 503])
def test_every_other_status_is_unreadable_and_names_it(server, status):
    assert str(status) in problem(get(server, lambda h: h.send(status)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("120", 120.0), ("0", 0.0), ("9" * 30, 86400.0), ("Fri, 01 Jan 2100 00:00:00 GMT", 86400.0), ("soon", None)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_when_to_come_back_is_kept_within_a_day(server, status, value, expected):
    answer = get(server, lambda h: h.send(status, Retry_After=value))

    assert isinstance(answer, Unreadable)
    assert expected == answer.retry_after


def test_a_date_to_come_back_at_becomes_the_seconds_until_then(server):
    at = datetime.now(UTC) + timedelta(hours=1)

    answer = get(server, lambda h: h.send(503, Retry_After=at.strftime("%a, %d %b %Y %H:%M:%S GMT")))

    assert isinstance(answer, Unreadable)
    assert answer.retry_after is not None
    assert 0 < answer.retry_after <= 3600


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


def test_a_closed_port_is_unreadable(server):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    answer = make_fetch(Settings(npm_registry=f"http://127.0.0.1:{port}"), resolve=no_names)(
        Ask(f"http://127.0.0.1:{port}/x", "application/json", LIMIT)
    )

    assert "could not be reached" in problem(answer)


def test_a_name_that_does_not_resolve_is_unreadable(server):
    def nothing(host: str, port: int) -> list[dial.Address]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    answer = fetcher(server, resolve=nothing)(Ask("https://registry.example/x", "application/json", LIMIT))

    assert "registry.example could not be reached" in problem(answer)


def test_a_certificate_that_nobody_vouches_for_is_not_accepted():
    with Server() as server, tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        pem.write(self_signed())
        pem.flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem.name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.answers["/x"] = lambda h: h.send(200, b"{}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"https://127.0.0.1:{server.server_port}"

        answer = make_fetch(Settings(npm_registry=url), resolve=no_names)(Ask(f"{url}/x", "text/plain", LIMIT))
        server.shutdown()
        thread.join()

    assert "certificate was not accepted" in problem(answer)
    assert [] == server.asked


def self_signed() -> bytes:
    """A key and a certificate for 127.0.0.1, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_place_is_followed(server, status):
    server.answers["/y"] = lambda h: h.send(200, b"{}")

    answer = get(server, redirect("/y", status))

    assert isinstance(answer, Page)
    assert f"{server.url}/x" == answer.url
    assert ["/x", "/y"] == [path for path, _ in server.asked]


def test_a_redirect_from_one_configured_registry_to_the_other_is_followed(server):
    with Server() as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        other.answers["/y"] = lambda h: h.send(200, b"{}")
        server.answers["/x"] = redirect(f"{other.url}/y")
        fetch = make_fetch(Settings(npm_registry=server.url, pypi_index=f"{other.url}/simple/"), resolve=no_names)

        answer = fetch(Ask(f"{server.url}/x", "application/json", LIMIT))
        other.shutdown()
        thread.join()

    assert isinstance(answer, Page)


def test_redirects_in_a_circle_end(server):
    assert "more than 5 times" in problem(get(server, redirect("/x")))
    assert REDIRECTS + 1 == len(server.asked)


PRIVATE = [
    "169.254.169.254",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "[::1]",
    "[::]",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::1]",
    "[2001:0:a00:1::1]",
    "[fd00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_redirect_to_a_private_address_is_refused(server, scheme, host):
    """Metadata services, the operator's own network, tunnels into it: data may not send us there."""
    found = problem(get(server, redirect(f"{scheme}://{host}:1/latest/meta-data")))

    assert "not a public address" in found


def test_a_redirect_to_another_port_of_the_same_private_host_is_refused(server):
    with Server() as other:
        assert "not a public address" in problem(get(server, redirect(f"{other.url}/x")))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(server, address):
    def lying(host: str, port: int) -> list[dial.Address]:
        return no_names(address.strip("[]"), port)

    answer = fetcher(server, resolve=lying)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert "not a public address" in problem(answer)


def test_a_name_with_one_private_address_among_public_ones_is_refused(server):
    def mixed(host: str, port: int) -> list[dial.Address]:
        return no_names("8.8.8.8", port) + no_names("10.0.0.1", port)

    answer = fetcher(server, resolve=mixed)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert "10.0.0.1, which is not a public address" in problem(answer)


def test_the_address_that_is_checked_is_the_one_that_is_dialled(server, monkeypatch):
    """A name that turns private between the check and the call (DNS rebinding) is resolved only once."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    dialled = []

    def turning(host: str, port: int) -> list[dial.Address]:
        return no_names(next(answers), port)

    class NoSocket:
        def __init__(self, *_: object) -> None: ...
        def settimeout(self, *_: object) -> None: ...
        def setsockopt(self, *_: object) -> None: ...
        def close(self) -> None: ...
        def connect(self, address: tuple[str, int]) -> None:
            dialled.append(address)
            raise ConnectionRefusedError

    monkeypatch.setattr("app.dial.socket.socket", NoSocket)
    answer = fetcher(server, resolve=turning)(Ask("https://elsewhere.example/x", "application/json", LIMIT))

    assert isinstance(answer, Unreadable)
    assert [("8.8.8.8", 443)] == dialled
    assert "127.0.0.1" == next(answers)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://elsewhere.example/x",
        "gopher://elsewhere.example/x",
        "https://user:secret@elsewhere.example/x",
        "https://127.0.0.1\\@elsewhere.example/x",
        "https://",
        "https:///x",
        "https://[::1",
        "https://[zz]/x",
        "https://elsewhere.example:99999/x",
        "https://elsewhere.example:port/x",
        "https://\u2100.example@x/",
        "javascript:1",
    ],
)
def test_a_redirect_to_what_is_no_plain_address_is_refused(server, location):
    server.answers["/x"] = redirect(location.encode("ascii", "replace").decode())

    assert problem(get(server))
    assert 1 == len(server.asked)


def test_a_redirect_that_names_no_address_is_unreadable(server):
    assert "names no address" in problem(get(server, lambda h: h.send(302)))


def test_an_address_without_encryption_that_no_setting_names_is_not_asked(server):
    answer = fetcher(server)(Ask("http://elsewhere.example/x", "application/json", LIMIT))

    assert "without encryption" in problem(answer)


@responses.activate
def test_a_redirect_from_https_to_http_is_refused():
    responses.get("https://registry.example/x", status=302, headers={"Location": "http://registry.example/x"})

    answer = make_fetch(Settings(npm_registry="https://registry.example", host_interval=timedelta()), resolve=no_names)(
        Ask("https://registry.example/x", "application/json", LIMIT)
    )

    assert "without encryption" in problem(answer)
    assert 1 == len(responses.calls)


@responses.activate
def test_faked_answers_go_the_same_way():
    """Tests elsewhere fake registries with the responses library."""
    responses.get("https://registry.example/x", body=b"{}", headers={"ETag": '"v1"'})

    answer = make_fetch(Settings(npm_registry="https://registry.example"), resolve=no_names)(
        Ask("https://registry.example/x", "application/json", LIMIT)
    )

    assert isinstance(answer, Page)
    assert (b"{}", '"v1"') == (answer.body, answer.etag)


@pytest.mark.parametrize("url", ["", "x", "http://", "https://[", "https://user:secret@registry.example/x", "\x00"])
def test_an_address_that_is_none_is_unreadable(server, url):
    assert "Its address is not" in problem(fetcher(server)(Ask(url, "application/json", LIMIT)))


def test_no_cookie_is_kept_from_one_answer_to_the_next(server):
    server.answers["/y"] = lambda h: h.send(200, b"{}", Set_Cookie="b=2")
    server.answers["/x"] = lambda h: h.send(302, Location="/y", Set_Cookie="a=1")
    fetch = fetcher(server)

    for _ in range(2):
        assert isinstance(fetch(Ask(f"{server.url}/x", "application/json", LIMIT)), Page)

    assert 4 == len(server.asked)
    assert all("cookie" not in headers for _, headers in server.asked)


def test_the_environment_chooses_neither_proxy_nor_login(server, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert isinstance(get(server, lambda h: h.send(200, b"{}")), Page)
    assert "authorization" not in server.asked[0][1]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=20))
def test_requests_to_one_host_are_at_least_the_interval_apart(gaps):
    pace, now, turns = Pace(timedelta(seconds=1)), 100.0, list[float]()
    for gap in gaps:
        now += gap
        turns.append(now + pace.turn("registry.example", now))

    assert all(later - earlier >= 1 - 1e-9 for earlier, later in pairwise(turns))


def test_a_host_waits_for_no_other_host():
    pace = Pace(timedelta(seconds=1))

    assert [0.0, 0.0, 1.0] == [pace.turn(host, 5.0) for host in ("a.example", "b.example", "a.example")]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_loopback_is_not_paced(host):
    pace = Pace(timedelta(seconds=1))

    assert [0.0, 0.0] == [pace.turn(host, 5.0) for _ in range(2)]


def test_threads_share_the_pace():
    """Turns taken at the same moment are all different, whoever takes them."""
    pace, start = Pace(timedelta(seconds=1)), threading.Barrier(8)
    turns: list[float] = []

    def take() -> None:
        start.wait()
        turns.extend(pace.turn("registry.example", 5.0) for _ in range(50))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [float(turn) for turn in range(400)] == sorted(turns)
