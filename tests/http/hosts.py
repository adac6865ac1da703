"""Many hosts on one loopback port, each with a certificate that is good: what was sent to whom can be looked up.

Only here do names lead to loopback as if it were a public address; every other address is judged as always.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.network import dial
from app.network.http import Limits, make_fetch
from app.network.login import LoggingIn, make_login
from app.settings import Settings
from tests.http.server import LIMIT, Answer, Handler, Server
from verifier.registries.base import Ask

NOW = datetime(2026, 4, 1, tzinfo=UTC)
REGISTRY, REALM, STRANGER = "registry.example", "auth.example", "stranger.example"
NAMES = (REGISTRY, REALM, STRANGER, "registry-1.docker.io", "auth.docker.io")
PUBLIC = dial.is_public


@dataclass(frozen=True)
class Asked:
    """One request as a host received it."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def login(self) -> str:
        """What it was told about who asks."""
        return self.headers.get("authorization", "") or self.body.decode()


class HostHandler(Handler):
    """Answers by host and path without the query, and keeps all that it was asked."""

    server: Hosts

    def answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        host, path = headers["host"], self.path.partition("?")[0]
        body = self.rfile.read(int(headers.get("content-length", "0")))
        self.server.received.append(Asked(host, self.command, self.path, headers, body))
        if (host, path) in self.server.pages:
            self.server.pages[host, path](self)
        else:
            self.send(404)


class Hosts(Server):
    """The server behind all names."""

    def __init__(self) -> None:
        ThreadingHTTPServer.__init__(self, ("127.0.0.1", 0), HostHandler)
        self.pages: dict[tuple[str, str], Answer] = {}
        self.received: list[Asked] = []
        self.over = threading.Event()
        self.dripped = 0
        self.names: dict[str, str] = {}

    def resolve(self, host: str, port: int) -> list[dial.Address]:
        """Every name is here, unless `names` says otherwise."""
        address = self.names.get(host, host)
        if address[0].isdigit() or ":" in address:
            return [(socket.AF_INET6 if ":" in address else socket.AF_INET, address, port)]
        return [(socket.AF_INET, "127.0.0.1", self.server_port)]

    def to(self, host: str) -> list[Asked]:
        """What one host received."""
        return [asked for asked in self.received if asked.host == host]

    def others(self, *hosts: str) -> list[Asked]:
        """What every other host received."""
        return [asked for asked in self.received if asked.host not in hosts]

    def login(
        self,
        auth: Path | None = None,
        realms: tuple[tuple[str, str], ...] = (),
        named: tuple[tuple[str, str], ...] = (),
        limits: Limits | None = None,
        now: Callable[[], datetime] = lambda: NOW,
    ) -> LoggingIn:
        """The real question, with its login, that finds these hosts."""
        settings = Settings(
            registry_auth_file=auth, token_realms=realms, oci_registries=named, host_interval=timedelta()
        )
        return make_login(settings, now, make_fetch(settings, limits, self.resolve))


@contextmanager
def running(folder: Path, monkeypatch: pytest.MonkeyPatch, trusted: bool = True) -> Iterator[Hosts]:
    """The server, its authority (`authority.pem` in the folder) trusted, unless that is not wanted, and loopback open
    to it."""
    authority, served = folder / "authority.pem", folder / "served.pem"
    certificate, chain = certificates()
    authority.write_bytes(certificate)
    served.write_bytes(chain)
    if trusted:
        monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(authority))
    with Hosts() as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(served)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        here = ("127.0.0.1", server.server_port)
        monkeypatch.setattr("app.network.dial.is_public", lambda address: address == here[0] or PUBLIC(address))
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@cache
def certificates(authority: str = "An authority of the tests") -> tuple[bytes, bytes]:
    """An authority's certificate, and a key with a certificate of it for all names, in PEM."""
    issuer_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, authority)])
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "registry.example")])
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES])
    return (
        _pem(_certificate(issuer, issuer_key, issuer, issuer_key, x509.BasicConstraints(ca=True, path_length=None))),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + _pem(_certificate(subject, key, issuer, issuer_key, names)),
    )


def _certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


SCOPE = "repository:alice/widget:pull"
TOKEN = "t0ken-of-the-realm"  # an example
USER, PASSWORD = "alice", "hunter2-of-alice"
BASIC = f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
TAGS = "/v2/alice/widget/tags/list"


def ask(host: str = REGISTRY, path: str = TAGS, scope: str = SCOPE, method: str = "GET") -> Ask:
    """A question about one image, which needs a token."""
    return Ask(f"https://{host}{path}", "application/json", LIMIT, method, scope)


def bearer(realm: str = f"https://{REALM}/token", service: str = REGISTRY) -> str:
    """A challenge that wants a token for more than we ask."""
    return f'Bearer realm="{realm}",service="{service}",scope="repository:alice/widget:pull,push registry:catalog:*"'


def guarded(challenge: str, good: str = f"Bearer {TOKEN}", body: bytes = b"{}") -> Answer:
    """A page for those who show what is good."""
    return lambda h: (
        h.send(200, body) if h.headers.get("Authorization") == good else h.send(401, WWW_Authenticate=challenge)
    )


def realm(good: str | None = None, token: str = TOKEN, seconds: int = 300) -> Answer:
    """A realm that gives its token to everybody, or to those with a login that is good."""
    body = json.dumps({"token": token, "expires_in": seconds}).encode()
    return lambda h: h.send(200, body) if good in (None, h.headers.get("Authorization")) else h.send(401)


def logins(folder: Path, *hosts: str, **entry: str) -> Path:
    """A file with the same login for each of these hosts."""
    entry = entry or {"auth": BASIC.removeprefix("Basic ")}
    path = folder / "auth.json"
    path.write_text(json.dumps({"auths": dict.fromkeys(hosts, entry)}))
    return path
