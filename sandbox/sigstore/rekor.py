"""A transparency log of the first kind: it promises at once, proves inclusion, and vouches for the time.

Source: github.com/sigstore/rekor, pkg/types (kinds of entries) and pkg/util (checkpoints).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.sigstore import checkpoint
from sandbox.sigstore.keys import Seed, log_id
from sandbox.sigstore.merkle import Tree
from sandbox.sigstore.signature import Signature
from sandbox.sigstore.wire import PAYLOAD_TYPE, b64, canonical, sha256

HOST = "rekor.sigstore.example"
_FIRST = 4_163_431
"""Where this log's indices begin: before it there were others, whose entries are counted too."""
_TREE = 1193050959916656506


class Rekor:
    """The log's key and its entries."""

    def __init__(self, seed: Seed) -> None:
        self._key = seed.p256("rekor")
        self._tree = Tree()
        self.public_key = self._key.public_key()

    def dsse(self, signature: Signature, at: datetime, *, proof: bool = True) -> dict[str, Any]:
        """Take in a signed statement as `dsse/0.0.1`: what npm 11, GitHub and PyPI's action ask for."""
        spec = {
            "envelopeHash": _hash(canonical(signature.envelope)),
            "payloadHash": _hash(signature.payload),
            "signatures": [{"signature": b64(signature.signature), "verifier": signature.pem}],
        }
        return self._enter("dsse", "0.0.1", spec, at, proof)

    def intoto(self, signature: Signature, at: datetime, *, proof: bool = True) -> dict[str, Any]:
        """Take in a signed statement as `intoto/0.0.2`: what npm 10 and older ask for."""
        twice = b64(b64(signature.signature).encode())
        content = {
            "envelope": {"payloadType": PAYLOAD_TYPE, "signatures": [{"publicKey": signature.pem, "sig": twice}]},
            "hash": _hash(canonical(signature.envelope)),
            "payloadHash": _hash(signature.payload),
        }
        return self._enter("intoto", "0.0.2", {"content": content}, at, proof)

    def _enter(self, kind: str, version: str, spec: dict[str, Any], at: datetime, proof: bool) -> dict[str, Any]:
        body = canonical({"apiVersion": version, "kind": kind, "spec": spec})
        inclusion, seconds = self._tree.add(body), int(at.timestamp())
        key_id, index = log_id(self.public_key), _FIRST + inclusion.index
        promised = {"body": b64(body), "integratedTime": seconds, "logID": key_id.hex(), "logIndex": index}
        entry: dict[str, Any] = {
            "logIndex": str(index),
            "logId": {"keyId": b64(key_id)},
            "kindVersion": {"kind": kind, "version": version},
            "integratedTime": str(seconds),
            "inclusionPromise": {"signedEntryTimestamp": b64(self._signed(canonical(promised)))},
            "canonicalizedBody": b64(body),
        }
        if proof:
            entry["inclusionProof"] = checkpoint.proof(inclusion, f"{HOST} - {_TREE}", HOST, key_id, self._signed)
        return entry

    def _signed(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(SHA256()))


def _hash(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": sha256(data).hex()}
