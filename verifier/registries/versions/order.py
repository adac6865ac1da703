"""Version order as tuples of bounded integers, whatever the scheme: what `semver` and `pep440` are built from.

Every part of a rank is written so that comparing two tuples compares the parts, and no code is a prefix of another.
Every integer lies between -1 and `LARGEST`, so that a rank fits any database column and any JSON reader.
"""

from __future__ import annotations

import re

from verifier.model import Line

LARGEST = 2**31 - 1
"""The largest integer in a rank or a line: a signed 32-bit column's."""

LONGEST = 256
"""The longest version we order, in characters: npm's own limit."""

END = 0
"""Closes a list of identifiers; smaller than whatever continues it."""

_DIGITS = 9


def integer(value: int) -> tuple[int, ...]:
    """A number not below 0 in order: itself, or when it is too large its length and its digits nine at a time."""
    if value < LARGEST:
        return (value,)
    digits = str(value)
    return (LARGEST, len(digits), *(int(digits[at : at + _DIGITS]) for at in range(0, len(digits), _DIGITS)))


def word(text: str) -> tuple[int, ...]:
    """Text in ASCII order, a prefix before what it begins."""
    return (*(ord(character) for character in text), END)


def unknown(number: str) -> Line:
    """The line of a version that its scheme does not know: channel `unknown`, and the first number if it has one."""
    first = re.search("[0-9]+", number[:LONGEST])
    return Line("unknown", bounded(int(first[0])) if first else 0)


def bounded(value: int) -> int:
    """A major number that fits a column; larger ones share the last line."""
    return min(value, LARGEST)
