"""The certificate authority: short certificates for whoever shows an identity token, as Fulcio gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.sigstore.claims import Claims
from sandbox.sigstore.ct import CtLog
from sandbox.sigstore.keys import Seed, public

ORGANIZATION = "sigstore.example"
BEGINS = datetime(2015, 1, 1, tzinfo=UTC)
ENDS = datetime(2045, 1, 1, tzinfo=UTC)
"""Every scenario lies between these two."""
LIFETIME = timedelta(minutes=10)

_LEAF_USAGE = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
_CA_USAGE = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


def named(common_name: str) -> x509.Name:
    """A name of this Sigstore."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def begun(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name, issuer_key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    """A certificate that is valid as long as this Sigstore; its serial number follows from its key."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(int.from_bytes(x509.SubjectKeyIdentifier.from_public_key(key).digest[:16], "big") | 1)
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def self_signed(subject: x509.Name, key: ec.EllipticCurvePrivateKey, path_length: int) -> x509.Certificate:
    """A root; the same one whenever it is made of the same key."""
    return _as_ca(begun(subject, key.public_key(), subject, key.public_key()), path_length).sign(
        key, SHA384(), ecdsa_deterministic=True
    )


def _as_ca(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(_CA_USAGE, critical=True).add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    )


class Authority:
    """A root and an intermediate, which signs."""

    def __init__(self, seed: Seed) -> None:
        root_key, self._key = seed.p384("root"), seed.p384("intermediate")
        self.root = self_signed(named("root"), root_key, path_length=1)
        self.intermediate = (
            _as_ca(begun(named("intermediate"), self._key.public_key(), named("root"), root_key.public_key()), 0)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .sign(root_key, SHA384(), ecdsa_deterministic=True)
        )

    def issue(self, key: ec.EllipticCurvePublicKey, claims: Claims, at: datetime, ct: CtLog | None) -> x509.Certificate:
        """A certificate for ten minutes, with the log's promise in it; without one where there is no log.

        The promise covers the certificate without it: it is signed once to get at those bytes, and again with it.
        """
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.intermediate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at)
            .not_valid_after(at + LIFETIME)
            .add_extension(_LEAF_USAGE, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(claims.identity)]), critical=True
            )
        )
        for extension in claims.written():
            builder = builder.add_extension(extension, critical=False)
        certificate = builder.sign(self._key, SHA384())
        if ct is None:
            return certificate
        promise = ct.promise(certificate.tbs_certificate_bytes, public(self._key.public_key()), at)
        return builder.add_extension(promise, critical=False).sign(self._key, SHA384())
