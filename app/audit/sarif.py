"""An audit as a SARIF log, as GitHub's code scanning and most CI systems take it.

Source: docs.oasis-open.org/sarif/sarif/v2.1.0 (OASIS standard), and what GitHub reads of it
(docs.github.com/code-security, SARIF support). A result is about a version, which has no place in the source: its
logical location is the version's purl, and the physical one the workflow file that should have published it, so that
code scanning has where to show it.
"""

from __future__ import annotations

import hashlib
from importlib import metadata
from urllib.parse import quote

from app.audit.result import Audited, Row
from verifier.model import Finding, Outcome, Weight
from verifier.verdict.reasons import REASONS

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MANIFEST = "README.md"
"""Where results are shown of a repository in which no workflow was found."""
_LEVELS = {
    Weight.CONTRADICTS: "error",
    Weight.ABSENT: "error",
    Weight.SUSPECTS: "warning",
    Weight.BLINDS: "note",
    Weight.ANOMALY: "note",
}


def as_sarif(audited: Audited, home: str) -> dict[str, object]:
    """One run of one tool. `home` is where the reasons are explained, without an anchor; '' where nowhere."""
    found = [(row, finding) for row in audited.rows for finding in _telling(row)]
    used = sorted({finding.reason for _, finding in found})
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Artifact Monitor",
                        "semanticVersion": metadata.version("artifact-monitor"),
                        "rules": [_rule(reason, home) for reason in used],
                    }
                },
                "automationDetails": {"id": f"artifact-monitor-audit/{quote(audited.artifact.purl, safe='')}/"},
                "invocations": [
                    {
                        "executionSuccessful": not any(row.blind for row in audited.rows),
                        "endTimeUtc": f"{audited.at:%Y-%m-%dT%H:%M:%SZ}",
                        "toolExecutionNotifications": [
                            {"level": "warning", "message": {"text": sentence}} for sentence in audited.unseen
                        ],
                    }
                ],
                "results": [_result(audited, row, finding, used.index(finding.reason)) for row, finding in found],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }


def _telling(row: Row) -> tuple[Finding, ...]:
    """What is worth a result: what speaks against a version, what makes it odd, and what could not be seen of it."""
    wanted = {Weight.ANOMALY}
    if row.verdict.outcome is Outcome.NON_COMPLIANT:
        wanted |= {Weight.CONTRADICTS, Weight.ABSENT}
    if row.verdict.suspect:
        wanted.add(Weight.SUSPECTS)
    if row.blind:
        wanted.add(Weight.BLINDS)
    return tuple(finding for finding in row.verdict.findings if finding.weight in wanted)


def _rule(reason: str, home: str) -> dict[str, object]:
    known = REASONS[reason]
    rule: dict[str, object] = {
        "id": reason,
        "shortDescription": {"text": known.sentence},
        "defaultConfiguration": {"level": _LEVELS.get(known.weight, "note")},
    }
    return rule | ({"helpUri": f"{home}#{reason}"} if home else {})


def _result(audited: Audited, row: Row, finding: Finding, index: int) -> dict[str, object]:
    version = row.version
    purl = f"{version.artifact.purl.partition('?')[0]}@{quote(version.number, safe='')}"
    where = audited.workflows[0] if audited.workflows else MANIFEST
    same = hashlib.sha256(f"{version.artifact.purl} {version.number} {finding.reason}".encode()).hexdigest()
    return {
        "ruleId": finding.reason,
        "ruleIndex": index,
        "level": _LEVELS.get(finding.weight, "note"),
        "message": {"text": f"{version}: {finding.sentence}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(where)}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": purl, "name": version.number, "kind": "package"}],
            }
        ],
        "partialFingerprints": {"versionAndReason/v1": same},
        "properties": {
            "outcome": row.verdict.outcome.value,
            "suspect": row.verdict.suspect,
            "confidence": finding.confidence.word,
            "publishedAt": version.at.isoformat(),
            "links": list(finding.links),
        },
    }
