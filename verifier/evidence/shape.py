"""The outer shape of an attestation: whether it is one, how it is signed, where it is logged. Nothing is verified here.

Source: github.com/sigstore/protobuf-specs, bundle v0.1 to v0.3; PEP 740.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from cryptography import x509
from pypi_attestations import Attestation as Pep740
from sigstore._utils import cert_is_root_ca
from sigstore.models import Bundle, TransparencyLogEntry
from sigstore_models.rekor.v1 import TransparencyLogEntry as Entry

from verifier.document import Malformed, decoded, items, mapping, strict, text
from verifier.evidence import cosign
from verifier.evidence.answer import CannotVerify, Failed
from verifier.evidence.entry import Promised
from verifier.model import Form

LONGEST = 8 * 1024 * 1024
"""The largest attestation we read, in bytes."""

_VALUES = 2000
"""An honest one has fewer than 300. The library's model lists all that is wrong, which takes it seconds for more."""
_TIMESTAMPS = 32
_CERTIFICATES = 16
_HASHES = 64
"""A log of 2**64 entries has proofs of 64 hashes."""
_INDEX = re.compile(r"[0-9]{1,20}")
_CHECKPOINT = 64 * 1024
_CERTIFICATE = 64 * 1024
_KNOWN = {known.value for known in Bundle.BundleType}
_FIRST = Bundle.BundleType.BUNDLE_0_1.value
_NO_PROOF = {"logIndex": "0", "rootHash": "", "treeSize": "1", "hashes": [], "checkpoint": {"envelope": ""}}
"""In the place of a proof that is not there, for the model that requires one. No verification accepts it."""


@dataclass(frozen=True)
class Logged:
    """Where an attestation says that it is logged."""

    log_id: bytes
    index: str
    """The position; what its promise covers, or else what its proof shows."""
    kind: str
    """The kind and version of the entry."""
    promised: bool
    """There is a promise and no proof, in the one version of the format that allows it."""

    def __str__(self) -> str:
        return f"{self.log_id.hex()}:{self.index}"


@dataclass(frozen=True)
class Shape:
    """One attestation, taken apart so far that it is clear how to verify it."""

    form: Form
    text: bytes
    """Its JSON. No object in it has two equal keys, so that every reader reads the same."""
    document: dict[str, object]
    material: dict[str, object]
    entry: Logged | None
    """None where no log holds it."""
    certificate: x509.Certificate | None
    """The signer's; None where a key signed."""
    key: str = ""
    """The name of the key that signed; empty where a certificate did."""

    @property
    def promised(self) -> bool:
        """Its log only promised to take it in."""
        return self.entry is not None and self.entry.promised


def read(document: bytes, form: Form) -> Shape:
    """The shape of an attestation. Raises Malformed when it has none, CannotVerify when it is of an unknown kind."""
    value = mapping(strict(document, LONGEST, _VALUES), "the document")
    if form is Form.PEP740:
        material = mapping(value.get("verification_material"), "verification_material")
        entry = _entry(material.get("transparency_entries"), "transparency_entries", "")
        return Shape(form, document, value, material, entry, _certificate(material.get("certificate")))
    if "layer" in value:
        value = cosign.bundle(mapping(value["layer"], "layer"), mapping(value.get("envelope"), "envelope"))
        document = json.dumps(value).encode()
    media_type = text(value.get("mediaType"), "mediaType")
    if media_type not in _KNOWN:
        raise CannotVerify("it is of a media type that is not read here")
    material = mapping(value.get("verificationMaterial"), "verificationMaterial")
    stamps = mapping(material.get("timestampVerificationData") or {}, "timestampVerificationData")
    items(stamps.get("rfc3161Timestamps") or [], "rfc3161Timestamps", _TIMESTAMPS)
    entry = _entry(material.get("tlogEntries"), "tlogEntries", media_type)
    key = mapping(material.get("publicKey") or {}, "publicKey").get("hint")
    if key is not None:
        return Shape(form, document, value, material, entry, None, text(key, "publicKey.hint"))
    signing, *beside = _certificates(material)
    # The format forbids a root among them. Until May 2023 npm's clients wrote one around their statements, where it is
    # passed over, as every certificate is that the trust root does not hold.
    if value.get("messageSignature") is not None and any(cert_is_root_ca(one) for one in beside):
        raise Failed("it brings its own root certificate")
    return Shape(form, document, value, material, entry, signing)


def opened(shape: Shape) -> Bundle:
    """The attestation as the library's bundle. Raises whatever the library does when it is not one."""
    if shape.form is Form.PEP740:
        bundle = Pep740.model_validate_json(shape.text).to_bundle()
    elif shape.promised or "x509CertificateChain" in shape.material:
        bundle = Bundle.from_json(json.dumps({**shape.document, "verificationMaterial": _plain(shape)}))
    else:
        bundle = Bundle.from_json(shape.text)
    if shape.promised:
        bundle._log_entry = Promised(bundle.log_entry._inner)
    if shape.certificate is None or shape.certificate != bundle.signing_certificate:
        raise Failed("it names two signers")
    bundle._signing_certificate = shape.certificate  # its extensions are parsed once for each object
    return bundle


def _plain(shape: Shape) -> dict[str, object]:
    """The material with the signer's certificate alone, and something in the place of a proof that is not there."""
    chain = mapping(shape.material.get("x509CertificateChain") or {}, "x509CertificateChain").get("certificates")
    alone = {"x509CertificateChain": {"certificates": chain[:1]}} if isinstance(chain, list) else {}
    return {**shape.material, **alone, "tlogEntries": [_with_proof(shape)]}


def logged(shape: Shape) -> TransparencyLogEntry:
    """Its log entry as the library's. Raises whatever the library does when it is not one."""
    inner = Entry.from_json(json.dumps(_with_proof(shape)))
    return Promised(inner) if shape.promised else TransparencyLogEntry(inner)


def _with_proof(shape: Shape) -> dict[str, object]:
    """The log entry, with something in the place of a proof where it is only promised."""
    (entry,) = items(shape.material["tlogEntries"], "tlogEntries", 1)
    written = mapping(entry, "tlogEntries[0]")
    return {**written, "inclusionProof": _NO_PROOF} if shape.promised else written


def _entry(value: object, where: str, media_type: str) -> Logged | None:
    """The one log entry; None where there is none."""
    entries = items([] if value is None else value, where, 1)
    if not entries:
        return None
    entry = mapping(entries[0], f"{where}[0]")
    proof = mapping(entry.get("inclusionProof") or {}, "inclusionProof")
    items(proof.get("hashes") or [], "inclusionProof.hashes", _HASHES)
    checkpoint = mapping(proof.get("checkpoint") or {}, "inclusionProof.checkpoint").get("envelope")
    if isinstance(checkpoint, str) and len(checkpoint) > _CHECKPOINT:
        raise Malformed("inclusionProof.checkpoint is too long")
    kind = mapping(entry.get("kindVersion"), "kindVersion")
    return Logged(
        decoded(mapping(entry.get("logId"), "logId").get("keyId"), "logId.keyId", 128),
        _index(entry.get("logIndex")),
        f"{text(kind.get('kind'), 'kind', 40)}/{text(kind.get('version'), 'version', 40)}",
        promised=checkpoint is None and bool(entry.get("inclusionPromise")) and media_type == _FIRST,
    )


def _index(value: object) -> str:
    """One spelling for one position."""
    if not isinstance(value, str) or not _INDEX.fullmatch(value):
        raise Malformed("logIndex is not a position")
    return str(int(value))


def _certificates(material: dict[str, object]) -> list[x509.Certificate]:
    """The signer's certificate and those beside it; they stand in one of two places, by the bundle's version."""
    found, chain = material.get("certificate"), material.get("x509CertificateChain")
    if found is not None:
        return [_certificate(mapping(found, "certificate").get("rawBytes"))]
    written = mapping(chain or {}, "x509CertificateChain").get("certificates")
    certificates = items(written or [], "certificates", _CERTIFICATES)
    if not certificates:
        raise Malformed("it names neither a certificate nor a key")
    return [_certificate(mapping(one, "certificates").get("rawBytes")) for one in certificates]


def _certificate(value: object) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(decoded(value, "the certificate", _CERTIFICATE))
    except Malformed:
        raise
    except Exception as error:  # the parser has many ways to refuse
        raise Malformed("its certificate is not one") from error
