"""Bundles that a certificate signed and a transparency log holds, verified by sigstore's own Verifier.

Added to it: log entries of kind intoto/0.0.2 (npm until version 10, slsa-github-generator), the time in which each key
counted, and that the log's signed size is the proof's. Entries of dsse/0.0.1 are held against the envelope by the same
few lines as those, which costs less than the library's models.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sigstore import dsse
from sigstore._internal.timestamp import TimestampSource, TimestampVerificationResult
from sigstore.errors import VerificationError
from sigstore.hashes import Hashed
from sigstore.models import Bundle
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm

from verifier.evidence import entry
from verifier.evidence.answer import CannotVerify, Failed
from verifier.evidence.root import OneLog
from verifier.evidence.shape import Shape, opened


@dataclass(frozen=True)
class Signed:
    """What a verified signature covers."""

    payload: bytes | None
    """The envelope's content; None where an artifact's bytes were signed."""
    payload_type: str
    signed_at: datetime
    """The earliest verified time."""


def verify(shape: Shape, root: OneLog) -> Signed:
    """What was signed, and when. Raises Failed, CannotVerify, or whatever the libraries raise.

    Steps 3 to 8 of `verifier.evidence.procedure`.
    """
    if shape.entry is None or shape.entry.kind not in entry.KINDS:
        raise CannotVerify("its log entry is of a kind that does not bind what would have to be checked")
    bundle = opened(shape)
    verification = Verification(root)
    if bundle._inner.dsse_envelope is None:
        verification.verify_artifact(_digest(bundle), bundle, Anyone())
        return Signed(None, "", min(verification.times))
    kind, payload = verification.verify_dsse(bundle, Anyone())
    return Signed(payload, kind, min(verification.times))


class Anyone:
    """Whoever signed: the certificate says who that is, and others decide whether it is the publisher."""

    def verify(self, cert: x509.Certificate) -> None:
        """Every certificate will do."""


class Verification(Verifier):
    """One bundle's verification. `times` are the verified ones, afterwards."""

    def __init__(self, root: OneLog) -> None:
        # Not the library's own, which makes a client of the log: nothing is asked here.
        self._trusted_root = root
        self._fulcio_certificate_chain = []
        self.root = root
        self.times: list[datetime] = []

    def _establish_time(self, bundle: Bundle) -> list[TimestampVerificationResult]:
        # 4. The times: the log's, covered by its promise, and the timestamp authorities'.
        stamped = bundle.verification_material.timestamp_verification_data is not None
        if stamped and not self.root.get_timestamp_authorities():
            raise CannotVerify("the trust root knows no timestamp authority")
        if _kind(bundle) == entry.INTOTO:
            results = (self._verify_timestamp_authority(bundle) if stamped else []) + _logged(bundle)
        else:
            results = super()._establish_time(bundle)
        self.times = [result.time for result in results]
        # 3. The log's key counted at each of them.
        if not all(any(window.holds(at) for window in self.root.windows) for at in self.times):
            raise Failed("it was signed when its log's key did not count")
        return results

    def _verify_chain_at_time(
        self, certificate: x509.Certificate, timestamp_result: TimestampVerificationResult
    ) -> list[x509.Certificate]:
        # 5. The chain, to authorities that counted then.
        self._fulcio_certificate_chain = self.root.authorities_at(timestamp_result.time)
        if not self._fulcio_certificate_chain:
            raise Failed("it was signed when no authority counted")
        return super()._verify_chain_at_time(certificate, timestamp_result)

    def _verify_common_signing_cert(self, bundle: Bundle, policy: policy.VerificationPolicy) -> None:
        # 5. The certificate's own log: it is known, and its key counted.
        window = self.root.certificate_logs.get(_certificate_log(bundle.signing_certificate))
        if window is None:
            raise CannotVerify("the trust root does not know the log of its certificate; is it too old?")
        super()._verify_common_signing_cert(bundle, policy)
        if not all(window.holds(at) for at in self.times):
            raise Failed("it was signed when the key of its certificate's log did not count")
        # 6. Beside the proof itself: where the entry stands in its log.
        entry.stands_where_it_says(bundle.log_entry)

    def verify_dsse(self, bundle: Bundle, policy: policy.VerificationPolicy) -> tuple[str, bytes]:
        """Type and content of the envelope."""
        if _kind(bundle) not in (entry.INTOTO, entry.DSSE):
            return super().verify_dsse(bundle, policy)
        self._verify_common_signing_cert(bundle, policy)
        envelope = bundle._dsse_envelope
        if envelope is None:
            raise Failed("its log entry is of an envelope, and it has none")
        # 7. The signature.
        certificate = bundle.signing_certificate
        dsse._verify(certificate.public_key(), envelope)  # type: ignore[arg-type]  # other keys raise
        # 8. The log's entry is of this envelope and of this certificate.
        entry.is_of(bundle.log_entry, envelope, certificate.public_bytes(Encoding.PEM))
        return envelope._inner.payload_type, envelope._inner.payload


def _kind(bundle: Bundle) -> str:
    named = bundle.log_entry._inner.kind_version
    return f"{named.kind}/{named.version}"


def _logged(bundle: Bundle) -> list[TimestampVerificationResult]:
    """The time the log gives, where its promise covers it; the promise itself is verified with the entry."""
    inner = bundle.log_entry._inner
    if not inner.integrated_time or not inner.inclusion_promise:
        return []
    at = datetime.fromtimestamp(inner.integrated_time, tz=UTC)
    return [TimestampVerificationResult(source=TimestampSource.TRANSPARENCY_SERVICE, time=at)]


def _certificate_log(certificate: x509.Certificate) -> bytes:
    """The id of the log that vouches for the certificate."""
    try:
        vouched = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    except x509.ExtensionNotFound:
        raise Failed("no log vouches for its certificate") from None
    if len(vouched) != 1:
        raise Failed(f"{len(vouched)} logs vouch for its certificate where one belongs")
    return bytes(vouched[0].log_id)


def _digest(bundle: Bundle) -> Hashed:
    """The digest of the artifact that was signed: the bundle's word, which the signature and the log's entry cover."""
    signature = bundle._inner.message_signature
    if signature is None or signature.message_digest is None:
        raise CannotVerify("it does not name the digest of what it signs; it needs the artifact itself")
    if signature.message_digest.algorithm is not HashAlgorithm.SHA2_256:
        raise VerificationError("its digest is of another algorithm than its signature")
    return Hashed(digest=signature.message_digest.digest, algorithm=HashAlgorithm.SHA2_256)
