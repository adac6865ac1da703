"""How bytes are written down in bundles and logs."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import rfc8785

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def b64(data: bytes) -> str:
    """Standard Base64, as Sigstore's JSON writes all bytes."""
    return base64.b64encode(data).decode()


def sha256(data: bytes) -> bytes:
    """The digest itself, not its hex digits."""
    return hashlib.sha256(data).digest()


def canonical(document: Any) -> bytes:
    """The one way to write a JSON document (RFC 8785): what logs keep and sign."""
    return rfc8785.dumps(document)


def pre_authentication(payload: bytes) -> bytes:
    """What a DSSE signature is over (github.com/secure-systems-lab/dsse, protocol.md)."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
