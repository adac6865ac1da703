"""Sigstore bundles around in-toto statements, as registries serve them. Signatures are NOT checked here.

Source: github.com/sigstore/protobuf-specs, bundle v0.1 to v0.3; github.com/secure-systems-lab/dsse.
"""

from __future__ import annotations

from verifier.registries import certificate, statement
from verifier.registries.claims import Claims
from verifier.registries.document import Malformed, decoded, items, mapping
from verifier.registries.statement import Statement

_PAYLOAD_TYPE = "application/vnd.in-toto+json"


def read(value: object) -> tuple[Statement, Claims | None]:
    """The statement inside, and the claims of the certificate that signed it; None when it was signed with a key.

    Raises Malformed.
    """
    bundle = mapping(value, "bundle")
    envelope = mapping(bundle.get("dsseEnvelope"), "bundle.dsseEnvelope")
    if envelope.get("payloadType") != _PAYLOAD_TYPE:
        raise Malformed("bundle.dsseEnvelope.payloadType is not that of an in-toto statement")
    return statement.read(envelope.get("payload"), "bundle.dsseEnvelope.payload"), _signer(bundle)


def _signer(bundle: dict[str, object]) -> Claims | None:
    """The certificate stands in one of two places, by the bundle's version."""
    where = "bundle.verificationMaterial"
    material = mapping(bundle.get("verificationMaterial", {}), where)
    found, chain = material.get("certificate"), material.get("x509CertificateChain")
    if found is None and chain is not None:
        certificates = items(mapping(chain, f"{where}.x509CertificateChain").get("certificates"), "certificates", 16)
        found = certificates[0] if certificates else {}
    if found is None:
        return None
    raw = mapping(found, f"{where}.certificate").get("rawBytes")
    return certificate.read(decoded(raw, f"{where}.certificate.rawBytes", certificate.LONGEST), "the certificate")
