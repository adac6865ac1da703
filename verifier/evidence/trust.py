"""What evidence is checked against: trusted roots, and npm's keys. Read once, from files that the operator pinned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from sigstore._internal.tuf import DEFAULT_TUF_URL
from sigstore._utils import read_embedded
from sigstore_models.trustroot import v1

from verifier.document import Malformed, mapping, strict
from verifier.evidence import keys as npm
from verifier.evidence.root import Root

_LONGEST = 4 * 1024 * 1024
_SEVERAL = 32


class BadTrust(ValueError):
    """What should be trusted cannot be read; the message says what is wrong, for the operator."""


@dataclass(frozen=True)
class Trust:
    """Trusted roots and keys. Two are equal when they were read from the same bytes."""

    sha256: str
    """Over all that it was read from: what was decided with another trust is decided anew."""
    roots: tuple[Root, ...] = field(compare=False, repr=False)
    keys: tuple[npm.Key, ...] = field(compare=False, repr=False)

    @staticmethod
    def read(roots: Sequence[bytes], keys: bytes | None = None) -> Trust:
        """From trusted_root.json documents, or JSON Lines of several; where two know a log, the first one counts.

        Raises BadTrust.
        """
        found = [root for at, document in enumerate(roots, 1) for root in _roots(document, f"trust root {at}")]
        if not found:
            raise BadTrust("no trust root is given")
        if len(found) > _SEVERAL:
            raise BadTrust(f"{len(found)} trust roots are given; at most {_SEVERAL} are read")
        try:
            read = () if keys is None else npm.read(keys)
        except Malformed as error:
            raise BadTrust(f"the keys cannot be read: {error}") from error
        digests = [hashlib.sha256(document).hexdigest() for document in (*roots, keys or b"")]
        return Trust(hashlib.sha256("\n".join(digests).encode()).hexdigest(), tuple(found), read)

    def roots_of(self, certificate: x509.Certificate) -> list[Root]:
        """The roots whose authority issued a certificate: its issuer decides, never which root would let it pass."""
        return [root for root in self.roots if root.issued(certificate)]


def embedded_roots() -> tuple[bytes, ...]:
    """The public-good instance's trusted root as the sigstore package ships it."""
    return (read_embedded("trusted_root.json", DEFAULT_TUF_URL),)


def _roots(document: bytes, where: str) -> list[Root]:
    try:
        try:
            written = [strict(document, _LONGEST)]
        except Malformed:
            written = [strict(line, _LONGEST) for line in document.splitlines() if line.strip()]
        return [Root(v1.TrustedRoot.from_json(json.dumps(_filled(mapping(one, "it"))))) for one in written]
    except Malformed as error:
        raise BadTrust(f"{where} is not a Sigstore trusted_root.json: {error}") from error
    except Exception as error:  # a library's refusal has many types, and lists all its fields
        raise BadTrust(f"{where} is not a Sigstore trusted_root.json") from error


def _filled(root: dict[str, object]) -> dict[str, object]:
    """With the empty lists that an instance without logs leaves out, and that the library's model asks for."""
    return {"tlogs": [], "ctlogs": [], "certificateAuthorities": [], **root}
