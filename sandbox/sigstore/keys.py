"""Keys that follow from a secret: whoever has the same secret has the same Sigstore."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True)
class Seed:
    """The secret that all keys of one private Sigstore are made from."""

    secret: bytes = field(repr=False)

    def p256(self, name: str) -> ec.EllipticCurvePrivateKey:
        """The key of that name on NIST P-256."""
        return ec.derive_private_key(self._scalar(name, 31), ec.SECP256R1())

    def p384(self, name: str) -> ec.EllipticCurvePrivateKey:
        """The key of that name on NIST P-384."""
        return ec.derive_private_key(self._scalar(name, 47), ec.SECP384R1())

    def ed25519(self, name: str) -> ed25519.Ed25519PrivateKey:
        """The Ed25519 key of that name."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self._derived(name, 32))

    def _scalar(self, name: str, size: int) -> int:
        """From 1 to less than the curve's order, of which `size` bytes fall short by one."""
        return int.from_bytes(self._derived(name, size), "big") + 1

    def _derived(self, name: str, size: int) -> bytes:
        return HKDF(SHA256(), size, salt=None, info=name.encode()).derive(self.secret)


def public(key: PublicKey) -> bytes:
    """Its DER SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def log_id(key: PublicKey) -> bytes:
    """How a log is called by its key (RFC 6962, 3.2)."""
    return hashlib.sha256(public(key)).digest()
