"""The real server: what it answers is kept, whom it talks to is who is there, and nobody wears it down."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from handlers.payload import LIMIT
from tests.ledger.conftest import NO_SERVER, empty_postgresql_url, migrated_file, postgresql_url, sqlite_url, url
from tests.webhooks.running import Web, web
from tests.webhooks.site import RUN, headers
from verifier.ledger.sql.engine import address

__all__ = ["NO_SERVER", "empty_postgresql_url", "migrated_file", "postgresql_url", "sqlite_url", "url"]


def request(body: bytes = RUN, method: str = "POST", path: str = "/webhooks", **changes: str | None) -> bytes:
    """One delivery with a fresh id, as bytes on the wire."""
    sent = headers(body, X_GitHub_Delivery=str(uuid.uuid4()))
    more = {name.replace("_", "-"): value for name, value in changes.items()}
    named = {"Host": "localhost", "Content-Length": str(len(body)), **sent, **more}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value is not None)
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


def page(path: str = "/", **changes: str) -> bytes:
    named = {"Host": "localhost", "Connection": "close", **{n.replace("_", "-"): v for n, v in changes.items()}}
    return f"GET {path} HTTP/1.1\r\n{''.join(f'{n}: {v}' + chr(13) + chr(10) for n, v in named.items())}\r\n".encode()


def rows(database: str) -> int:
    engine = create_engine(address(database))
    with engine.connect() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()
    engine.dispose()
    return count


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with web(tmp_path_factory.mktemp("web"), workers=1) as made:
        yield made


async def deliver(port: int, answers: list[int], over: asyncio.Event) -> None:
    """One delivery after another on one connection, until it ends."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            writer.write(request())
            status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
            await reader.readuntil(b"\n")
            answers.append(status)
            if len(answers) >= 200:
                over.set()
    except (OSError, asyncio.IncompleteReadError):
        over.set()


def test_a_server_told_to_end_under_load_has_kept_all_that_it_said_it_kept(tmp_path: Path, url: str) -> None:
    """And no more than was under way: nobody is told 503, and whoever was not answered may have been kept."""

    async def play(made: Web) -> int:
        over = asyncio.Event()
        senders = [asyncio.create_task(deliver(made.port, answers, over)) for _ in range(12)]
        await over.wait()
        code = await asyncio.to_thread(made.stop)
        await asyncio.gather(*senders)
        return code

    answers: list[int] = []
    with web(tmp_path, url) as made:
        code = asyncio.run(play(made))

    assert 0 == code
    assert {202} == set(answers)
    assert len(answers) >= 200
    assert 0 <= rows(url) - len(answers) <= 12


def test_keep_alive_and_pipelined_requests_are_answered_in_their_order(running: Web) -> None:
    with running.connect() as connection:
        connection.sendall(request() + request(X_Hub_Signature_256="sha256=" + "0" * 64) + request(Connection="close"))
        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert [b"202", b"401", b"202"] == [part.split()[0] for part in said.split(b"HTTP/1.1 ")[1:]]


def test_the_pages_are_shown_to_this_machine(running: Web) -> None:
    assert b" 200 " in running.say(page()).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Forwarded_For": "192.0.2.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X_Real_Ip": "127.0.0.1"},
        {"Host": "evil.example"},
    ],
)
def test_and_not_to_whom_a_proxy_brought_or_a_strangers_name(running: Web, changes: dict[str, str]) -> None:
    assert b" 403 " in running.say(page(**changes)).split(b"\r\n")[0]


def test_nor_to_what_speaks_as_proxies_do(running: Web) -> None:
    assert b" 403 " in running.say(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n").split(b"\r\n")[0]


def own_address() -> str:
    """An address of this machine that is not loopback; '' where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if found.startswith("127.") or found == "0.0.0.0" else found


def test_bound_to_every_address_it_shows_pages_to_nobody_whatever_is_claimed(tmp_path: Path) -> None:
    """`--bind 0.0.0.0` on the command line, while HOST says loopback: a call to 127.0.0.1 proves nothing then."""
    with web(tmp_path, workers=1, bind="0.0.0.0") as made:
        for claimed in (
            {},
            {"X_Forwarded_For": "127.0.0.1"},
            {"Forwarded": "for=127.0.0.1"},
            {"X_Real_IP": "127.0.0.1"},
        ):
            assert b" 403 " in made.say(page(**claimed)).split(b"\r\n")[0]
        outside = own_address()
        if outside:
            with socket.create_connection((outside, made.port), timeout=30) as connection:
                connection.sendall(page(Host="localhost", X_Forwarded_For="127.0.0.1"))
                assert b" 403 " in connection.recv(65536).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"b" * 100_000,
        b"POST /webhooks HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"POST /webhooks HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /webhooks HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
    ],
    ids=[
        "a long line",
        "many headers",
        "a long header",
        "one that never ends",
        "two lengths",
        "two framings",
        "-1",
        "?",
    ],
)
def test_a_head_beyond_its_bounds_is_refused_and_the_connection_ends(running: Web, head: bytes) -> None:
    assert b" 400 " in running.say(head).split(b"\r\n")[0]


def test_a_body_over_the_limit_is_refused_before_it_is_sent(running: Web) -> None:
    said = running.say(request(Content_Length=str(LIMIT + 1)))

    assert b" 413 " in said.split(b"\r\n")[0]
    assert str(LIMIT).encode() in said


def memory(pid: int) -> int:
    """The most that a process ever had in memory, in KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
def test_many_huge_bodies_at_once_do_not_add_up_in_memory(tmp_path: Path) -> None:
    """Unsigned, so that any stranger can send them: ten of 25 MB, and every one is answered."""

    async def send(port: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(huge)
            await writer.drain()
            return int((await reader.readline()).split()[1])
        finally:
            writer.close()

    async def play(port: int) -> list[int]:
        return await asyncio.gather(*(send(port) for _ in range(10)))

    huge = request(b" " * LIMIT, X_Hub_Signature_256="sha256=" + "0" * 64)
    with web(tmp_path, workers=1) as made:
        (worker,) = made.workers()
        before = memory(worker)
        answers = asyncio.run(play(made.port))
        grown = memory(worker) - before

    assert set(answers) <= {401, 408}
    assert 401 in answers
    assert grown < 5 * LIMIT / 1024
