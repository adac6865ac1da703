"""Provenance as GitHub's runners make it, signed by nobody: real in its structure, worthless as proof.

The certificate carries what Fulcio would have written into it, under a key that is thrown away.
Source: SLSA provenance v1 (slsa.dev/provenance/v1), in-toto statement v1, Sigstore bundle v0.3, and Fulcio's
certificate extensions (github.com/sigstore/fulcio, docs/oid-info.md).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sandbox import stable
from sandbox.events import Attested, File

PREDICATE = "https://slsa.dev/provenance/v1"
_GITHUB = "https://github.com"
"""Public registries take provenance of this GitHub only, whatever address the sandbox answers at."""
_ISSUER = "https://token.actions.githubusercontent.com"
_FULCIO = "1.3.6.1.4.1.57264.1."


@dataclass(frozen=True)
class Signed:
    """A statement and the certificate it is said to be signed under; both as raw bytes."""

    statement: bytes
    certificate: bytes
    signature: bytes = b"nobody signed this"


@lru_cache(maxsize=4096)
def sign(subject: str, file: File, attested: Attested, repository: str) -> Signed:
    """Provenance of one file: `subject` is its name there, `repository` the name the repository goes by."""
    algorithm, _, digits = (attested.digest or file.digests[-1]).partition(":")
    url = f"{_GITHUB}/{repository}"
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": subject, "digest": {algorithm: digits}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
                "externalParameters": {"workflow": {"ref": attested.ref, "repository": url, "path": attested.workflow}},
                "internalParameters": {
                    "github": {
                        "event_name": attested.event,
                        "repository_id": str(attested.repository_id),
                        "repository_owner_id": str(attested.owner_id),
                    }
                },
                "resolvedDependencies": [{"uri": f"git+{url}@{attested.ref}", "digest": {"gitCommit": attested.sha}}],
            },
            "runDetails": {
                "builder": {"id": "https://github.com/actions/runner/github-hosted"},
                "metadata": {"invocationId": f"{url}/actions/runs/{attested.run}/attempts/{attested.attempt}"},
            },
        },
    }
    return Signed(json.dumps(statement).encode(), _certificate(attested, url, file.at))


def bundle(signed: Signed) -> dict[str, Any]:
    """A Sigstore bundle, as npm serves it."""
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"certificate": {"rawBytes": _b64(signed.certificate)}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": _b64(signed.statement),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": _b64(signed.signature), "keyid": ""}],
        },
    }


def attestation(signed: Signed) -> dict[str, Any]:
    """An attestation as PEP 740 writes it."""
    return {
        "version": 1,
        "verification_material": {"certificate": _b64(signed.certificate), "transparency_entries": []},
        "envelope": {"statement": _b64(signed.statement), "signature": _b64(signed.signature)},
    }


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(attested: Attested, url: str, at: datetime) -> bytes:
    workflow = f"{url}/{attested.workflow}@{attested.ref}"
    claims = {
        8: _ISSUER,
        9: workflow,
        10: attested.sha,
        11: "github-hosted",
        12: url,
        13: attested.sha,
        14: attested.ref,
        15: str(attested.repository_id),
        16: url.rsplit("/", 1)[0],
        17: str(attested.owner_id),
        18: workflow,
        19: attested.sha,
        20: attested.event,
        21: f"{url}/actions/runs/{attested.run}/attempts/{attested.attempt}",
        22: "public",
    }
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sandbox: signed by nobody")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(stable.number(attested))
        .not_valid_before(at - timedelta(minutes=1))
        .not_valid_after(at + timedelta(minutes=9))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(workflow)]), critical=True)
    )
    for number, value in claims.items():
        oid = x509.ObjectIdentifier(f"{_FULCIO}{number}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, _utf8(value)), critical=False)
    return builder.sign(_key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _utf8(text: str) -> bytes:
    """DER UTF8String (X.690, 8.1.3)."""
    data = text.encode()
    if len(data) < 128:
        return bytes((0x0C, len(data))) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes((0x0C, 0x80 | len(size))) + size + data
