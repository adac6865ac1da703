"""In-toto statements: which files somebody says something about, and what.

Their text is written by the publisher's own client; a signature only says whose text it is.
Source: github.com/in-toto/attestation (statement v0.1 and v1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pypi_attestations import AttestationType

from verifier.document import Malformed, items, mapping, strict, text

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PROVENANCE = frozenset(
    {
        "https://slsa.dev/provenance/v0.2",
        "https://slsa.dev/provenance/v1",
        "https://slsa.dev/provenance/v1.0?draft",
        AttestationType.PYPI_PUBLISH_V1.value,
    }
)
"""What says that a run made or published the files. Lists of parts, test results and receipts say something else."""

LONGEST = 8 * 1024 * 1024
"""The longest statement we read, in bytes: GitHub allows 1024 subjects and a predicate of 16 MB, which nobody needs."""
SUBJECTS = 1024

_TYPES = {"https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"}
_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128, "sha3_256": 64, "sha3_384": 96, "sha3_512": 128}
"""Hexadecimal digits of the algorithms that bind a file; a SHA-1 or a commit's id binds none."""
_HEX = re.compile(r"[0-9a-fA-F]+")


@dataclass(frozen=True)
class Subject:
    """One file that a statement is about: its name as written, and its `algorithm:lowercase-hex` digests."""

    name: str
    digests: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A predicate of some type about some files."""

    predicate_type: str
    predicate: object
    subjects: tuple[Subject, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all its subjects, sorted; those too weak to bind a file are left out."""
        return tuple(sorted({digest for subject in self.subjects for digest in subject.digests}))


def read(payload: bytes) -> Statement:
    """A statement from its JSON. Raises Malformed."""
    document = mapping(strict(payload, LONGEST), "the statement")
    if text(document.get("_type"), "_type") not in _TYPES:
        raise Malformed("the statement is of no version that we read")
    subjects = items(document.get("subject"), "subject", SUBJECTS)
    if not subjects:
        raise Malformed("the statement is about no file")
    return Statement(
        text(document.get("predicateType"), "predicateType", 512),
        document.get("predicate"),
        tuple(_subject(subject, f"subject[{at}]") for at, subject in enumerate(subjects)),
    )


def _subject(value: object, where: str) -> Subject:
    subject = mapping(value, where)
    name = subject.get("name")
    return Subject(
        text(name, f"{where}.name", 1024) if name else "",
        tuple(sorted(_digests(mapping(subject.get("digest"), f"{where}.digest"), where))),
    )


def _digests(written: dict[str, object], where: str) -> set[str]:
    found = set()
    for algorithm, digest in written.items():
        length = _LENGTHS.get(algorithm)
        if length is None:
            continue
        if not isinstance(digest, str) or len(digest) != length or not _HEX.fullmatch(digest):
            raise Malformed(f"{where}.digest.{algorithm} is not a hexadecimal digest")
        found.add(f"{algorithm}:{digest.lower()}")
    return found
