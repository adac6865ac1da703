"""Bundles that npm signed with a key of its own: its receipt for a version it took in.

Source: github.com/npm/attestation, specs/publish.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sigstore import dsse
from sigstore._internal.trust import KeyringPurpose

from verifier.document import mapping
from verifier.evidence import entry
from verifier.evidence.answer import CannotVerify, Failed
from verifier.evidence.keys import Key
from verifier.evidence.logged import Signed
from verifier.evidence.root import OneLog
from verifier.evidence.shape import Shape, logged


def named(shape: Shape, keys: Sequence[Key]) -> list[Key]:
    """Step 2: the keys it names, which may be one key with several windows. Raises CannotVerify when none is given."""
    found = [key for key in keys if key.id == shape.key]
    if not found:
        raise CannotVerify("the key that it names is not among those given")
    return found


def verify(shape: Shape, root: OneLog, keys: Sequence[Key]) -> Signed:
    """What one of these keys signed, and when. Raises Failed, CannotVerify, or whatever the libraries raise.

    Steps 3, 4 and 6 to 8 of `verifier.evidence.procedure`; there is no certificate for 5.
    """
    if shape.entry is None or shape.entry.kind not in (entry.INTOTO, entry.DSSE):
        raise CannotVerify("its log entry is of no kind that is checked against a key")
    envelope = dsse.Envelope._from_json(json.dumps(mapping(shape.document.get("dsseEnvelope"), "dsseEnvelope")))
    found = logged(shape)
    inner = found._inner
    # 4. The time is the log's, covered by its promise.
    if not inner.integrated_time or not inner.inclusion_promise:
        raise Failed("its log vouches for no time")
    at = datetime.fromtimestamp(inner.integrated_time, tz=UTC)
    # 3. The log's key and npm's counted then.
    if not any(window.holds(at) for window in root.windows):
        raise Failed("it was signed when its log's key did not count")
    counted = [key for key in keys if key.window.holds(at)]
    if not counted:
        raise Failed("it was signed when the key that it names did not count")
    key = counted[0].key
    # 6. The log holds the entry.
    found._verify(root.rekor_keyring(KeyringPurpose.VERIFY))
    entry.stands_where_it_says(found)
    # 7. The signature.
    payload = dsse._verify(key, envelope)
    # 8. The log's entry is of this envelope and of this key.
    entry.is_of(found, envelope, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return Signed(payload, envelope._inner.payload_type, at)
