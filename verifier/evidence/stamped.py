"""Bundles of an instance that keeps no log: GitHub's own, for private repositories and releases.

Their time is a timestamp authority's alone; there is no log to be missing from, so they count only under a root that
knows no log at all.
"""

from __future__ import annotations

import json

from cryptography.x509 import ExtendedKeyUsage, KeyUsage
from cryptography.x509.oid import ExtendedKeyUsageOID
from sigstore import dsse
from sigstore.models import TimestampVerificationData

from verifier.document import mapping
from verifier.evidence.answer import Failed
from verifier.evidence.logged import Signed, Verification
from verifier.evidence.root import OneLog
from verifier.evidence.shape import Shape


def verify(shape: Shape, root: OneLog) -> Signed:
    """What was signed, and when. Raises Failed, or whatever the libraries raise when something is wrong.

    Steps 4, 5 and 7 of `verifier.evidence.procedure`; there is no log for 3, 6 and 8.
    """
    certificate = shape.certificate
    if certificate is None:
        raise Failed("it names no certificate")
    envelope = dsse.Envelope._from_json(json.dumps(mapping(shape.document.get("dsseEnvelope"), "dsseEnvelope")))
    written = mapping(shape.material.get("timestampVerificationData") or {}, "timestampVerificationData")
    stamps = TimestampVerificationData.from_json(json.dumps(written)).rfc3161_timestamps
    verification = Verification(root)
    # 4. Every time that is there is a known authority's.
    results = [verification._verify_signed_timestamp(stamp, envelope.signature) for stamp in stamps]
    times = [result for result in results if result is not None]
    if not times or len(times) != len(results):
        raise Failed("its time is not one of a timestamp authority that counted")
    # 5. The chain, at each of them, and what the certificate is for.
    for result in times:
        verification._verify_chain_at_time(certificate, result)
        if not certificate.not_valid_before_utc <= result.time <= certificate.not_valid_after_utc:
            raise Failed("it was signed when its certificate did not count")
    if not certificate.extensions.get_extension_for_class(KeyUsage).value.digital_signature:
        raise Failed("its certificate is not for signatures")
    if ExtendedKeyUsageOID.CODE_SIGNING not in certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value:
        raise Failed("its certificate is not for signing code")
    # 7. The signature.
    payload = dsse._verify(certificate.public_key(), envelope)  # type: ignore[arg-type]  # other keys raise
    return Signed(payload, envelope._inner.payload_type, min(result.time for result in times))
