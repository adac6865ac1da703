"""What a workload's identity token says of it, as the CA writes it into the certificate.

Source: github.com/sigstore/fulcio, docs/oid-info.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.asn1 import encode_der

ARC = "1.3.6.1.4.1.57264.1"
"""Fulcio's certificate extensions."""
_ISSUERS = (1, 8)
"""The issuer stands twice: as Fulcio wrote it first, and as it writes things today."""
_FIRST_DER = 8
"""Extensions before this one hold bare text, from here on a DER UTF8String."""


@dataclass(frozen=True)
class Claims:
    """Who signs: `identity` becomes the subject alternative name (a URI), `issuer` vouched for it.

    `extensions` are the other claims by the last number of their OID.
    """

    issuer: str
    identity: str
    extensions: Mapping[int, str] = field(default_factory=dict)

    def written(self) -> Iterator[x509.UnrecognizedExtension]:
        """The claims as certificate extensions."""
        for number, text in sorted({**dict.fromkeys(_ISSUERS, self.issuer), **self.extensions}.items()):
            value = encode_der(text) if number >= _FIRST_DER else text.encode()
            yield x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{ARC}.{number}"), value)
