"""Hostile text made harmless: one function per target. No name, version or sentence is shown without one of them.

Source: GitHub Flavored Markdown (github.github.com/gfm) and what GitHub does to it afterwards (mentions, references).
"""

from __future__ import annotations

import re
import unicodedata

NAME = 120
"""The most characters shown of a name or version."""
SENTENCE = 600
"""The most characters shown of a sentence."""

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOTHING_SEEN = "(empty)"
# A zero-width space: GitHub looks for mentions and references after Markdown, so a backslash does not stop it.
_APART = "&#8203;"
_MARKS = re.compile(r"[\\`*_\[\]<>|~^$&@#]")
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "@": "@" + _APART, "#": "#" + _APART}
_AUTOLINK = re.compile(r"://|www\.|\bGH-|:(?=[\w+-]*[A-Za-z+][\w+-]*:)", re.IGNORECASE)
_BLOCK_START = re.compile(r"^(?:[-+=]|\d{1,9}[.)])")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[A-Za-z0-9._~%/?&=@:+,;-]*)?(?:#[A-Za-z0-9._~%/=:-]*)?")


def plain(text: str, limit: int = NAME) -> str:
    """Text on one line with nothing unseen in it: for titles and names in JSON. Says how much was cut off.

    Characters that cannot be seen or that turn the line around are spelled out, so that two names never look alike.
    """
    shown, room, marks = list[str](), limit, 0
    for character in text[: limit + 1]:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in _UNSEEN or marks > 2:
            character = f"‹U+{ord(character):04X}›"
        elif category == "Zs":
            character = " "
        room -= len(character)
        if room < 0:
            return f"{''.join(shown).strip()}… ({len(text)} characters)"
        shown.append(character)
    return "".join(shown).strip() or _NOTHING_SEEN


def title(text: str, limit: int = NAME) -> str:
    """Text for a title that GitHub shows almost as it stands: only backticks mean something there."""
    return plain(text, limit).replace("`", "'")


def markdown(text: str, limit: int = SENTENCE) -> str:
    """Text inside a Markdown line: no structure, link, mention, reference, HTML, mathematics or emoji comes of it."""
    line = plain(text, limit)
    line = _MARKS.sub(lambda found: _ENTITY.get(found[0], "\\" + found[0]), line)
    line = _AUTOLINK.sub(lambda found: found[0][0] + _APART + found[0][1:] if len(found[0]) > 1 else ":" + _APART, line)
    return _BLOCK_START.sub(lambda found: found[0][:-1] + "\\" + found[0][-1], line)


def code(text: str, limit: int = NAME) -> str:
    """Text as a Markdown code span, outside tables. The fence is longer than any run of backticks in it."""
    line = plain(text, limit)
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def followed(address: str) -> bool:
    """It is a plain http(s) address of bounded length, which can be followed without surprise."""
    return len(address) <= 2000 and bool(_ADDRESS.fullmatch(address))


def link(words: str, address: str) -> str:
    """A Markdown link; an address that is not plain http(s) is shown as code and cannot be followed."""
    if not followed(address):
        return code(address)
    return f"[{markdown(words)}](<{address}>)"
