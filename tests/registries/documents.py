"""What registries answer, written by hand after their documented shapes, for an example registry."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from verifier.model import Artifact, Line, Version
from verifier.registries.base import Page

NPM = "https://registry.example"
PYPI = "https://registry.example/simple/"
READ_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCOPED = Artifact("pkg:npm/%40alice/widget")
SAMPLE = Artifact("pkg:pypi/sample-project")

SHA1 = "0f" * 20
SHA256 = "ab" * 32
SHA512 = "cd" * 64
INTEGRITY = "sha512-" + base64.b64encode(bytes.fromhex(SHA512)).decode()

COMMIT = "1234567890abcdef1234567890abcdef12345678"
PUBLISH_RECEIPT = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"
SLSA_V1 = "https://slsa.dev/provenance/v1"
SLSA_V02 = "https://slsa.dev/provenance/v0.2"


def page(document: object, **headers: str) -> Page:
    """An answer with this document."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Page("https://registry.example/asked", 200, body, headers)


def manifest(number: str, **changes: Any) -> dict[str, Any]:
    """One version as npm shows it, published by a person."""
    return {
        "name": SCOPED.name,
        "version": number,
        "dist": {
            "tarball": f"https://registry.example/@alice/widget/-/widget-{number}.tgz",
            "shasum": SHA1,
            "integrity": INTEGRITY,
            "fileCount": 3,
        },
        "_npmUser": {"name": "alice", "email": "alice@users.example"},
        "gitHead": COMMIT,
        **changes,
    }


def packument(versions: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A package's full document; every version was published at noon of its own day."""
    days = {number: f"2026-02-{day:02d}T12:00:00.000Z" for day, number in enumerate(list(versions)[:28], 1)}
    return {
        "_id": SCOPED.name,
        "name": SCOPED.name,
        "dist-tags": {"latest": next(iter(versions), "0.0.0")},
        "versions": versions,
        "time": {"created": "2026-02-01T12:00:00.000Z", "modified": "2026-02-28T12:00:00.000Z", **days},
        "repository": {"type": "git", "url": "git+https://github.com/alice/widget.git"},
        **changes,
    }


def file(filename: str, **changes: Any) -> dict[str, Any]:
    """One file as a Python index shows it."""
    return {
        "filename": filename,
        "url": f"https://registry.example/files/{filename}",
        "hashes": {"sha256": SHA256},
        "size": 1024,
        "upload-time": "2026-02-01T12:00:00.123456Z",
        "yanked": False,
        "provenance": None,
        **changes,
    }


def project(*files: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A project's page."""
    return {
        "meta": {"api-version": "1.4", "_last-serial": 7},
        "name": "sample-project",
        "project-status": {"status": "active"},
        "versions": [],
        "files": list(files),
        **changes,
    }


def version(artifact: Artifact = SCOPED, number: str = "1.0.0", **changes: Any) -> Version:
    """A version whose evidence is asked for."""
    return Version(artifact, number, Line("release", 1), (1,), READ_AT, **changes)


def predicate(**changes: Any) -> dict[str, Any]:
    """SLSA v1 as npm writes it for run 42, attempt 2, of alice/widget."""
    workflow = {"ref": "refs/tags/v1.0.0", "repository": "https://github.com/alice/widget", "path": WORKFLOW}
    return {
        "buildDefinition": {
            "buildType": "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
            "externalParameters": {"workflow": {**workflow, **changes.pop("workflow", {})}},
            "internalParameters": {
                "github": {"event_name": "push", "repository_id": "7", "repository_owner_id": "70"}
                if "github" not in changes
                else changes.pop("github")
            },
            "resolvedDependencies": [
                {
                    "uri": "git+https://github.com/alice/widget@refs/tags/v1.0.0",
                    "digest": {"gitCommit": COMMIT},
                }
            ],
        },
        "runDetails": {
            "builder": {"id": "https://github.com/actions/runner/github-hosted"},
            "metadata": {"invocationId": changes.pop("invocation", RUN_ADDRESS)},
        },
    }


WORKFLOW = ".github/workflows/publish.yml"
RUN_ADDRESS = "https://github.com/alice/widget/actions/runs/42/attempts/2"

OLD_PREDICATE = {
    "buildType": "https://github.com/npm/cli/gha/v2",
    "invocation": {
        "configSource": {
            "uri": "git+https://github.com/alice/widget@refs/tags/v1.0.0",
            "digest": {"sha1": COMMIT},
            "entryPoint": WORKFLOW,
        },
        "environment": {
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_REF": "refs/tags/v1.0.0",
            "GITHUB_REPOSITORY": "alice/widget",
            "GITHUB_REPOSITORY_ID": "7",
            "GITHUB_REPOSITORY_OWNER_ID": "70",
            "GITHUB_RUN_ATTEMPT": "2",
            "GITHUB_RUN_ID": "42",
            "GITHUB_WORKFLOW_REF": f"alice/widget/{WORKFLOW}@refs/tags/v1.0.0",
        },
    },
}


def statement(predicate: object, predicate_type: str = SLSA_V1, subject: object = None) -> str:
    """An in-toto statement in Base64."""
    if subject is None:
        subject = [{"name": "pkg:npm/%40alice/widget@1.0.0", "digest": {"sha512": SHA512}}]
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": predicate_type,
        "predicate": predicate,
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def npm_attestation(
    predicate: object, predicate_type: str = SLSA_V1, certificate: bytes | None = None, **changes: Any
) -> dict[str, Any]:
    """One entry of npm's attestations."""
    material: dict[str, Any] = {"tlogEntries": []}
    if certificate is not None:
        material["certificate"] = {"rawBytes": base64.b64encode(certificate).decode()}
    payload = changes.pop("payload", None) or statement(predicate, predicate_type)
    return {
        "predicateType": predicate_type,
        "bundle": {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": material,
            "dsseEnvelope": {
                "payload": payload,
                "payloadType": "application/vnd.in-toto+json",
                "signatures": [{"sig": "", "keyid": ""}],
            },
        },
        **changes,
    }


def pypi_provenance(certificate: bytes | None, **publisher: Any) -> dict[str, Any]:
    """A PEP 740 provenance object with one attestation."""
    subject = [{"name": "sample_project-1.0-py3-none-any.whl", "digest": {"sha256": SHA256}}]
    material = {} if certificate is None else {"certificate": base64.b64encode(certificate).decode()}
    said = {"kind": "GitHub", "repository": "alice/widget", "workflow": "publish.yml", "environment": None}
    return {
        "version": 1,
        "attestation_bundles": [
            {
                "publisher": {**said, **publisher},
                "attestations": [
                    {
                        "version": 1,
                        "verification_material": {"transparency_entries": [], **material},
                        "envelope": {
                            "statement": statement(None, "https://registry.example/attestations/publish/v1", subject),
                            "signature": "",
                        },
                    }
                ],
            }
        ],
    }


GITHUB_CLAIMS = {
    8: "https://token.actions.githubusercontent.com",
    12: "https://github.com/alice/widget",
    13: COMMIT,
    14: "refs/tags/v1.0.0",
    15: "7",
    17: "70",
    18: f"https://github.com/alice/widget/{WORKFLOW}@refs/tags/v1.0.0",
    20: "push",
    21: RUN_ADDRESS,
}


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(claims: Mapping[int, str]) -> bytes:
    """A certificate with Fulcio's extensions, signed by nobody of note."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "example")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(7)
        .not_valid_before(READ_AT)
        .not_valid_after(READ_AT + timedelta(minutes=10))
    )
    for last, value in claims.items():
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{last}")
        raw = value.encode() if last < 7 else asn1.encode_der(value)
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, raw), critical=False)
    return builder.sign(_key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
