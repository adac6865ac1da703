"""Bundles of a private Sigstore, good in every way; tests spoil one thing at a time."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pypi_attestations import AttestationType

from sandbox.sigstore import Claims, PrivateSigstore
from sandbox.sigstore.wire import PAYLOAD_TYPE, b64, pre_authentication
from verifier.evidence import Trust
from verifier.evidence.claims import GITHUB_ACTIONS
from verifier.evidence.statement import PROVENANCE

SIGSTORE = PrivateSigstore.make(b"tests of evidence")
ROOT: dict[str, Any] = json.loads(SIGSTORE.trusted_root())
TRUST = Trust.read([SIGSTORE.trusted_root()])
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHA256_HEX, SHA512_HEX, COMMIT = "ab" * 32, "cd" * 64, "c0" * 20
PURL = "pkg:npm/%40alice/widget@1.0.0"
PUBLISH = AttestationType.PYPI_PUBLISH_V1.value
SLSA = "https://slsa.dev/provenance/v1"
CALLED = "https://github.com/octo/shared/.github/workflows/publish.yml@refs/tags/v3"
EXTENSIONS = {
    2: "push",
    3: COMMIT,
    5: "alice/widget",
    6: "refs/tags/v1.0.0",
    9: CALLED,
    10: "d1" * 20,
    11: "github-hosted",
    12: "https://github.com/alice/widget",
    13: COMMIT,
    14: "refs/tags/v1.0.0",
    15: "7",
    16: "https://github.com/alice",
    17: "70",
    18: "https://github.com/alice/widget/.github/workflows/release.yml@refs/tags/v1.0.0",
    19: COMMIT,
    20: "push",
    21: "https://github.com/alice/widget/actions/runs/42/attempts/2",
    22: "public",
}
RUN = Claims(GITHUB_ACTIONS, CALLED, EXTENSIONS)
assert SLSA in PROVENANCE


def claims(changed: dict[int, str] | None = None, without: tuple[int, ...] = (), **fields: str) -> Claims:
    """The run's claims, with some changed or left out."""
    extensions = {n: text for n, text in {**EXTENSIONS, **(changed or {})}.items() if n not in without}
    return Claims(fields.get("issuer", RUN.issuer), fields.get("identity", RUN.identity), extensions)


def predicate() -> dict[str, Any]:
    """SLSA v1 as npm and GitHub write it, agreeing with `RUN`."""
    return {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {
                    "ref": "refs/tags/v1.0.0",
                    "repository": "https://github.com/alice/widget",
                    "path": ".github/workflows/release.yml",
                }
            },
            "internalParameters": {"github": {"event_name": "push", "repository_id": "7", "repository_owner_id": "70"}},
            "resolvedDependencies": [
                {"uri": "git+https://github.com/alice/widget@refs/tags/v1.0.0", "digest": {"gitCommit": COMMIT}}
            ],
        },
        "runDetails": {
            "metadata": {"invocationId": "https://github.com/alice/widget/actions/runs/42/attempts/2"},
        },
    }


def statement(
    subjects: list[dict[str, Any]] | None = None, predicate_type: str = SLSA, said: dict[str, Any] | None = None
) -> bytes:
    """Provenance of one npm version."""
    return json.dumps(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": subjects or [{"name": PURL, "digest": {"sha512": SHA512_HEX}}],
            "predicateType": predicate_type,
            "predicate": predicate() if said is None else said,
        }
    ).encode()


def bundle(payload: bytes | None = None, signer: Claims = RUN, at: datetime = AT, **how: Any) -> dict[str, Any]:
    """A good bundle."""
    return SIGSTORE.sign(payload or statement(), signer, at, **how)


def document(value: object) -> bytes:
    """As it is served."""
    return json.dumps(value).encode()


def pep740(payload: bytes | None = None, signer: Claims = RUN) -> dict[str, Any]:
    """A good attestation of a file on a Python index."""
    subjects = [{"name": "widget-1.0.0.tar.gz", "digest": {"sha256": SHA256_HEX}}]
    made = bundle(payload or statement(subjects, PUBLISH, {}), signer)
    material = made["verificationMaterial"]
    return {
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"]["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {
            "statement": made["dsseEnvelope"]["payload"],
            "signature": made["dsseEnvelope"]["signatures"][0]["sig"],
        },
    }


def unlogged(payload: bytes | None = None) -> dict[str, Any]:
    """A bundle as an instance without a log makes them: a certificate and a stamped time."""
    made = copy.deepcopy(bundle(payload, tsa=True))
    del made["verificationMaterial"]["tlogEntries"]
    return made


def root(**changed: object) -> bytes:
    """The private trust root with some of its parts replaced."""
    return document({**ROOT, **changed})


def unlogged_root() -> bytes:
    """The private trust root of an instance without logs."""
    return document({name: part for name, part in ROOT.items() if name not in ("tlogs", "ctlogs")})


def windowed(part: str, start: str, end: str) -> bytes:
    """The private trust root with every key of one part counting only in that time."""
    changed = copy.deepcopy(ROOT[part])
    for entry in changed:
        entry.get("publicKey", entry)["validFor"] = {"start": start, "end": end}
    return root(**{part: changed})


@dataclass(frozen=True)
class Receipt:
    """What npm signs with its own key, in the shape that the private log takes in."""

    payload: bytes
    signature: bytes
    pem: str

    @property
    def envelope(self) -> dict[str, Any]:
        return {
            "payload": b64(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": b64(self.signature), "keyid": "SHA256:npm"}],
        }


KEY = ec.derive_private_key(4711, ec.SECP256R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
RECEIPT_TYPE = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"


def receipt(kind: str = "intoto", *, proof: bool = True, at: datetime = AT) -> dict[str, Any]:
    """npm's receipt for a version."""
    payload = statement(predicate_type=RECEIPT_TYPE, said={"name": "@alice/widget", "version": "1.0.0"})
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = KEY.sign(pre_authentication(payload), ec.ECDSA(SHA256()))
    signed: Any = Receipt(payload, signature, b64(pem))
    log = SIGSTORE.rekor.intoto if kind == "intoto" else SIGSTORE.rekor.dsse
    return {
        "mediaType": f"application/vnd.dev.sigstore.bundle+json;version={'0.2' if proof else '0.1'}",
        "dsseEnvelope": signed.envelope,
        "verificationMaterial": {
            "publicKey": {"hint": "SHA256:npm"},
            "tlogEntries": [log(signed, at, proof=proof)],
        },
    }


def keys(expires: str | None = None, keyid: str = "SHA256:npm") -> bytes:
    """The keys as an npm registry serves them."""
    entry = {"expires": expires, "keyid": keyid, "keytype": "ecdsa-sha2-nistp256", "key": PUBLIC}
    return document({"keys": [entry]})
