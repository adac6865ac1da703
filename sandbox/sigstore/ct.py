"""A certificate transparency log that promises to take in whatever it is shown.

Source: RFC 6962, sections 3.2 and 3.3.
"""

from __future__ import annotations

import struct
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.asn1 import encode_der
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.sigstore.keys import Seed, log_id
from sandbox.sigstore.wire import sha256

_SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ECDSA_SHA256 = b"\4\3"
_PRECERTIFICATE = 1


class CtLog:
    """The log's key, and the timestamps it signs."""

    def __init__(self, seed: Seed) -> None:
        self._key = seed.p256("ct log")
        self.public_key = self._key.public_key()

    def promise(self, certificate: bytes, issuer_key: bytes, at: datetime) -> x509.UnrecognizedExtension:
        """The extension with one signed timestamp. `certificate` is the part to be signed, as yet without it."""
        millis = int(at.timestamp() * 1000)
        entry = struct.pack("!H", _PRECERTIFICATE) + sha256(issuer_key) + len(certificate).to_bytes(3, "big")
        signed = struct.pack("!BBQ", 0, 0, millis) + entry + certificate + b"\0\0"
        signature = self._key.sign(signed, ec.ECDSA(SHA256()))
        stamp = b"\0" + log_id(self.public_key) + struct.pack("!Q", millis) + b"\0\0" + _ECDSA_SHA256
        return x509.UnrecognizedExtension(_SCT_LIST, encode_der(_vector(_vector(stamp + _vector(signature)))))


def _vector(data: bytes) -> bytes:
    """TLS's `opaque<0..2^16-1>`."""
    return struct.pack("!H", len(data)) + data
