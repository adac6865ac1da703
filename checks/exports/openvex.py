"""An OpenVEX 0.2.0 document: one statement per version, for scanners and inventories.

What it is about is no known vulnerability but the incident: "published by somebody who is not this project's CI". The
monitor knows origins, not contents, so it never says `affected` or `fixed`: only a person who has looked can.

`not_affected` where a person waived exactly these files, or an approved run accounts for them and nothing is odd;
`under_investigation` in every other case, also where a version was removed: whoever installed it has it still.
None of the fixed justifications means either ("the vulnerable code is not present" would be a claim about content),
so that an impact statement says who vouches, and until when.

Source: github.com/openvex/spec (OPENVEX-SPEC.md, openvex_json_schema.json).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from checks.escape import plain
from checks.exports.base import CaseFile, Held, NothingToExport, stamp
from checks.exports.products import digest_of, hashes, purl
from checks.listed import time
from verifier.ledger.protocol import Dossier
from verifier.model import File, Member, Outcome
from verifier.verdict.incident import standing_waiver

NAME = "openvex"
MEDIA_TYPE = "application/json"
SUFFIX = ".openvex.json"

CONTEXT = "https://openvex.dev/ns/v0.2.0"
NAMESPACE = "https://openvex.dev/docs/artifact-monitor"
"""OpenVEX's shared namespace of documents, under this project's name (OPENVEX-SPEC.md, "Public IRI Namespaces")."""
SENTENCES = 5
"""The most sentences of one version in a note."""

_ORIGIN = "This is about its origin, not about its content."
_UNKNOWN = "Nobody has said yet whether its content is hostile."


def export(case: CaseFile) -> bytes:
    """The document. Its id is made of what it says, so that one that says something else is another document."""
    statements = _once([statement for held in case.versions for statement in _statements(case, held)])
    if not statements:
        raise NothingToExport(f"Incident {case.incident.id} has no versions; there is nothing to state. Use json.")
    about = json.dumps(statements, sort_keys=True).encode()
    body = {
        "@context": CONTEXT,
        "@id": f"{NAMESPACE}/vex-{hashlib.sha256(about).hexdigest()}",
        "author": plain(case.by or case.owner or "unknown"),
        "role": "Document Creator",
        "timestamp": stamp(case.at),
        "version": 1,
        "tooling": "Artifact Monitor",
        "statements": statements,
    }
    return (json.dumps(body, indent=2) + "\n").encode()


def notes(case: CaseFile) -> tuple[str, ...]:
    """That nothing in it says `affected`, and in whose name it speaks."""
    who = () if case.by else ("Its author is the repository's owner; name whoever issues it with --by.",)
    return (
        "Nothing in it is stated as affected: the monitor knows origins, not contents. Change the status yourself "
        "where you have looked, and say in `action_statement` what users shall do.",
        *who,
    )


def _statements(case: CaseFile, held: Held) -> list[dict[str, Any]]:
    """What stands now, and of an image what the same tag held before, as far as that was held against it."""
    member = held.member
    files = held.dossier.version.files if held.dossier is not None else ()
    now = _statement(case, member, files, _stand(held, case.at))
    before = [d for d in held.earlier if d.verdict is not None and d.verdict.outcome is Outcome.NON_COMPLIANT]
    return [now, *(_statement(case, member, d.version.files, _under(_earlier(d))) for d in before)]


def _statement(case: CaseFile, member: Member, files: tuple[File, ...], stand: dict[str, str]) -> dict[str, Any]:
    digest = digest_of(files) or next((d for d in member.digests if d.startswith("sha256:")), "")
    name = purl(member.artifact, member.number, digest if member.artifact.is_image else "")
    product: dict[str, Any] = {"@id": name, "identifiers": {"purl": name}}
    if known := hashes(files):
        product["hashes"] = known
    return {
        "vulnerability": {
            "name": f"artifact-monitor-incident-{case.incident.id}",
            "description": "Published by somebody who is not known to be this project's CI.",
        },
        "timestamp": stamp(case.at),
        "products": [product],
        **stand,
    }


def _stand(held: Held, now: datetime) -> dict[str, str]:
    member = held.member
    waiver = standing_waiver(member.fingerprint, held.waivers, now) if member.waived else None
    if waiver is not None:
        return {
            "status": "not_affected",
            "impact_statement": (
                f"{plain(waiver.by)} vouches for exactly these files from {time(waiver.given_at)} until "
                f"{time(waiver.expires_at)}: {plain(waiver.reason, 600)}. The verdict on their origin stays: "
                f"{member.outcome.value}. {_ORIGIN}"
            ),
        }
    if member.outcome is Outcome.COMPLIANT and not member.odd:
        return {
            "status": "not_affected",
            "impact_statement": f"An approved run accounts for it now. {' '.join(_told(member))} {_ORIGIN}",
        }
    return _under(_told(member) + _besides(member))


def _under(sentences: list[str]) -> dict[str, str]:
    return {"status": "under_investigation", "status_notes": " ".join([*sentences, _UNKNOWN])}


def _told(member: Member) -> list[str]:
    return [plain(sentence, 600) for sentence in (*member.sentences, *member.anomalies)[:SENTENCES]]


def _besides(member: Member) -> list[str]:
    removed = "It was taken down since; whoever installed it has it still."
    muted = "Its release line is muted."
    return [said for said, holds in ((removed, member.removed), (muted, member.muted)) if holds]


def _earlier(dossier: Dossier) -> list[str]:
    found = dossier.verdict.reasons if dossier.verdict is not None else ()
    return ["The tag held this before.", *(plain(finding.sentence, 600) for finding in found[:SENTENCES])]


def _once(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each statement once, as the schema asks; the first that names a product is kept."""
    return list({statement["products"][0]["@id"]: statement for statement in reversed(statements)}.values())[::-1]
