"""What a Sigstore certificate says about whom it was issued to. Its chain is checked elsewhere.

Source: github.com/sigstore/fulcio, docs/oid-info.md (extensions 1.3.6.1.4.1.57264.1.N).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat import asn1

from verifier.document import Malformed, text

GITHUB_ACTIONS = "https://token.actions.githubusercontent.com"
"""The issuer whose certificates name runs. One that only begins like this is an enterprise's own: another issuer."""
GITHUB = "https://github.com/"

_FULCIO = "1.3.6.1.4.1.57264.1."
_FIRST_DER = 8
"""Extensions below this number hold bare text; from here on it is a DER string."""
_NUMBERS = {x509.ObjectIdentifier(f"{_FULCIO}{number}"): number for number in range(1, 24)}
_OTHER_NAME = x509.ObjectIdentifier(f"{_FULCIO}7")
_LONGEST = 2048
_LARGEST = 2**63 - 1
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_RUN = re.compile(r"([^/]+/[^/]+)/actions/runs/([0-9]{1,19})/attempts/([0-9]{1,9})")


@dataclass(frozen=True)
class Claims:
    """Whom a certificate was issued to. What is about a run is filled for GitHub Actions alone.

    `repository` is `owner/name`, `workflow` the path of the calling workflow file in it, `called` the file whose job
    signed as `owner/repository/path`. What the certificate does not say (those of early 2023 say little) is empty.
    """

    issuer: str = ""
    identity: str = ""
    """The subject alternative name: an address of a workflow file, or an e-mail address."""
    source: str = ""
    """The source repository's address, for every issuer that names one."""
    repository: str = ""
    repository_id: int | None = None
    owner_id: int | None = None
    workflow: str = ""
    workflow_ref: str = ""
    workflow_commit: str = ""
    called: str = ""
    called_ref: str = ""
    called_commit: str = ""
    ref: str = ""
    event: str = ""
    commit: str = ""
    runner: str = ""
    run_id: int | None = None
    attempt: int | None = None
    visibility: str = ""
    environment: str = ""


def read(certificate: x509.Certificate) -> Claims:
    """Its claims. Raises Malformed when an extension is not what Fulcio writes."""
    said = _extensions(certificate)
    issuer = said.get(8, said.get(1, ""))
    if said.get(1, issuer) != issuer:
        raise Malformed("the certificate names two issuers")
    named = Claims(issuer=issuer, identity=_identity(certificate), source=said.get(12, ""))
    return named if issuer != GITHUB_ACTIONS else _run(named, said)


def _run(named: Claims, said: dict[int, str]) -> Claims:
    repository = said[12].removeprefix(GITHUB) if 12 in said else said.get(5, "")
    if repository.count("/") != 1:
        raise Malformed("the certificate's repository is not one on GitHub")
    run_id, attempt = _attempt(said[21], repository) if 21 in said else (None, None)
    calling, calling_ref = _file(said.get(18, ""))
    called, called_ref = _file(said.get(9, named.identity))
    if calling and not calling.lower().startswith(f"{repository.lower()}/"):
        raise Malformed("the certificate's workflow file is in another repository than the run's")
    return Claims(
        issuer=named.issuer,
        identity=named.identity,
        source=named.source,
        repository=repository,
        repository_id=_identifier(said, 15),
        owner_id=_identifier(said, 17),
        workflow=calling[len(repository) + 1 :],
        workflow_ref=calling_ref,
        workflow_commit=said.get(19, ""),
        called=called,
        called_ref=called_ref,
        called_commit=said.get(10, ""),
        ref=said.get(14, said.get(6, "")),
        event=said.get(20, said.get(2, "")),
        commit=said.get(13, said.get(3, "")),
        runner=said.get(11, ""),
        run_id=run_id,
        attempt=attempt,
        visibility=said.get(22, ""),
        environment=said.get(23, ""),
    )


def _file(address: str) -> tuple[str, str]:
    """`owner/repository/path` and the ref from `https://github.com/owner/repository/path@ref`."""
    path, _, ref = address.removeprefix(GITHUB).partition("@")
    return path, ref


def _attempt(address: str, repository: str) -> tuple[int, int]:
    found = _RUN.fullmatch(address.removeprefix(GITHUB))
    if found is None or found[1].lower() != repository.lower():
        raise Malformed("the certificate's run is not one of its repository")
    return int(found[2]), int(found[3])


def _identifier(said: dict[int, str], last: int) -> int | None:
    if last not in said:
        return None
    if not _NUMBER.fullmatch(said[last]) or int(said[last]) > _LARGEST:
        raise Malformed(f"the certificate's extension {last} is not an id")
    return int(said[last])


def _identity(certificate: x509.Certificate) -> str:
    """The one subject alternative name."""
    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = []
    if len(names) != 1:
        raise Malformed(f"the certificate has {len(names)} subject alternative names where one belongs")
    (name,) = names
    if isinstance(name, x509.OtherName) and name.type_id == _OTHER_NAME:
        return _text(name.value, _FIRST_DER, "subject alternative name")
    if isinstance(name, x509.UniformResourceIdentifier | x509.RFC822Name):
        return text(name.value, "the certificate's subject alternative name", _LONGEST)
    raise Malformed("the certificate's subject alternative name is of no kind that Fulcio writes")


def _extensions(certificate: x509.Certificate) -> dict[int, str]:
    """Fulcio's extensions by their last number."""
    return {
        number: _text(extension.value.value, number, f"extension {number}")
        for extension in certificate.extensions
        if (number := _NUMBERS.get(extension.oid)) and isinstance(extension.value, x509.UnrecognizedExtension)
    }


def _text(value: bytes, last: int, where: str) -> str:
    try:
        written = value.decode() if last < _FIRST_DER else asn1.decode_der(str, value)
    except ValueError as error:
        raise Malformed(f"the certificate's {where} is not text") from error
    return text(written, f"the certificate's {where}", _LONGEST)
