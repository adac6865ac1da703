"""Lines for a SIEM: each one arrives, over TCP and over TLS 1.3."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound import make_outbound
from app.outbound.line import Line
from app.outbound.lines import counted
from app.settings import Settings
from checks.base import Permanent, Temporary
from checks.outside import Lines
from tests.http.server import no_names
from tests.outbound.tls import pair


class Receiver(threading.Thread):
    """Reads one connection to its end."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._context, self.received = context, b""
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError), self._socket:
            connection, _ = self._socket.accept()
            with self._context.wrap_socket(connection, server_side=True) if self._context else connection as reading:
                while chunk := reading.recv(65536):
                    self.received += chunk

    def frames(self) -> list[bytes]:
        self.join(30)
        return uncounted(self.received)


def uncounted(stream: bytes) -> list[bytes]:
    """RFC 6587, section 3.4.1."""
    found = []
    while stream:
        length = re.match(rb"[1-9][0-9]* ", stream)
        assert length is not None, stream[:20]
        begin, size = length.end(), int(length.group())
        found.append(stream[begin : begin + size])
        stream = stream[begin + size :]
    return found


@given(st.lists(st.binary(min_size=1, max_size=300)))
def test_frames_are_told_apart_whatever_is_in_them(frames: list[bytes]) -> None:
    assert frames == uncounted(counted(frames))


@pytest.mark.parametrize("tls", [False, True])
def test_every_frame_arrives(tls: bool, line: Line, tmp_path: Path) -> None:
    receiver = Receiver(pair().server(tmp_path) if tls else None)
    frames = tuple(f"<134>1 - - - - - - n\u00ba {n} {'x' * 400}\n1 y".encode() for n in range(2000))
    ca = str(tmp_path / "certificate.pem") if tls else ""
    make_outbound(Settings(), line).send(Lines(frames, "127.0.0.1", receiver.port, tls, ca))
    assert list(frames) == receiver.frames()


def test_a_certificate_that_nobody_vouches_for_is_refused(line: Line, tmp_path: Path) -> None:
    receiver = Receiver(pair().server(tmp_path))
    with pytest.raises(Permanent, match="certificate"):
        make_outbound(Settings(), line).send(Lines((b"x",), "127.0.0.1", receiver.port))
    assert [] == receiver.frames()


def test_an_authority_for_all_routes_is_a_setting(tmp_path: Path) -> None:
    receiver = Receiver(pair().server(tmp_path))
    line = Line(resolve=no_names, authorities=pair().certificate)
    make_outbound(Settings(), line).send(Lines((b"x",), "127.0.0.1", receiver.port))
    assert [b"x"] == receiver.frames()


@pytest.mark.parametrize("ca", ["missing.pem", "empty.pem", "nul\0"])
def test_a_file_of_authorities_that_is_of_no_use_is_refused(line: Line, tmp_path: Path, ca: str) -> None:
    (tmp_path / "empty.pem").write_text("")
    receiver = Receiver()
    with pytest.raises(Permanent):
        make_outbound(Settings(), line).send(Lines((b"x",), "127.0.0.1", receiver.port, True, str(tmp_path / ca)))


def test_a_receiver_that_is_not_there_may_come_back(line: Line) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(Temporary):
            make_outbound(Settings(), line).send(Lines((b"x",), "127.0.0.1", probe.getsockname()[1], False))


@pytest.mark.parametrize("host", ["siem..example", "\u00fc", "x" * 70, ""])
def test_a_name_that_is_none_is_refused(host: str) -> None:
    with pytest.raises((Permanent, Temporary)):
        make_outbound(Settings(), Line()).send(Lines((b"x",), host, 1, False))


def test_a_receiver_that_reads_nothing_is_left_at_the_deadline(impatient: Line) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Temporary):
        made = Lines((b"x" * 50_000_000,), "127.0.0.1", silent.getsockname()[1], False)
        make_outbound(Settings(), impatient).send(made)
