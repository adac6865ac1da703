"""One guarded connection of one sending: how long it may take, whom it trusts, and what its failures mean."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests

from app.network import dial
from checks.base import Permanent, Temporary


@dataclass(frozen=True)
class Patience:
    """How long one sending may take: connecting, waiting for one answer, and the whole with the name's resolution."""

    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=15)
    whole: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Line:
    """What every transport is given. `authorities` (PEM) may sign certificates beside the usual ones."""

    patience: Patience = Patience()
    resolve: dial.Resolve = dial.resolve
    authorities: str = field(default="", repr=False)

    def deadline(self) -> dial.Deadline:
        """When one sending, begun now, must be over."""
        return dial.Deadline(self.patience.whole.total_seconds())

    def resolving(self, deadline: dial.Deadline) -> dial.Resolve:
        """The resolver, waited for no longer than the deadline."""
        return lambda host, port: _within(self.resolve, host, port, deadline.left)

    def dial(self, host: str, port: int, deadline: dial.Deadline) -> socket.socket:
        """A connected socket that ends with the deadline. Raises OSError and UnicodeError."""
        connect = self.patience.connect.total_seconds()
        made: socket.socket = dial.dial(host, port, True, deadline, connect, self.resolving(deadline))
        made.settimeout(self.patience.read.total_seconds())
        return made

    def tls(self, only: str = "") -> ssl.SSLContext:
        """Encryption that checks the certificate and the name in it; `only` by the authorities of this file (a path).

        Raises Permanent where that file is of no use.
        """
        try:
            context = ssl.create_default_context(cafile=only or requests.utils.DEFAULT_CA_BUNDLE_PATH)
        except OSError as error:
            raise Permanent(
                "The file with its authorities (`ca` in the route) cannot be read or holds none."
            ) from error
        if only:
            return context
        if self.authorities:
            context.load_verify_locations(cadata=self.authorities)
        return context


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone; nothing is resolved."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@contextmanager
def translated(deadline: dial.Deadline) -> Iterator[None]:
    """What a transport may raise, as Temporary and Permanent with a sentence that names no place."""
    try:
        yield
    except (Temporary, Permanent):
        raise
    except dial.Refused as error:
        raise Permanent("Its address is one that may not be dialled.") from error
    except smtplib.SMTPException as error:  # an OSError too: what answers mean is translated before it comes here
        raise Temporary("It broke off.") from error
    except ssl.SSLCertVerificationError as error:  # an OSError and a ValueError
        raise Permanent(_UNPROVEN) from error
    except OSError as error:
        raise Temporary(_silence(error, deadline)) from error
    except ValueError as error:  # UnicodeError among them: a name or a header that cannot be sent
        raise Permanent("What is to be sent there cannot be: its address or a header is unusable.") from error


_UNPROVEN = (
    "Its certificate was not accepted. Where an authority of your own signed it, name that in OUTBOUND_CA_FILE; check "
    "that the name in the route is the name in the certificate."
)


def unproven(error: BaseException) -> Permanent | None:
    """What a refused certificate comes to, however deep it is wrapped; None when that is not what went wrong."""
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Permanent(_UNPROVEN)
        cause = getattr(cause, "reason", None) or next(
            (inner for inner in getattr(cause, "args", ()) if isinstance(inner, BaseException)), None
        )
    return None


def _silence(error: OSError, deadline: dial.Deadline) -> str:
    if not deadline.left:
        return "It took too long."
    if isinstance(error, TimeoutError):
        return "It did not answer in time."
    if isinstance(error, socket.gaierror):
        return "Its name was not found."
    if isinstance(error, ssl.SSLError):
        return "The encrypted connection could not be made."
    return f"It could not be reached, or broke off ({type(error).__name__})."


def _within(resolve: dial.Resolve, host: str, port: int, seconds: float) -> list[dial.Address]:
    """Resolve in a thread of its own, because nothing else bounds it. One that hangs ends when the system's does."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(resolve(host, port))
        except Exception as error:  # carried over to the thread that asked
            found.append(error)

    thread = threading.Thread(target=ask, daemon=True, name="resolve")
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError("its name was not resolved in time")
    if isinstance(found[0], Exception):
        raise found[0]
    addresses: list[dial.Address] = found[0]
    return addresses
