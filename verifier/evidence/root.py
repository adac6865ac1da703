"""One Sigstore trusted root: its authorities and logs, each with the time in which it counted.

Source: github.com/sigstore/protobuf-specs, sigstore_trustroot.proto.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from sigstore._internal.trust import CertificateAuthority, CTKeyring, Key, Keyring, KeyringPurpose, RekorKeyring
from sigstore.errors import VerificationError
from sigstore.models import TrustedRoot
from sigstore_models.common.v1 import TimeRange
from sigstore_models.trustroot import v1

from verifier.document import Malformed


@dataclass(frozen=True)
class Window:
    """From when until before when a key counted; None is open."""

    start: datetime | None
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """It counted then."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


class OneLog(TrustedRoot):
    """A trusted root narrowed to one transparency log, with its keys loaded once.

    The library tries every key it has for a log id it does not know; here there is only the key of the log that the
    entry names.
    """

    def __init__(self, inner: v1.TrustedRoot, logs: list[v1.TransparencyLogInstance]) -> None:
        super().__init__(inner)
        self.windows = tuple(_window(log.public_key.valid_for) for log in logs)
        self.certificate_logs = _by_id(inner.ctlogs)
        self._rekor = RekorKeyring(Keyring([log.public_key for log in logs]))
        self._ct = CTKeyring(Keyring([log.public_key for log in inner.ctlogs]))
        self._authorities = [CertificateAuthority(one) for one in inner.certificate_authorities]
        self._stampers = [CertificateAuthority(one) for one in inner.timestamp_authorities]

    def rekor_keyring(self, purpose: KeyringPurpose) -> RekorKeyring:
        """The key of this one log."""
        return self._rekor

    def ct_keyring(self, purpose: KeyringPurpose) -> CTKeyring:
        """The keys of the certificates' logs."""
        return self._ct

    def get_timestamp_authorities(self) -> list[CertificateAuthority]:
        """Those who stamp times; the library holds each against its own window."""
        return self._stampers

    def authorities_at(self, at: datetime) -> list[x509.Certificate]:
        """The certificates of the authorities that counted then."""
        return [
            certificate
            for authority in self._authorities
            if Window(authority.validity_period_start, authority.validity_period_end).holds(at)
            for certificate in authority.certificates(allow_expired=True)
        ]


class Root:
    """One trusted root. Made once, used for every bundle. Raises Malformed or the library's errors when it is none."""

    def __init__(self, inner: v1.TrustedRoot) -> None:
        self._issuers = frozenset(
            _name(certificate.subject, _key_id(certificate, x509.SubjectKeyIdentifier))
            for authority in inner.certificate_authorities
            for certificate in CertificateAuthority(authority).certificates(allow_expired=True)
        )
        if not self._issuers:
            raise Malformed("it knows no authority")
        self._logs = {log_id: OneLog(inner, [log]) for log_id, log in _logs(inner.tlogs)}
        self.unlogged = None if inner.tlogs else OneLog(inner, [])
        """Itself, where it trusts an instance that keeps no log but stamps times; None where there are logs."""

    def issued(self, certificate: x509.Certificate) -> bool:
        """One of its authorities bears the name and key that the certificate gives as its issuer's."""
        return _name(certificate.issuer, _key_id(certificate, x509.AuthorityKeyIdentifier)) in self._issuers

    def log(self, log_id: bytes) -> OneLog | None:
        """Itself, narrowed to one log; None when it does not know that log."""
        return self._logs.get(log_id)


def _logs(logs: Iterable[v1.TransparencyLogInstance]) -> Iterable[tuple[bytes, v1.TransparencyLogInstance]]:
    """Each log under each of its names."""
    for log in logs:
        yield log.log_id.key_id, log
        if log.checkpoint_key_id is not None:
            yield log.checkpoint_key_id.key_id, log


def _by_id(logs: Iterable[v1.TransparencyLogInstance]) -> dict[bytes, Window]:
    """The windows of the certificates' logs, by the key's id. Keys that the library cannot use are left out."""
    found = {}
    for log in logs:
        try:
            found[bytes(Key(log.public_key).key_id)] = _window(log.public_key.valid_for)
        except VerificationError:
            continue
    return found


def _window(of: TimeRange | None) -> Window:
    return Window(None, None) if of is None else Window(of.start, of.end)


def _key_id(
    certificate: x509.Certificate, kind: type[x509.SubjectKeyIdentifier] | type[x509.AuthorityKeyIdentifier]
) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value.key_identifier
    except x509.ExtensionNotFound:
        return None


def _name(name: x509.Name, key_id: bytes | None) -> tuple[bytes, bytes | None]:
    return name.public_bytes(), key_id
