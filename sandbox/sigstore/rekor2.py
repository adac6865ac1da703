"""A transparency log of the second kind: tiles, Ed25519, and no word about the time.

Source: github.com/sigstore/rekor-tiles, docs; c2sp.org/signed-note for the id of its key.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.sigstore import checkpoint
from sandbox.sigstore.keys import Seed
from sandbox.sigstore.merkle import Tree
from sandbox.sigstore.signature import Signature
from sandbox.sigstore.wire import b64, canonical, pre_authentication, sha256

HOST = "log2025-1.rekor.sigstore.example"


class Rekor2:
    """The log's key and its entries."""

    def __init__(self, seed: Seed) -> None:
        self._key = seed.ed25519("rekor 2")
        self._tree = Tree()
        self.public_key = self._key.public_key()

    @property
    def log_id(self) -> bytes:
        """The id of its key as signed notes have it."""
        return sha256(f"{HOST}\n\1".encode() + self.public_key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def hashedrekord(self, signature: Signature) -> dict[str, Any]:
        """Take in a signed statement as `hashedrekord/0.0.2`; a timestamp authority has to say when that was."""
        digest = sha256(pre_authentication(signature.payload))
        verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "x509Certificate": {"rawBytes": signature.der}}
        record = {
            "data": {"algorithm": "SHA2_256", "digest": b64(digest)},
            "signature": {"content": b64(signature.signature), "verifier": verifier},
        }
        spec = {"hashedRekordV002": record}
        body = canonical({"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec})
        inclusion = self._tree.add(body)
        return {
            "logIndex": str(inclusion.index),
            "logId": {"keyId": b64(self.log_id)},
            "kindVersion": {"kind": "hashedrekord", "version": "0.0.2"},
            "integratedTime": "0",
            "inclusionProof": checkpoint.proof(inclusion, HOST, HOST, self.log_id, self._key.sign),
            "canonicalizedBody": b64(body),
        }
