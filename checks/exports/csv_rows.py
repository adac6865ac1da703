"""A table for a spreadsheet: one row per version and file, RFC 4180 in UTF-8, harmless to programs that take formulas.

A cell that a spreadsheet would take for a formula begins with an apostrophe; what cannot be seen is spelled out.
Source: RFC 4180; OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from checks.escape import plain
from checks.exports.base import CaseFile, Held, stamp
from checks.exports.products import digest_of, purl
from verifier.ledger.protocol import Dossier
from verifier.model import File, Verdict

NAME = "csv"
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
SUFFIX = ".csv"

COLUMNS = (
    *("incident", "state", "severity", "repository"),
    *("purl", "name", "version", "held", "outcome", "confidence", "suspect", "waived", "muted", "removed"),
    *("published_at", "detected_at", "account", "reasons", "sentences", "anomalies", "links"),
    *("file", "digests", "file_published_at", "attested", "yanked", "file_removed"),
)
LIMIT = 4_000
"""The most characters of one cell; spreadsheets take 32,767."""
FORMULA = ("=", "+", "-", "@", "|", "%")
"""What a cell must not begin with: the four of OWASP's list that can be seen, and two that begin calls in old ones."""


def export(case: CaseFile) -> bytes:
    """The table with its header. A version of which no file is known has one row."""
    held = io.StringIO()
    writer = csv.writer(held, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(case):
        writer.writerow([cell(text) for text in row])
    return held.getvalue().encode()


def notes(case: CaseFile) -> tuple[str, ...]:
    """What was done to the cells."""
    return (
        "A cell that would be a formula begins with an apostrophe, and long cells are cut; json has every value as it "
        "stands.",
    )


def cell(text: str) -> str:
    """Text as a spreadsheet shows it and never runs it: one line, nothing unseen, no formula."""
    if not text:
        return ""
    shown = plain(text, LIMIT)
    first = unicodedata.normalize("NFKC", shown[0])
    return f"'{shown}" if first.startswith(FORMULA) else shown


def _rows(case: CaseFile) -> Iterator[list[str]]:
    incident = case.incident
    of = case.repository.full_name if case.repository is not None else str(incident.repository_id)
    common = [incident.id, incident.state.value, case.severity.word, of]
    for held in case.versions:
        for dossier, version in _held(held):
            for file in (dossier.version.files if dossier is not None else ()) or (File(""),):
                name = _name(held, dossier)
                yield [*common, name, *version, *_file(file)]


def _held(held: Held) -> Iterator[tuple[Dossier | None, list[str]]]:
    member = held.member
    yield (
        held.dossier,
        [
            member.artifact.label,
            member.number,
            "now",
            member.outcome.value,
            member.confidence,
            *map(_yes, (member.suspect, member.waived, member.muted, member.removed)),
            _time(member.published_at),
            stamp(member.detected_at),
            member.account,
            " ".join(member.reasons),
            " ".join(member.sentences),
            " ".join(member.anomalies),
            " ".join(member.links),
        ],
    )
    for dossier in held.earlier:
        yield dossier, _before(held, dossier)


def _before(held: Held, dossier: Dossier) -> list[str]:
    """What an image's tag held before: judged by the verdict that stood for it."""
    version, verdict = dossier.version, dossier.verdict
    reasons = verdict.reasons if verdict is not None else ()
    odd = verdict.anomalies if verdict is not None else ()
    return [
        held.member.artifact.label,
        held.member.number,
        "before",
        *_verdict(verdict),
        *("", "", _yes(version.removed_at is not None)),
        _time(version.published_at),
        _time(dossier.verdict_at),
        version.account.name if version.account is not None else "",
        " ".join(finding.reason for finding in reasons),
        " ".join(finding.sentence for finding in reasons),
        " ".join(finding.sentence for finding in odd),
        " ".join(link for finding in reasons for link in finding.links),
    ]


def _verdict(verdict: Verdict | None) -> list[str]:
    if verdict is None:
        return ["", "", ""]
    return [verdict.outcome.value, verdict.confidence.word, _yes(verdict.suspect)]


def _name(held: Held, dossier: Dossier | None) -> str:
    artifact = held.member.artifact
    files = dossier.version.files if dossier is not None else ()
    return purl(artifact, held.member.number, digest_of(files) if artifact.is_image else "")


def _file(file: File) -> list[str]:
    if not file.name and not file.digests:
        return [""] * 6
    flags = map(_yes, (file.attested, file.yanked, file.removed))
    return [file.name, " ".join(file.digests), _time(file.published_at), *flags]


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _time(at: datetime | None) -> str:
    return stamp(at) if at is not None else ""
