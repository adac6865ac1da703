"""What verifying a file came to, as JSON for scripts and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.trust.verify_bundle import Looked, Result
from checks.escape import plain
from verifier.evidence import Answer, Checked

LONGEST = 1000
"""The most characters of one value that are shown to people."""
SUBJECTS = 10
"""The most subjects that are shown to people."""
MARKS = {Answer.VERIFIED: "✔", Answer.FAILED: "✘", Answer.NONE: "∅", Answer.CANNOT_VERIFY: "?"}


def as_document(result: Result) -> dict[str, Any]:
    """One file's result as JSON values."""
    document = {"file": result.file, **_document(result.deciding)}
    return {**document, "attestations": [_document(one) for one in result.attestations]} if result.several else document


def as_text(result: Result) -> str:
    """One file's result for people."""
    lines = [f"{MARKS[result.deciding.answer]} {plain(result.file, LONGEST)}: {_headline(result.deciding)}"]
    for one in result.attestations if len(result.attestations) > 1 else (result.deciding,):
        if len(result.attestations) > 1:
            lines.append(f"  {MARKS[one.answer]} {_headline(one)}")
        lines += [f"      {name:<16} {plain(value, LONGEST)}" for name, value in _facts(one.checked)]
    return "\n".join(lines)


def _document(one: Looked) -> dict[str, Any]:
    checked = one.checked
    proven = checked.answer is Answer.VERIFIED
    return {
        "answer": one.answer.value,
        "reason": one.reason,
        "class": one.kind,
        "promised": checked.promised,
        "keyed": checked.keyed,
        "claims": _claims(checked) if proven else {},
        "unproven": {} if proven else _claims(checked),
        "predicate_type": checked.predicate_type,
        "signed_at": checked.signed_at.isoformat() if checked.signed_at is not None else None,
        "log": checked.log,
        "disagreement": checked.disagreement,
    }


def _claims(checked: Checked) -> dict[str, Any]:
    """Who signed, and about what. Proven only where it is verified."""
    signer = asdict(checked.signer) if checked.signer is not None else {}
    subjects = checked.statement.subjects if checked.statement is not None else ()
    return {**signer, "subjects": [asdict(subject) for subject in subjects]}


def _headline(one: Looked) -> str:
    words = [one.answer.value.replace("_", " ")]
    if one.kind != "unknown":
        words.append(f"({one.kind}{', only promised by its log' if one.checked.promised else ''})")
    return f"{' '.join(words)}{f': {plain(one.reason, LONGEST)}' if one.reason else ''}"


def _facts(checked: Checked) -> Iterator[tuple[str, str]]:
    if checked.answer is not Answer.VERIFIED and (checked.signer or checked.statement):
        yield "unproven", "what follows is only what it says of itself"
    if checked.keyed and checked.answer is Answer.VERIFIED:
        yield "signed by", "the registry's own key: its word, not a build's"
    if checked.signer is not None:
        yield from ((name, str(value)) for name, value in asdict(checked.signer).items() if value not in ("", None))
    if checked.statement is not None:
        for subject in checked.statement.subjects[:SUBJECTS]:
            yield "subject", " ".join((subject.name, *subject.digests))
        if len(checked.statement.subjects) > SUBJECTS:
            yield "subjects", f"{len(checked.statement.subjects)} in all"
    if checked.signed_at is not None:
        yield "signed at", f"{checked.signed_at:%Y-%m-%d %H:%M:%S} UTC"
    if checked.log:
        yield "log", checked.log
    if checked.disagreement:
        yield "but", f"{checked.disagreement}: the monitor would not accept this"
