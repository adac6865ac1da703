"""Verify-bundle: the check that the monitor makes of attestations, on files, for people and for scripts."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from app.settings import read
from app.trust.root import read as read_trust
from app.trust.root import roots_of
from verifier.document import Malformed, mapping, strict
from verifier.evidence import Answer, Checked, Trust, check
from verifier.evidence.names import named
from verifier.evidence.statement import PROVENANCE
from verifier.model import Attestation, Form
from verifier.registries.attestations import bundles, provenance

LIMIT = 8 * 1024 * 1024
"""The most bytes of a file that are read."""
LINES = 1000
"""The most lines of JSON Lines that are read; as many as `gh attestation download` writes."""
SOURCE = "file"
WORST_FIRST = (Answer.FAILED, Answer.CANNOT_VERIFY, Answer.NONE, Answer.VERIFIED)
_LINE = re.compile(rb"[^\r\n]+")
_DIGEST = re.compile(r"(sha256|sha3_256):[0-9a-f]{64}|(sha384|sha3_384):[0-9a-f]{96}|(sha512|sha3_512):[0-9a-f]{128}")


@dataclass(frozen=True)
class Expected:
    """What a signed text must be about; '' where it does not matter. `digest` is `algorithm:lowercase-hex`."""

    subject: str = ""
    digest: str = ""

    @staticmethod
    def read(subject: str, digest: str) -> Expected:
        """From what somebody typed. Raises ValueError."""
        if digest and not _DIGEST.fullmatch(digest.lower()):
            raise ValueError("The digest is not one like sha256:HEX with a SHA-2 or SHA-3 of 256 bits or more.")
        return Expected(subject, digest.lower())


@dataclass(frozen=True)
class Looked:
    """One attestation, checked and held against what was expected."""

    checked: Checked
    answer: Answer
    reason: str = ""

    @property
    def kind(self) -> str:
        """What kind of word it is: `provenance`, `publish`, `signature`, `other`; `unknown` where nothing is proven."""
        if self.checked.answer is not Answer.VERIFIED:
            return "unknown"
        if self.checked.statement is None:
            return "signature"
        if "/provenance/" in self.checked.predicate_type and self.checked.predicate_type in PROVENANCE:
            return "provenance"
        return "publish" if "/publish/" in self.checked.predicate_type else "other"

    @property
    def builds(self) -> bool:
        """It could be a run's word about what it made. A registry's, signed by key, never is."""
        unproven = self.checked.answer is not Answer.VERIFIED
        return not self.checked.keyed and (unproven or self.checked.predicate_type in PROVENANCE)


@dataclass(frozen=True)
class Result:
    """What one file came to. `problem` says why it was not looked into."""

    file: str
    attestations: tuple[Looked, ...] = ()
    several: bool = False
    """It is a document that holds a list of attestations, however many, or JSON Lines."""
    problem: str = ""

    @property
    def deciding(self) -> Looked:
        """The worst of what is evidence of a build; where nothing is, the worst of all."""
        nothing = Checked(Answer.CANNOT_VERIFY if self.problem else Answer.NONE)
        none = Looked(nothing, nothing.answer, self.problem or "The document holds no attestation.")
        candidates = [one for one in self.attestations if one.builds] or self.attestations
        return min(candidates, key=lambda one: WORST_FIRST.index(one.answer), default=none)


def trust(roots: Sequence[Path], keys: Path | None, environment: Mapping[str, str]) -> Trust:
    """The trust named by these files; what is not named is as the monitor's settings say.

    Raises Permanent where a file cannot be used, BadSetting where a setting cannot.
    """
    given = {"DATA_DIR": roots, "TRUST_ROOT": roots, "NPM_KEYS": keys}
    settings = read({name: environment.get(name, "") for name, named in given.items() if not named})
    return read_trust(roots or roots_of(settings), keys or settings.npm_keys)


def look(path: Path, trust: Trust, expected: Expected) -> Result:
    """Check every attestation that a file holds. Never raises."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        return Result(str(path), problem=f"The file cannot be read: {error.strerror}.")
    if len(content) > LIMIT:
        return Result(str(path), problem=f"The file has more than {LIMIT} bytes.")
    lines = _lines(content)
    if len(lines) > LINES:
        return Result(str(path), problem=f"The file has more than {LINES} lines with an attestation each.")
    parts, several = (tuple(map(_part, lines)), True) if lines else _parts(content)
    return Result(str(path), tuple(_look(part, trust, expected) for part in parts), several)


def exit_code(results: Sequence[Result]) -> int:
    """0: all verified · 1: any failed or none · 3: any that cannot be verified here · 2: a file was not read."""
    answers = {result.deciding.answer for result in results}
    if any(result.problem for result in results):
        return 2
    if answers & {Answer.FAILED, Answer.NONE}:
        return 1
    return 3 if Answer.CANNOT_VERIFY in answers else 0


def _parts(content: bytes) -> tuple[tuple[Attestation, ...], bool]:
    """The single attestations of a document, and whether it is one of several."""
    document = _document(content)
    if "attestation_bundles" in document:
        return provenance(content, SOURCE), True
    if "attestations" in document:
        return bundles(content, SOURCE), True
    return (_part(content),), False


def _part(content: bytes) -> Attestation:
    """A document as a single attestation."""
    form = Form.PEP740 if "verification_material" in _document(content) else Form.BUNDLE
    return Attestation(SOURCE, form, content)


def _lines(content: bytes) -> list[bytes]:
    """The lines of JSON Lines, one more than are read where there are so many; none where it is another document."""
    written = (line for found in _LINE.finditer(content) if (line := found[0].strip()))
    lines = list(islice(written, LINES + 1))
    return lines if len(lines) > 1 and _document(lines[0]) and not _document(content) else []


def _document(content: bytes) -> dict[str, object]:
    """The object that it is; empty where it is none, and the check itself says what is wrong with it."""
    try:
        return mapping(strict(content, LIMIT), "the document")
    except Malformed:
        return {}


def _look(part: Attestation, trust: Trust, expected: Expected) -> Looked:
    if part.problem:
        return Looked(Checked(Answer.FAILED, part.problem, readable=False), Answer.FAILED, part.problem)
    checked = check(part.document, part.form, trust)
    if checked.answer is not Answer.VERIFIED:
        return Looked(checked, checked.answer, checked.reason)
    problem = _mismatch(checked, part.document, expected)
    return Looked(checked, Answer.FAILED if problem else Answer.VERIFIED, problem)


def _mismatch(checked: Checked, document: bytes, expected: Expected) -> str:
    """In what it is not about what was expected; '' where it is."""
    if checked.statement is None:
        if expected.subject:
            return "It signs bytes and names no subject."
        wrong = expected.digest and expected.digest != _signed_digest(document)
        return f"It is not about {expected.digest}." if wrong else ""
    said, names = checked.statement, (expected.subject,) if expected.subject else ()
    subjects = [subject for subject in said.subjects if named(replace(said, subjects=(subject,)), names)]
    if not subjects:
        return f"It is not about {expected.subject}."
    if expected.digest and not any(expected.digest in subject.digests for subject in subjects):
        return f"It is not about {expected.digest}."
    return ""


def _signed_digest(document: bytes) -> str:
    """The digest that a verified bundle without a statement signs."""
    try:
        signature = mapping(mapping(strict(document, LIMIT), "it").get("messageSignature"), "messageSignature")
        digest = mapping(signature.get("messageDigest"), "messageDigest").get("digest")
        return f"sha256:{base64.b64decode(str(digest), validate=True).hex()}"
    except (Malformed, binascii.Error):
        return ""
