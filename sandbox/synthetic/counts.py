"""What the monitor said of invented histories, counted: false alarms, misses, and by strategy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.synthetic.judge import Heard
from verifier.model import Outcome

EMERGENCY = "emergency by hand"
"""An honest release by hand on a line from CI: it must alarm, once, and is counted by itself."""

LINES = ("ci", "staged", "hand")


def counted(heard: Sequence[Heard]) -> dict[str, Any]:
    """All counts, as one document."""
    honest = [h for h in heard if not h.truth.rogue and h.truth.strategy != EMERGENCY]
    ci = [h for h in heard if h.truth.rogue and (h.truth.line, h.truth.power) == ("ci", "token")]
    return {
        "versions": len(heard),
        "honest": _share(honest),
        "honest_by_line": {
            line: _share(h for h in honest if h.truth.line == line) for line in ("ci", "staged", "hand")
        },
        "emergencies": _share(h for h in heard if h.truth.strategy == EMERGENCY),
        "token_on_ci": _share(ci),
        "token_on_printing": _share(h for h in ci if h.truth.prints),
        "missed": [
            [h.truth.artifact.purl, h.truth.number, h.truth.strategy, h.reason]
            for h in ci
            if not h.accused and not h.asked
        ],
        "precision": _precision(heard),
        "strategies": _by_strategy(h for h in heard if h.truth.rogue),
        "days": _by_strategy(h for h in heard if not h.truth.rogue),
    }


def _share(heard: Iterable[Heard]) -> dict[str, int]:
    found = list(heard)
    return {
        "versions": len(found),
        "accused": sum(h.accused for h in found),
        "asked": sum(h.asked and not h.accused for h in found),
        "neither": sum(not h.asked and not h.accused for h in found),
        "compliant": sum(h.outcome is Outcome.COMPLIANT for h in found),
        "unverifiable": sum(h.outcome is Outcome.UNVERIFIABLE for h in found),
        "pending": sum(h.outcome is Outcome.PENDING for h in found),
        "unseen": sum(h.outcome is None for h in found),
    }


def _precision(heard: Sequence[Heard]) -> dict[str, int]:
    """Of what was accused, and of what was asked about: how much was a thief's."""
    accused = [h for h in heard if h.accused]
    asked = [h for h in heard if h.asked and not h.accused]
    return {
        "accused": len(accused),
        "accused_rogue": sum(h.truth.rogue for h in accused),
        "asked": len(asked),
        "asked_rogue": sum(h.truth.rogue for h in asked),
    }


def _by_strategy(heard: Iterable[Heard]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Heard]] = defaultdict(list)
    for h in heard:
        groups[h.truth.line, h.truth.strategy].append(h)
    return [
        {
            "line": line,
            "strategy": strategy,
            **_share(of),
            "reasons": dict(Counter(h.reason for h in of).most_common(3)),
        }
        for (line, strategy), of in sorted(groups.items())
    ]


def as_text(document: dict[str, Any]) -> str:
    """Tables for people, in Markdown."""
    honest, token, precision = document["honest"], document["token_on_ci"], document["precision"]
    printing = document["token_on_printing"]
    lines = [
        f"{document['versions']} versions judged.",
        "",
        f"- honest: {honest['versions']}; accused {honest['accused']}, asked about {honest['asked']},"
        f" unverifiable {honest['unverifiable']}, pending {honest['pending']}.",
        f"- honest, by hand on a line from CI: {document['emergencies']['versions']};"
        f" accused {document['emergencies']['accused']}, asked about {document['emergencies']['asked']}.",
        f"- rogue, a token alone, on a line from CI: {token['versions']}; accused {token['accused']},"
        f" asked about {token['asked']}, missed {token['neither']}.",
        f"- of these, where runs print what they publish: {printing['versions']}; accused {printing['accused']},"
        f" asked about {printing['asked']}, missed {printing['neither']}.",
        f"- precision: of {precision['accused']} accused {precision['accused_rogue']} were rogue;"
        f" of {precision['asked']} asked about {precision['asked_rogue']}.",
        "",
        _table("days of honest projects", document["days"]),
        "",
        _table("strategy", document["strategies"]),
    ]
    return "\n".join(lines) + "\n"


def _table(head: str, rows: Sequence[dict[str, Any]]) -> str:
    keys = ("versions", "accused", "asked", "neither", "compliant", "unverifiable", "pending")
    lines = [["line", head, *keys], ["---"] * (len(keys) + 2)]
    lines += [[row["line"], row["strategy"], *(str(row[key]) for key in keys)] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
