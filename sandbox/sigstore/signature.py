"""A signed statement before any log knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.sigstore.wire import PAYLOAD_TYPE, b64, pre_authentication


@dataclass(frozen=True)
class Signature:
    """A statement's bytes, the signature over them and the certificate of its key."""

    payload: bytes
    signature: bytes
    certificate: x509.Certificate

    @property
    def der(self) -> str:
        """The certificate as bundles carry it."""
        return b64(self.certificate.public_bytes(Encoding.DER))

    @property
    def pem(self) -> str:
        """The certificate as the first kind of log keeps it: PEM text in Base64."""
        return b64(self.certificate.public_bytes(Encoding.PEM))

    @property
    def envelope(self) -> dict[str, Any]:
        """The DSSE envelope."""
        return {
            "payload": b64(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(self.signature)}],
        }


def signed(payload: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> Signature:
    """Sign a statement as DSSE does."""
    return Signature(payload, key.sign(pre_authentication(payload), ec.ECDSA(SHA256())), certificate)
