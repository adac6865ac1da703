"""What happened to an incident, step by step, as lines of Markdown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from checks.escape import code, markdown
from checks.listed import DETAILED, count, time
from verifier.model import Notice, NoticeKind

SHOWN = 20
"""The most steps shown; what lies between the first and the newest is counted."""

_WHOLE = {
    NoticeKind.OPENED: "opened",
    NoticeKind.ACKNOWLEDGED: "acknowledged",
    NoticeKind.LAPSED: "the acknowledgement ended, and it still stands",
    NoticeKind.RESOLVED: "settled: nothing in it stands open",
    NoticeKind.REOPENED: "stands open again",
    NoticeKind.TAMPERED: "what was said here was closed or deleted by somebody who may not end it",
}
_OF_VERSIONS = {
    NoticeKind.ROGUE: "non-compliant",
    NoticeKind.SUSPECT: "suspect",
    NoticeKind.ANOMALY: "odd",
    NoticeKind.CLEARED: "no longer suspected",
    NoticeKind.REMOVED: "taken down",
    NoticeKind.CHANGED: "has other files than before",
    NoticeKind.WAIVED: "waived",
}


def steps(notices: Sequence[Notice]) -> list[str]:
    """One line a step, oldest first; versions to which the same happened at the same time stand in one."""
    lines = []
    for (at, kind, by, note), group in groupby(notices, key=lambda n: (n.at, n.kind, n.by, n.note)):
        who = f" by {code(by)}" if by else ""
        why = f": {markdown(note, 120)}" if note else ""
        lines.append(f"- {time(at)}: {_what(kind, list(group))}{who}{why}")
    if len(lines) <= SHOWN:
        return lines
    return [lines[0], f"- … {count(len(lines) - SHOWN, 'more step')} …", *lines[1 - SHOWN :]]


def _what(kind: NoticeKind, notices: Sequence[Notice]) -> str:
    if kind in _WHOLE:
        return _WHOLE[kind]
    names = [f"{code(n.artifact.label)} {code(n.number)}" for n in notices if n.artifact is not None]
    more = f" and {count(len(names) - DETAILED, 'more version')}" if len(names) > DETAILED else ""
    return f"{', '.join(names[:DETAILED])}{more} {_OF_VERSIONS[kind]}"
