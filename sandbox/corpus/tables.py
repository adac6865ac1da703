"""The document of `counted` as Markdown, for the terminal and for docs/corpus.md alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.corpus.answers import Said

_WHO = {
    "macaron": "Macaron, time window",
    "pnpm": "pnpm, no-downgrade",
    "monitor": "Artifact Monitor, the same cases",
}
_SIGNATURES = (
    "`npm audit signatures` is no rule that is written anew here but npm itself, which need not be installed where this"
    " is counted: what it says stands [below](#npm-audit-signatures)."
)


def markdown(document: Mapping[str, Any]) -> str:
    """All tables, ending with a newline."""
    scenarios, before = document["scenarios"], document["before"]
    cases = len(document["publications"])
    parts = [
        f"{sum(scenarios.values())} scenarios: {scenarios['passed']} as expected, {scenarios['failed']} not,"
        f" {scenarios['waits']} waiting. {cases} publications after the installation;"
        f" {before['publications']} older ones, all honest: {before['alarms']} alarms.",
        "### What was said, and what was true",
        _matrix(document["matrix"]),
        "### From the publication to the alarm",
        _detection(document["detection"]),
        "### How often each level was right",
        table(
            ("said", "confidence", "right", "wrong"),
            [(row["said"], row["confidence"], row["right"], row["wrong"]) for row in document["calibration"]],
        ),
        "### The neighbours on the same cases",
        _neighbours(document["neighbours"]),
        _SIGNATURES,
        "### Measures",
        _measures(document["measures"]),
    ]
    return "\n\n".join(parts) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _matrix(rows: Sequence[Mapping[str, Any]]) -> str:
    words = [word.value for word in Said]
    return table(
        ("class", "truth", *words),
        [(row["class"], row["truth"], *(row["said"][word] or "" for word in words)) for row in rows],
    )


def _detection(rows: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("scenario", "case", "rogue", "non_compliant", "suspect", "first alarm", "slowest", "first anomaly", "outside"),
        [
            (
                f"[{row['scenario']}](../scenarios/{row['scenario']}/)",
                f"{row['class']} {row['subject']}".strip(),
                row["rogue"],
                row["non_compliant"] or "",
                row["suspect"] or "",
                _delay(row["alarm_after"]) or "never",
                _delay(row["slowest_after"]),
                _delay(row["anomaly_after"]),
                row["outside"],
            )
            for row in rows
        ],
    )


def _neighbours(rows: Sequence[Mapping[str, Any]]) -> str:
    words = ("refuses", "unknown", "accepts")
    counts = table(
        ("rule", *(f"{truth}: {word}" for truth in ("rogue", "honest") for word in words)),
        [(_WHO[row["who"]], *(row[t][word] for t in ("rogue", "honest") for word in words)) for row in rows],
    )
    named = [
        f"- {_WHO[row['who']]}: accepts something rogue in {_listed(row['missed'])}; refuses something honest in"
        f" {_listed(row['false'])}."
        for row in rows
        if row["who"] != "monitor"
    ]
    return "\n\n".join((counts, "\n".join(named)))


def _measures(rows: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("measure", "of", "holds", "exceptions"),
        [
            (row["measure"], row["of"], "yes" if row["holds"] else "**no**", _listed(_counted(row["exceptions"]), ""))
            for row in rows
        ],
    )


def _listed(names: Sequence[str], nothing: str = "none") -> str:
    return ", ".join(names) or nothing


def _counted(names: Sequence[str]) -> list[str]:
    """Each name once, with how often it is there."""
    return [f"{name} ({count} times)" if count > 1 else name for name, count in Counter(names).items()]


def _delay(seconds: int | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
