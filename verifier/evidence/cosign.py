"""Attestations as cosign stored them beside images before bundles: a manifest's layer, and the envelope it points at.

Source: github.com/sigstore/cosign, specs/SIGNATURE_SPEC.md. The log's promise stands in an annotation; there is no
proof of inclusion, so these are never more than promised.
"""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from verifier.document import Malformed, mapping, strict

_ANNOTATION = "dev.sigstore.cosign/"
_LONGEST = 1024 * 1024
_FIRST = "application/vnd.dev.sigstore.bundle+json;version=0.1"


def bundle(layer: dict[str, object], envelope: dict[str, object]) -> dict[str, object]:
    """The same as a bundle of the first version. Raises Malformed."""
    annotations = mapping(layer.get("annotations"), "layer.annotations")
    promise = mapping(strict(_annotation(annotations, "bundle"), _LONGEST), "the log's promise")
    logged = mapping(promise.get("Payload"), "the log's promise.Payload")
    body = logged.get("body")
    return {
        "mediaType": _FIRST,
        "dsseEnvelope": envelope,
        "verificationMaterial": {
            "x509CertificateChain": {"certificates": [{"rawBytes": _certificate(annotations)}]},
            "tlogEntries": [
                {
                    "logIndex": str(logged.get("logIndex")),
                    "logId": {"keyId": _log_id(logged.get("logID"))},
                    "kindVersion": _kind(body),
                    "integratedTime": str(logged.get("integratedTime")),
                    "inclusionPromise": {"signedEntryTimestamp": promise.get("SignedEntryTimestamp")},
                    "canonicalizedBody": body,
                }
            ],
        },
    }


def _annotation(annotations: dict[str, object], name: str) -> bytes:
    value = annotations.get(f"{_ANNOTATION}{name}")
    if not isinstance(value, str):
        raise Malformed(f"the layer has no annotation {_ANNOTATION}{name}")
    return value.encode(errors="replace")


def _certificate(annotations: dict[str, object]) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(_annotation(annotations, "certificate"))
    except ValueError as error:
        raise Malformed("the annotation's certificate is none") from error
    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def _log_id(value: object) -> str:
    try:
        return base64.b64encode(bytes.fromhex(str(value))).decode()
    except ValueError as error:
        raise Malformed("the log's id is not hexadecimal") from error


def _kind(body: object) -> dict[str, object]:
    """What kind of entry it is; a bundle says so beside the body, here only the body does."""
    try:
        entry = mapping(strict(base64.b64decode(str(body), validate=True), _LONGEST), "the log's entry")
    except ValueError as error:
        raise Malformed("the log's entry cannot be read") from error
    return {"kind": entry.get("kind"), "version": entry.get("apiVersion")}
