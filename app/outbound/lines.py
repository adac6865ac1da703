"""Syslog frames over one connection: octet-counted (RFC 6587, section 3.4.1), in TLS where asked for (RFC 5425)."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterable
from dataclasses import replace

from app.network import dial
from app.outbound.line import Line, translated
from checks.outside import Lines

_PARTING = 2.0
"""Seconds that the other side gets to close: what it read is not told in any other way."""


def counted(frames: Iterable[bytes]) -> bytes:
    """Each frame after its length."""
    return b"".join(b"%d %s" % (len(frame), frame) for frame in frames)


def deliver(line: Line, made: Lines, deadline: dial.Deadline) -> None:
    """All frames over one connection, closed so that nothing is lost. Raises Temporary and Permanent.

    Syslog acknowledges nothing: what the other side's machine took and its program never read is lost unseen.
    """
    with translated(deadline):
        connection = line.dial(made.host, made.port, deadline)
        with contextlib.closing(_encrypted(line, connection, made) if made.tls else connection) as secured:
            secured.sendall(counted(made.frames))
            _part(secured, min(_PARTING, deadline.left))


def reach(line: Line, made: Lines, deadline: dial.Deadline) -> None:
    """Connect, encrypt and part, sending nothing. Raises Temporary and Permanent."""
    deliver(line, replace(made, frames=()), deadline)


def _encrypted(line: Line, connection: socket.socket, made: Lines) -> ssl.SSLSocket:
    try:
        return line.tls(made.ca).wrap_socket(connection, server_hostname=made.host)
    except BaseException:
        connection.close()
        raise


def _part(connection: socket.socket, seconds: float) -> None:
    """Say goodbye and wait for the answer. Without that, TLS 1.3 loses what was sent last: the session tickets that
    nobody read turn a plain close into a reset (rsyslog: 1,011 to 1,685 of 2,000 messages arrived)."""
    connection.settimeout(max(0.001, seconds))
    try:
        if isinstance(connection, ssl.SSLSocket):
            connection = connection.unwrap()
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            continue
    except (TimeoutError, ssl.SSLError):
        return  # it keeps the connection open, or ended it without a goodbye: everything was sent
    except OSError as error:
        if isinstance(error, ConnectionResetError | BrokenPipeError):
            raise
