"""The commands in a comment: one a line, beginning with `/artifact-monitor`. Pure, bounded, and of hostile text.

    /artifact-monitor acknowledge [for 7 days] REASON
    /artifact-monitor recheck
    /artifact-monitor mine CODE REASON
    /artifact-monitor mute [for 30 days] REASON
    /artifact-monitor help

What a reader does not see as a line of the comment's own is no command: code blocks, quotes, HTML comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.fields import printable
from verifier.model import CODE, DAYS, MARK, Verb

READ = 65_536
"""How many characters of a comment are read: GitHub takes no longer one."""
MOST = 10
"""The most commands of one comment; what follows is answered once."""
REASON = 300
"""The longest reason, in characters."""

UNKNOWN = f"That is no command. Say one of: {', '.join(verb.value for verb in Verb)}."
NO_REASON = "Give a reason: it is shown to everybody who hears of this alert."
TOO_LONG = f"The reason is longer than {REASON} characters; say it shorter."
NO_CODE = (
    f"After “mine” come the {CODE} characters that stand in the alert under “If it was you”, and a reason. They "
    "bind it to exactly the files that were shown."
)
TOO_MANY = f"Only the first {MOST} commands of a comment are read; give the others in another one."

_LINE = re.compile(rf" {{0,3}}{re.escape(MARK)}(?=[ \t]|$)(.*)", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_BREAK = re.compile(r"\r\n|\r|\n")
_CODE = re.compile(rf"[0-9a-f]{{{CODE}}}")
_FOR = re.compile(r"for +([0-9]{1,9}) +days?(?: +|$)", re.IGNORECASE)
_LIKE_FOR = re.compile(r"for\s+[0-9]", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One command as it was written. `problem`: why it cannot be understood, and what to write ('': it can)."""

    verb: Verb
    reason: str = ""
    days: int | None = None
    code: str = ""
    problem: str = ""


def commands(text: str) -> tuple[Asked, ...]:
    """The commands of a comment in their order: `MOST` at most, and one more that says so where there are more."""
    found = list[Asked]()
    for said in _said(text[:READ]):
        if len(found) == MOST:
            return (*found, Asked(Verb.HELP, problem=TOO_MANY))
        found.append(_read(said))
    return tuple(found)


def _said(text: str) -> Iterator[str]:
    """What follows the mark on each line that begins with it and is seen as a line."""
    fence, hidden = "", False
    for line in _BREAK.split(text):
        if hidden:
            hidden = "-->" not in line
        elif fence:
            closing = line.strip(" \t")
            fence = "" if len(closing) >= len(fence) and not closing.strip(fence[0]) else fence
        elif (opening := _FENCE.match(line)) is not None:
            fence = opening[1]
        else:
            hidden = line.rfind("<!--") > line.rfind("-->")
            if (found := _LINE.fullmatch(line)) is not None:
                yield found[1]


def _read(said: str) -> Asked:
    word, _, rest = printable(said).strip().partition(" ")
    rest = rest.strip()
    match word.lower():
        case "" | "help":
            return Asked(Verb.HELP)
        case "recheck":
            return Asked(Verb.RECHECK)
        case "acknowledge":
            return _dated(Verb.ACKNOWLEDGE, rest)
        case "mute":
            return _dated(Verb.MUTE, rest)
        case "mine":
            code, _, reason = rest.partition(" ")
            if not _CODE.fullmatch(code.lower()):
                return Asked(Verb.MINE, problem=NO_CODE)
            return _with_reason(Asked(Verb.MINE, reason.strip(), code=code.lower()))
        case _:
            return Asked(Verb.HELP, problem=UNKNOWN)


def _dated(verb: Verb, rest: str) -> Asked:
    """`[for N days] REASON`."""
    limits, span = DAYS[verb], _FOR.match(rest)
    if span is None and not _LIKE_FOR.match(rest):
        return _with_reason(Asked(verb, rest))
    days = int(span[1]) if span is not None else 0
    if span is None or not 1 <= days <= limits.most:
        usual = f"without, it means “for {limits.usual} days”"
        return Asked(verb, problem=f"Write “for N days” with N from 1 to {limits.most}; {usual}.")
    return _with_reason(Asked(verb, rest[span.end() :].strip(), days))


def _with_reason(asked: Asked) -> Asked:
    if not asked.reason:
        return Asked(asked.verb, problem=NO_REASON)
    return Asked(asked.verb, problem=TOO_LONG) if len(asked.reason) > REASON else asked
