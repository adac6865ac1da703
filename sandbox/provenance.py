"""Provenance as GitHub's runners make it, signed by the sandbox's own Sigstore.

Source: SLSA provenance v1 (slsa.dev/provenance/v1), in-toto statement v1, PEP 740, and Fulcio's certificate extensions
(github.com/sigstore/fulcio, docs/oid-info.md).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sandbox import stable
from sandbox.events import Attested, File
from sandbox.sigstore import Claims, PrivateSigstore
from sandbox.sigstore.private import Kind, Media
from sandbox.sigstore.wire import b64

PREDICATE = "https://slsa.dev/provenance/v1"
BEFORE_UPLOAD = timedelta(seconds=3)
"""How long before its upload a file is signed, if its run lasted until then."""
_GITHUB = "https://github.com"
"""Public registries take provenance of this GitHub only, whatever address the sandbox answers at."""
_ISSUER = "https://token.actions.githubusercontent.com"
_FORMS: dict[str, tuple[Kind, Media, bool]] = {
    "dsse": ("dsse", "v0.3", True),
    "hashedrekord-v2": ("hashedrekord-v2", "v0.3", True),
    "intoto": ("intoto", "v0.2", True),
    "promised": ("intoto", "v0.1", False),
}
"""How npm wrote it: 11, one day perhaps, 10 and older, and in early 2023 without proof of inclusion."""
KINDS = tuple(_FORMS)


@dataclass(frozen=True)
class Signed:
    """A statement's bundle."""

    bundle: dict[str, Any]


@cache
def _sigstore() -> PrivateSigstore:
    """Made at start and never written anywhere; only its trust root is."""
    return PrivateSigstore.make(secrets.token_bytes(32))


def trust_root() -> bytes:
    """The `trusted_root.json` under which everything signed in this process verifies."""
    return _sigstore().trusted_root()


@lru_cache(maxsize=4096)
def sign(subject: str, file: File, attested: Attested, repository: str) -> Signed:
    """Provenance of one file: `subject` is its name there, `repository` the name the repository goes by."""
    url = f"{_GITHUB}/{repository}"
    algorithm, _, digits = (attested.digest or file.digests[-1]).partition(":")
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": subject, "digest": {algorithm: digits}}],
        "predicateType": PREDICATE,
        "predicate": _elsewhere(attested) if attested.issuer else _predicate(attested, url),
    }
    kind, media, proof = _FORMS[attested.kind]
    made = _sigstore().sign(
        json.dumps(statement).encode(), _claims(attested, url), _signed_at(attested, file), kind, media, proof=proof
    )
    if not attested.signed:
        made["dsseEnvelope"]["signatures"] = [{"sig": b64(b"nobody signed this")}]
    return Signed(made)


def bundle(signed: Signed) -> dict[str, Any]:
    """A Sigstore bundle, as npm serves it."""
    return signed.bundle


def attestation(signed: Signed) -> dict[str, Any]:
    """The same as an attestation of PEP 740."""
    material, envelope = signed.bundle["verificationMaterial"], signed.bundle["dsseEnvelope"]
    certificate = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
    return {
        "version": 1,
        "verification_material": {
            "certificate": certificate["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {"statement": envelope["payload"], "signature": envelope["signatures"][0]["sig"]},
    }


def _signed_at(attested: Attested, file: File) -> datetime:
    """Shortly before the upload, but while its run was running: staged files wait, others are attested later."""
    at = attested.signed_at or file.at - BEFORE_UPLOAD
    if attested.signed_at is None and attested.ends is not None:
        at = min(at, attested.ends - BEFORE_UPLOAD)
    if attested.signed_at is None and attested.starts is not None:
        at = max(at, attested.starts)
    return at


def _predicate(attested: Attested, url: str) -> dict[str, Any]:
    return {
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
            "builder": {"id": f"https://github.com/actions/runner/{attested.runner}"},
            "metadata": {"invocationId": f"{url}/actions/runs/{attested.run}/attempts/{attested.attempt}"},
        },
    }


def _elsewhere(attested: Attested) -> dict[str, Any]:
    """What another CI system would say, as far as anybody looks."""
    return {
        "buildDefinition": {"buildType": f"{attested.issuer}/build", "externalParameters": {}},
        "runDetails": {"builder": {"id": attested.issuer}},
    }


def _claims(attested: Attested, url: str) -> Claims:
    """What the token of the job said: the *called* workflow signs (9, 10), the calling one is named beside it (18).

    Other issuers number their projects too (15, 17): such a number is nothing that GitHub knows.
    """
    ids = {13: attested.sha, 14: attested.ref, 15: str(attested.repository_id), 17: str(attested.owner_id)}
    if attested.issuer:
        return Claims(attested.issuer, attested.identity, {9: attested.identity, **ids})
    caller = f"{url}/{attested.workflow}@{attested.ref}"
    signer = f"{_GITHUB}/{attested.called}" if attested.called else caller
    return Claims(
        _ISSUER,
        signer,
        {
            **ids,
            2: attested.event,
            3: attested.sha,
            4: attested.workflow.rsplit("/", 1)[-1].partition(".")[0],
            5: url.removeprefix(f"{_GITHUB}/"),
            6: attested.ref,
            9: signer,
            10: stable.sha(attested.called) if attested.called else attested.sha,
            11: attested.runner,
            12: url,
            16: url.rsplit("/", 1)[0],
            18: caller,
            19: attested.sha,
            20: attested.event,
            21: f"{url}/actions/runs/{attested.run}/attempts/{attested.attempt}",
            22: "public",
        },
    )
