"""An audit as text for people and as JSON. Names and versions are other people's text: made harmless for a terminal."""

from __future__ import annotations

from collections import Counter

from app.audit.result import Audited, Row
from app.explain.case_words import shown
from verifier.model import Finding, Outcome, Weight

FEW = 12
"""The most numbers of versions that were not looked at that people are shown."""
_SIGNS = {"compliant": "✔", "non-compliant": "✘", "suspect": "!", "not seen": "…", "pending": "…"}


def as_text(audited: Audited) -> str:
    """A table, the reasons below it, and what was not seen."""
    workflows = ", ".join(path.rsplit("/", 1)[-1] for path in audited.workflows) or "no workflow that is known"
    lines = [f"{shown(audited.artifact.purl)}, held against {shown(workflows)} of {shown(audited.repository)}", ""]
    lines += _table(audited)
    lines += _reasons(audited)
    lines += ["", "To know:", *(f"  {shown(one, 400)}" for one in audited.told)] if audited.told else []
    lines += ["", "Not seen:", *(f"  {shown(one, 400)}" for one in audited.unseen)] if audited.unseen else []
    if audited.not_looked:
        numbers = ", ".join(shown(number, 40) for number in audited.not_looked[:FEW])
        more = f" and {len(audited.not_looked) - FEW} more" if len(audited.not_looked) > FEW else ""
        lines += ["", f"Not looked at: {numbers}{more}"]
    counted = Counter(row.word for row in audited.rows)
    said = ", ".join(f"{count} {word}" for word, count in sorted(counted.items())) or "no version was looked at"
    return "\n".join([*lines, "", f"{said}; {audited.asked} questions to GitHub"])


def _table(audited: Audited) -> list[str]:
    rows = [("", "VERSION", "PUBLISHED (UTC)", "BY", "ANSWER", "BECAUSE")]
    for row in audited.rows:
        version = row.version
        by = version.account.name if version.account is not None else ""
        rows.append(
            (
                _SIGNS.get(row.word, "?"),
                shown(version.number, 40),
                f"{version.at:%Y-%m-%d %H:%M}",
                shown(by, 30),
                row.word,
                ", ".join(dict.fromkeys(f.reason for f in _decisive(row))),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _decisive(row: Row) -> tuple[Finding, ...]:
    """What its answer rests on. Of an unverifiable one without a doubt that is its context."""
    found = row.verdict.reasons
    doubts = tuple(f for f in found if f.weight is Weight.SUSPECTS)
    return (doubts or found) + row.verdict.anomalies


def _reasons(audited: Audited) -> list[str]:
    """In full for whatever somebody should look at; compliant versions and plain history explain themselves."""
    lines = []
    for row in audited.rows:
        if row.level not in ("", "unverifiable") or row.blind:
            lines += ["", f"{shown(row.version.artifact.versioned(row.version.number))}: {row.word}"]
            for finding in _decisive(row):
                lines.append(f"  - {shown(finding.sentence, 500)}  [{finding.reason}, {finding.confidence.word}]")
                lines += [f"    {shown(link, 300)}" for link in finding.links]
    return lines


def as_document(audited: Audited) -> dict[str, object]:
    """The same as JSON."""
    return {
        "purl": audited.artifact.purl,
        "repository": audited.repository,
        "workflows": audited.workflows,
        "at": audited.at.isoformat(),
        "versions": [_row(row) for row in audited.rows],
        "not_looked_at": audited.not_looked,
        "not_seen": audited.unseen,
        "to_know": audited.told,
        "questions_to_github": audited.asked,
    }


def _row(row: Row) -> dict[str, object]:
    version, verdict = row.version, row.verdict
    return {
        "version": version.number,
        "published_at": version.at.isoformat(),
        "account": version.account.name if version.account is not None else None,
        "removed": version.removed_at is not None,
        "outcome": verdict.outcome.value,
        "suspect": verdict.suspect,
        "not_seen": row.blind,
        "confidence": verdict.confidence.word,
        "digests": [digest for file in version.files for digest in file.digests],
        "findings": [
            {
                "reason": finding.reason,
                "weight": finding.weight.value,
                "confidence": finding.confidence.word,
                "sentence": finding.sentence,
                "links": finding.links,
            }
            for finding in (verdict.findings if verdict.outcome is not Outcome.COMPLIANT else _decisive(row))
        ],
    }
