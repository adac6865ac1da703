"""The trust root: the keys that a verifier is to believe. Source: sigstore/protobuf-specs, sigstore_trustroot.proto."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sandbox.sigstore import rekor, rekor2
from sandbox.sigstore.ca import BEGINS, ORGANIZATION, Authority
from sandbox.sigstore.ct import CtLog
from sandbox.sigstore.keys import PublicKey, log_id, public
from sandbox.sigstore.rekor import Rekor
from sandbox.sigstore.rekor2 import Rekor2
from sandbox.sigstore.tsa import Timestamps
from sandbox.sigstore.wire import b64


def written(ca: Authority, ct: CtLog, first: Rekor, second: Rekor2, tsa: Timestamps) -> bytes:
    """`trusted_root.json`."""
    p256, ed25519 = "PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519"
    document = {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [
            _log(rekor.HOST, first.public_key, p256, log_id(first.public_key)),
            _log(rekor2.HOST, second.public_key, ed25519, second.log_id),
        ],
        "certificateAuthorities": [_authority("fulcio", ca.intermediate, ca.root)],
        "ctlogs": [_log("ctfe.sigstore.example", ct.public_key, p256, log_id(ct.public_key))],
        "timestampAuthorities": [_authority("timestamp", tsa.certificate, tsa.root)],
    }
    return json.dumps(document, indent=1).encode()


def _log(host: str, key: PublicKey, details: str, key_id: bytes) -> dict[str, Any]:
    return {
        "baseUrl": f"https://{host}",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": b64(public(key)), "keyDetails": details, "validFor": _since(BEGINS)},
        "logId": {"keyId": b64(key_id)},
    }


def _authority(name: str, *chain: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": {"organization": ORGANIZATION, "commonName": name},
        "uri": f"https://{name}.sigstore.example",
        "certChain": {"certificates": [{"rawBytes": b64(c.public_bytes(Encoding.DER))} for c in chain]},
        "validFor": _since(BEGINS),
    }


def _since(at: datetime) -> dict[str, str]:
    return {"start": at.isoformat().replace("+00:00", "Z")}
