"""A timestamp authority: it signs that it saw some bytes at a time. Source: RFC 3161, RFC 5652, RFC 5035."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from sandbox.sigstore.ca import begun, named, self_signed
from sandbox.sigstore.keys import Seed
from sandbox.sigstore.wire import sha256

_TST_INFO = x509.ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
_SIGNED_DATA = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = x509.ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
_POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.57264.2")


@asn1.sequence
class _Algorithm:
    algorithm: x509.ObjectIdentifier


_SHA256 = _Algorithm(algorithm=x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256 = _Algorithm(algorithm=x509.ObjectIdentifier("1.2.840.10045.4.3.2"))


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    digest: bytes


@asn1.sequence
class _TstInfo:
    version: int
    policy: x509.ObjectIdentifier
    imprint: _Imprint
    serial: int
    at: asn1.GeneralizedTime


@asn1.sequence
class _Content:
    type: x509.ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class _Attribute:
    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _CertificateId:
    hash: bytes


@asn1.sequence
class _SigningCertificate:
    ids: list[_CertificateId]


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Signer:
    version: int
    id: _IssuerAndSerial
    digest: _Algorithm
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Token:
    type: x509.ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _Status:
    status: int


@asn1.sequence
class _Response:
    status: _Status
    token: _Token


class Timestamps:
    """The authority: a root, the certificate that signs, and its key."""

    def __init__(self, seed: Seed) -> None:
        root_key, self._key = seed.p384("timestamp root"), seed.p256("timestamps")
        self.root = self_signed(named("timestamp root"), root_key, path_length=0)
        self.certificate = (
            begun(named("timestamps"), self._key.public_key(), self.root.subject, root_key.public_key())
            .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(root_key, SHA384(), ecdsa_deterministic=True)
        )

    def stamp(self, data: bytes, at: datetime) -> bytes:
        """A timestamp response (DER) for these bytes; the time is cut to whole seconds."""
        info = _TstInfo(
            version=1,
            policy=_POLICY,
            imprint=_Imprint(algorithm=_SHA256, digest=sha256(data)),
            serial=int.from_bytes(sha256(data)[:8], "big"),
            at=asn1.GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)),
        )
        content = asn1.encode_der(info)
        certificate = self.certificate.public_bytes(Encoding.DER)
        attributes = asn1.SetOf(
            [
                _attribute(_CONTENT_TYPE, asn1.encode_der(_TST_INFO)),
                _attribute(_MESSAGE_DIGEST, asn1.encode_der(sha256(content))),
                _attribute(
                    _SIGNING_CERTIFICATE,
                    asn1.encode_der(_SigningCertificate(ids=[_CertificateId(hash=sha256(certificate))])),
                ),
            ]
        )
        signer = _Signer(
            version=1,
            id=_IssuerAndSerial(
                issuer=_raw(self.certificate.issuer.public_bytes()), serial=self.certificate.serial_number
            ),
            digest=_SHA256,
            attributes=attributes,
            algorithm=_ECDSA_SHA256,
            signature=self._key.sign(asn1.encode_der(attributes), ec.ECDSA(SHA256())),
        )
        data_ = _SignedData(
            version=3,
            digests=asn1.SetOf([_SHA256]),
            content=_Content(type=_TST_INFO, content=content),
            certificates=asn1.SetOf([_raw(certificate)]),
            signers=asn1.SetOf([signer]),
        )
        return asn1.encode_der(_Response(status=_Status(status=0), token=_Token(type=_SIGNED_DATA, content=data_)))


def _attribute(kind: x509.ObjectIdentifier, value: bytes) -> _Attribute:
    return _Attribute(type=kind, values=asn1.SetOf([_raw(value)]))


def _raw(der: bytes) -> asn1.TLV:
    """Something already encoded, to be put in as it is."""
    return asn1.decode_der(asn1.TLV, der)
