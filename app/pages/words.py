"""How pages show outcomes, times, and text from strangers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from verifier.model import Incident, Outcome
from verifier.model.standing import Standing

LIMIT = 200
"""The longest text from a registry that a page shows, in characters."""


@dataclass(frozen=True)
class Badge:
    """A standing as people see it: a word and a sign, so that nothing rests on a colour. `style` is its CSS class."""

    word: str
    sign: str
    style: str


BADGES = {
    Standing.NON_COMPLIANT: Badge("non-compliant", "✗", "non-compliant"),
    Standing.SUSPECT: Badge("suspect", "!", "suspect"),
    Standing.PENDING: Badge("pending", "…", "pending"),
    Standing.UNVERIFIABLE: Badge("unverifiable", "?", "unverifiable"),
    Standing.WAIVED: Badge("waived", "~", "waived"),
    Standing.COMPLIANT: Badge("compliant", "✓", "compliant"),
}
ODD = Badge("odd", "!", "suspect")
"""What an incident is in which no version stands worse than compliant; no version is shown so."""

_DIGEST = re.compile("(sha(?:256|384|512):[0-9a-f]{12})[0-9a-f]{20,}…?")


def badge_of(incident: Incident) -> Badge:
    """The loudest thing that stands open in an incident; of a settled one what it was about."""
    members = [member for member in incident.members if member.open] or incident.members
    if incident.rogue and any(m.outcome is Outcome.NON_COMPLIANT for m in members):
        return BADGES[Standing.NON_COMPLIANT]
    return BADGES[Standing.SUSPECT] if any(m.suspect for m in members) else ODD


def shown(text: str, limit: int = LIMIT) -> str:
    """Text from a stranger, cut to `limit`, with every character that is invisible or turns the line written out.

    The template escapes HTML; this is about what escaping leaves: control characters, bidirectional overrides,
    zero-width characters, and marks piled upon one letter.
    """
    cut, more = text[:limit], "…" if len(text) > limit else ""
    if cut.isascii() and cut.isprintable():
        return cut + more
    parts: list[str] = []
    marks = 0
    for character in cut:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        hidden = category[0] == "C" or category in ("Zl", "Zp") or marks > 2
        parts.append(f"\\u{{{ord(character):x}}}" if hidden else character)
    return "".join(parts) + more


def short(text: str) -> str:
    """The same with no more of a digest than tells two apart: `sha256:0123456789ab…`."""
    return _DIGEST.sub(r"\1…", text)


def link(url: str) -> str:
    """The address if it is one that a browser may safely open; else empty. A `javascript:` address is not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def moment(at: datetime | None) -> str:
    """`2026-03-31 00:21:58`, in UTC as the page says; a dash where nobody knows."""
    return at.isoformat(" ", "seconds")[:19] if at is not None else "–"


def span(duration: timedelta) -> str:
    """`42 s`, `3 min`, `5 h`, `12 d`: rounded down; never negative."""
    seconds = max(0, int(duration.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def ago(duration: timedelta) -> str:
    """`3 min ago`; what lies ahead, by two clocks that differ, is now."""
    return "just now" if duration < timedelta(seconds=2) else f"{span(duration)} ago"


def plural(number: int, word: str) -> str:
    """`1 version`, `84 versions`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
