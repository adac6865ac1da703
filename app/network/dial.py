"""Connecting only where we may: the address that is checked is the address that is dialled.

A name that answers with a public address when it is checked and with a private one when it is dialled (DNS
rebinding) gains nothing here, because it is resolved once.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.network.addresses import Origin, name

Address = tuple[socket.AddressFamily, str, int]
"""One place to dial: family, numeric address, port."""

Resolve = Callable[[str, int], list[Address]]

_ATTEMPTS = 4
"""The most addresses of one name that are tried."""

_IPV6_UNICAST = ipaddress.ip_network("2000::/3")


class Refused(Exception):
    """A name leads to an address that data may not send us to. Not an OSError: nothing may retry or rename it."""


class Deadline:
    """When one whole exchange must be over, whatever the other side does.

    Timeouts of a socket start anew with every byte, so a server that drips could hold a thread for hours. When the
    time is up the connection is shut down, which ends every read that waits on it.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._guarded: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    @property
    def left(self) -> float:
        """Seconds left; not below 0."""
        return max(0.0, self._end - time.monotonic())

    def guard(self, connection: socket.socket) -> None:
        """End this connection when the time is up."""
        # A duplicate, because TLS takes the original socket's descriptor away from it.
        twin = connection.dup()
        with self._lock:
            self._guarded.append(twin)
        if not self.left:
            self._expire()

    def _expire(self) -> None:
        with self._lock:
            for connection in self._guarded:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._guarded:
                connection.close()
            self._guarded.clear()


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a name, as the system knows it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, str(sockaddr[0]), port) for family, _, _, _, sockaddr in found]


def is_public(address: str) -> bool:
    """Whether an address is one that the whole internet reaches: nothing private, local, shared, tunnelled or mapped.

    Source: IANA's special-purpose address registries, through the standard library.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        # Outside of unicast, and in tunnels, lie ways back to private IPv4 addresses (NAT64, 6to4, Teredo).
        if ip not in _IPV6_UNICAST or ip.sixtofour is not None or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def dial(host: str, port: int, trusted: bool, deadline: Deadline, connect_timeout: float, resolve: Resolve) -> Any:
    """A connected socket. Raises Refused when the host is not trusted and any of its addresses is not public."""
    addresses = resolve(host, port)
    if not trusted:
        for _, address, _ in addresses:
            if not is_public(address):
                raise Refused(f"{host} leads to {address}, which is not a public address")
    problem = OSError(f"{host} has no address")
    for family, address, at in addresses[:_ATTEMPTS]:
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(max(0.001, min(connect_timeout, deadline.left)))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.connect((address, at))
            deadline.guard(connection)
            return connection
        except OSError as error:
            connection.close()
            problem = error
    raise problem


class GuardedAdapter(HTTPAdapter):
    """Sends one request over one connection that `dial` made. Nothing is kept open or shared with another request.

    Whether the place is trusted, and whether it is the only one that the request is meant for (`only`), is asked of
    the connection, not of the address it came from: two readers of one address may disagree about its host. A trusted
    place may show a certificate of these `authorities` (PEM) as well as one of the usual ones.
    """

    def __init__(
        self,
        trusted: frozenset[Origin],
        deadline: Deadline,
        connect_timeout: float,
        resolve: Resolve,
        only: Origin | None = None,
        authorities: str = "",
    ) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

        def connected(connection: HTTPConnection) -> Any:
            scheme = "https" if isinstance(connection, HTTPSConnection) else "http"
            host, port = connection.host.strip("[]").lower(), connection.port or connection.default_port
            if only is not None and (scheme, host, port) != only:
                raise Refused(f"a login for {name(only)} does not go to {name((scheme, host, port))}")
            is_trusted = (scheme, host, port) in trusted
            if is_trusted and authorities and isinstance(connection, HTTPSConnection):
                connection.ca_cert_data = authorities  # urllib3 adds them to those of `ca_certs`
            made = dial(host, port, is_trusted, deadline, connect_timeout, resolve)
            made.settimeout(connection.timeout)
            return made

        class Plain(HTTPConnection):
            _new_conn = connected

        class Encrypted(HTTPSConnection):
            _new_conn = connected

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
