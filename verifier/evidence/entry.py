"""One entry of a transparency log: what it is of, and where it stands, where the library leaves that open.

Source: github.com/sigstore/rekor, pkg/types/intoto/v0.0.2 and pkg/types/dsse/v0.0.1.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from sigstore._internal.trust import RekorKeyring
from sigstore.dsse import Envelope
from sigstore.models import TransparencyLogEntry

from verifier.document import strict
from verifier.evidence.answer import Failed

INTOTO = "intoto/0.0.2"
DSSE = "dsse/0.0.1"
KINDS = frozenset({INTOTO, DSSE, "hashedrekord/0.0.1", "hashedrekord/0.0.2"})
"""The kinds whose entries bind a signature. Those of intoto/0.0.1 hold none, so they could be anybody's."""

_LONGEST = 8 * 1024 * 1024


class Promised(TransparencyLogEntry):
    """An entry that its log only promised to take in: there is no proof that it did."""

    def _validate(self) -> None:
        if not self._inner.inclusion_promise:
            raise Failed("its log entry has neither a proof nor a promise")

    def _verify(self, keyring: RekorKeyring) -> None:
        self._verify_set(keyring)


def is_of(entry: TransparencyLogEntry, envelope: Envelope, signer: bytes) -> None:
    """The entry, an intoto/0.0.2 or dsse/0.0.1 one, is of this envelope and of this signer's certificate or key (PEM).

    Raises Failed when it is not.
    """
    body: Any = strict(entry._inner.canonicalized_body, _LONGEST)
    named = entry._inner.kind_version
    try:
        spec = body["spec"]
        logged = _intoto(spec["content"]) if named.kind == "intoto" else _dsse(spec)
        kind = (body["kind"], body["apiVersion"])
    except (KeyError, TypeError, ValueError) as error:
        raise Failed("its log entry is not in the shape of its kind") from error
    payload_hash = {"algorithm": "sha256", "value": hashlib.sha256(envelope._inner.payload).hexdigest()}
    expected = (payload_hash, envelope.signature, _bare(signer))
    if kind != (named.kind, named.version) or logged != expected:
        raise Failed("its log entry is of something else")


def _intoto(content: Any) -> tuple[object, bytes, bytes]:
    """The payload's hash, the signature (Base64 of Base64 in this kind) and the signer."""
    (signature,) = content["envelope"]["signatures"]
    signed = base64.b64decode(base64.b64decode(signature["sig"]))
    return content["payloadHash"], signed, _bare(base64.b64decode(signature["publicKey"]))


def _dsse(spec: Any) -> tuple[object, bytes, bytes]:
    """The payload's hash, the signature and the signer."""
    (signature,) = spec["signatures"]
    signed = base64.b64decode(signature["signature"])
    return spec["payloadHash"], signed, _bare(base64.b64decode(signature["verifier"]))


def _bare(pem: bytes) -> bytes:
    """PEM without its line breaks, which signers set differently."""
    return b"".join(pem.split())


def stands_where_it_says(entry: TransparencyLogEntry) -> None:
    """Its proof is for the tree whose size the log signed, and without a promise it stands where its proof says.

    Raises Failed when not. A promise covers the position by itself.
    """
    if isinstance(entry, Promised):
        return
    proof = entry._inner.inclusion_proof
    _, size, *_ = proof.checkpoint.envelope.split("\n", 2) if proof.checkpoint else ("", "")
    if size != str(proof.tree_size):
        raise Failed("its proof is for a tree of another size than the one its log signed")
    promised = entry._inner.inclusion_promise and entry._inner.integrated_time  # only then the library verifies it
    if not promised and entry._inner.log_index != proof.log_index:
        raise Failed("its log entry stands elsewhere than its proof says")
