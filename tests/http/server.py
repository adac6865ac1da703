"""A server on loopback that answers as each test wants, and the guarded GET against it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from app.network import dial
from app.network.http import Fetcher, Limits, make_fetch
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
        try:
            self.answer()
        except OSError:
            self.close_connection = True

    def answer(self) -> None:
        self.server.methods.append(self.command)
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.answers[self.path](self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.methods: list[str] = []
        self.over = threading.Event()
        self.dripped = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is what many of these tests are about."""


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
