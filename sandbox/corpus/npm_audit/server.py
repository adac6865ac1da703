"""One server on loopback: the registry, and behind it as a proxy the TUF repository that npm asks before anything else.

npm looks for trust roots at Sigstore's public TUF repository and ends where it cannot be reached. It is sent there
through this proxy, which answers in its place, with a certificate of its own.
"""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.trust.refresh import URL

TUF_HOST = urlsplit(URL).netloc
CERTIFICATE = "tuf.pem"
"""The file of the folder that holds the certificate which npm is told to believe."""
_LIFETIME = timedelta(days=1)


class Server(ThreadingHTTPServer):
    """Serves files by their paths: `registry` to who asks it, `tuf` to who goes through it to `TUF_HOST`."""

    daemon_threads = True
    request_queue_size = 128
    """npm opens more connections at once than the five that would otherwise wait to be accepted."""

    def __init__(self, tuf: Mapping[str, bytes], tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Registry)
        self.registry: Mapping[str, bytes] = {}
        self.tuf = {f"/{path}": body for path, body in tuf.items()}
        self.tls = tls

    def handle_error(self, request: Any, client_address: Any) -> None:
        """npm hangs up when it has seen enough: nobody has to read that."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""

    def send(self, body: bytes | None) -> None:
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body or b"{}")))
        self.end_headers()
        self.wfile.write(body or b"{}")


class _Tuf(_Handler):
    def do_GET(self) -> None:
        self.send(self.server.tuf.get(self.path))


class _Registry(_Handler):
    def do_GET(self) -> None:
        self.send(self.server.registry.get(unquote(self.path)))

    def do_CONNECT(self) -> None:
        """The connection becomes one to the TUF repository; nothing else is behind this proxy."""
        self.close_connection = True
        if self.path != f"{TUF_HOST}:443":
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        with self.server.tls.wrap_socket(self.connection, server_side=True) as secured:
            _Tuf(secured, self.client_address, self.server)


@contextmanager
def serving(folder: Path, tuf: Mapping[str, bytes]) -> Iterator[Server]:
    """A running server; its certificate lies in the folder."""
    with Server(tuf, _tls(folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _tls(folder: Path) -> ssl.SSLContext:
    """A certificate for the TUF repository's name, that vouches for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, TUF_HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFETIME)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(TUF_HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    (folder / CERTIFICATE).write_bytes(certificate.public_bytes(Encoding.PEM))
    private = folder / "tuf.key"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / CERTIFICATE, private)
    return context
