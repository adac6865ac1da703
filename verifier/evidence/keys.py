"""npm's own keys, with which it signs that it took a version in.

Read from either of their two forms: the registry's (`keyid`, `key`, `expires`) and Sigstore's (`keyId`, `publicKey`,
`validFor`). Source: github.com/npm/attestation; github.com/sigstore/root-signing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from verifier.document import Malformed, decoded, items, mapping, moment, strict, text
from verifier.evidence.root import Window

_LONGEST = 1024 * 1024
_KEYS = 100
_USE = "npm:attestations"


@dataclass(frozen=True)
class Key:
    """One key, and when it counted."""

    id: str
    key: ec.EllipticCurvePublicKey
    window: Window


def read(document: bytes) -> tuple[Key, ...]:
    """The keys that sign attestations. Raises Malformed."""
    listed = items(mapping(strict(document, _LONGEST), "the keys").get("keys"), "keys", _KEYS)
    entries = [mapping(entry, f"keys[{at}]") for at, entry in enumerate(listed)]
    return tuple(_key(entry) for entry in entries if entry.get("keyUsage", _USE) == _USE)


def _key(entry: dict[str, object]) -> Key:
    if "publicKey" not in entry:
        window = Window(None, _moment(entry.get("expires")))
        return Key(text(entry.get("keyid"), "keyid"), _public(entry.get("key")), window)
    public = mapping(entry["publicKey"], "publicKey")
    valid = mapping(public.get("validFor") or {}, "publicKey.validFor")
    window = Window(_moment(valid.get("start")), _moment(valid.get("end")))
    return Key(text(entry.get("keyId"), "keyId"), _public(public.get("rawBytes")), window)


def _moment(value: object) -> datetime | None:
    return None if value is None else moment(value, "a key's time")


def _public(value: object) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(decoded(value, "a key", 4096))
    except Malformed:
        raise
    except Exception as error:  # the parser has many ways to refuse
        raise Malformed("a key is not one") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Malformed("a key is not of the kind that npm signs with")
    return key
