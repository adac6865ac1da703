"""A registry's documents with its own signatures. It signs whatever was published with a valid token.

Source: docs of npm, "Verifying ECDSA registry signatures"; npm 11.19.1, pacote's `registry.js`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox import stable
from sandbox.corpus.npm_audit.asked import Asked

KEYS = "/-/npm/v1/keys"
ATTESTATIONS = "/-/npm/v1/attestations/"
_SCHEME = "ecdsa-sha2-nistp256"

Signatures = Callable[[Asked], list[dict[str, str]]]
"""The `dist.signatures` of a version."""


@dataclass(frozen=True)
class Key:
    """The registry's key, made anew for each run."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> bytes:
        """As DER (SubjectPublicKeyInfo)."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def id(self) -> str:
        """`SHA256:` and the digest of the key, as npm names its keys."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.public).digest()).decode().rstrip("=")

    def sign(self, text: str) -> dict[str, str]:
        """One entry of `dist.signatures`."""
        made = self.private.sign(text.encode(), ec.ECDSA(SHA256()))
        return {"keyid": self.id, "sig": base64.b64encode(made).decode()}

    def signatures(self, this: Asked) -> list[dict[str, str]]:
        """What the registry signs of a version: its name, number and integrity."""
        return [self.sign(f"{this.spec}:{this.manifest['dist']['integrity']}")]


def documents(held: Iterable[Asked], key: Key, signatures: Signatures | None = None) -> dict[str, bytes]:
    """Everything the registry serves, by path. `signatures`: in place of the key's own."""
    signed = signatures or key.signatures
    packuments: dict[str, dict[str, Any]] = {}
    served: dict[str, Mapping[str, Any]] = {KEYS: _keys(key)}
    for this in held:
        known = packuments.setdefault(this.name, {"name": this.name, "dist-tags": {}, "versions": {}, "time": {}})
        dist = {**this.manifest["dist"], "signatures": signed(this)}
        known["versions"][this.version] = {**this.manifest, "dist": dist}
        known["time"][this.version] = stable.milliseconds(this.at)
        known["dist-tags"]["latest"] = this.version
        if this.attestations:
            served[ATTESTATIONS + this.spec] = {"attestations": this.attestations}
    served |= {f"/{name}": packument for name, packument in packuments.items()}
    return {path: json.dumps(document).encode() for path, document in served.items()}


def _keys(key: Key) -> dict[str, Any]:
    shown = base64.b64encode(key.public).decode()
    return {"keys": [{"expires": None, "keyid": key.id, "keytype": _SCHEME, "scheme": _SCHEME, "key": shown}]}
