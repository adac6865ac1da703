"""What a Sigstore certificate says about the run it was issued to. Its chain and signature are NOT checked here.

Source: github.com/sigstore/fulcio, docs/oid-info.md (extensions 1.3.6.1.4.1.57264.1.N).
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1

from verifier.registries import claims
from verifier.registries.claims import Claims
from verifier.registries.document import Malformed, text

LONGEST = 32 * 1024
"""The longest certificate we read, in characters of Base64."""

_FULCIO = "1.3.6.1.4.1.57264.1."
_GITHUB_ACTIONS = "https://token.actions.githubusercontent.com"
_LEGACY = 7
"""Extensions below this number hold bare text; from 8 on it is a DER string."""


def read(der: bytes, where: str) -> Claims:
    """Its claims. Those of a certificate that was not issued to GitHub Actions name a repository's address at most.

    Raises Malformed when it is not a certificate, or an extension is not what Fulcio writes.
    """
    said = _extensions(der, where)
    issuer = said.get(8) or said.get(1) or ""
    if issuer != _GITHUB_ACTIONS and not issuer.startswith(f"{_GITHUB_ACTIONS}/"):
        return Claims(repository=said.get(12, ""))
    repository = claims.repository(said[12]) if 12 in said else said.get(5, "")
    run_id, attempt = claims.run(said[21], repository, f"{where} extension 21") if 21 in said else (None, None)
    return Claims(
        repository=repository,
        repository_id=claims.identifier(said.get(15), f"{where} extension 15"),
        owner_id=claims.identifier(said.get(17), f"{where} extension 17"),
        workflow=claims.workflow(said.get(18, ""), repository),
        ref=said.get(14) or said.get(6, ""),
        event=said.get(20) or said.get(2, ""),
        commit=said.get(13) or said.get(3, ""),
        run_id=run_id,
        attempt=attempt,
    )


def _extensions(der: bytes, where: str) -> dict[int, str]:
    """Fulcio's extensions by their last number."""
    try:
        extensions = x509.load_der_x509_certificate(der).extensions
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise Malformed(f"{where} is not a certificate") from error
    found = {}
    for extension in extensions:
        oid, value = extension.oid.dotted_string, extension.value
        if not oid.startswith(_FULCIO) or not isinstance(value, x509.UnrecognizedExtension):
            continue
        last = oid.removeprefix(_FULCIO)
        if last.isdigit() and len(last) <= 3:
            found[int(last)] = _text(value.value, int(last), f"{where} extension {last}")
    return found


def _text(value: bytes, last: int, where: str) -> str:
    try:
        written = value.decode() if last < _LEGACY else asn1.decode_der(str, value)
    except ValueError as error:
        raise Malformed(f"{where} is not text") from error
    return text(written, where, 1024)
