"""The sandbox App's secrets, made at start and never written anywhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.world import APP_ID


@dataclass(frozen=True)
class Keys:
    """What GitHub and the App share: the App's key pair (PEM text) and the webhook secret."""

    private: str = field(repr=False)
    public: str
    webhook_secret: str = field(repr=False)
    app_id: int = APP_ID


def make() -> Keys:
    """New secrets."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Keys(private.decode(), public.decode(), secrets.token_hex(32))
