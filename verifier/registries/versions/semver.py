"""Order and release line of npm versions. Never raises: what is not a version ranks lowest, on the line `unknown`.

Source: semver.org 2.0.0, with its own regular expression.
"""

from __future__ import annotations

import re

from verifier.model import Line
from verifier.registries.versions.order import END, LONGEST, bounded, integer, unknown, word

_NUMBER = "0|[1-9][0-9]*"
_VERSION = re.compile(
    rf"(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:-(?P<pre>(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_PRE, _RELEASE = 0, 1
_NUMERIC, _ALPHANUMERIC = 1, 2


def _parse(number: str) -> re.Match[str] | None:
    return _VERSION.fullmatch(number) if len(number) <= LONGEST else None


def line(number: str) -> Line:
    """The release line: `release`, or the letters that the pre-release begins with (`pre` where it has none)."""
    version = _parse(number)
    if version is None:
        return unknown(number)
    return Line(_channel(version["pre"]), bounded(int(version["major"])))


def _channel(pre: str | None) -> str:
    if pre is None:
        return "release"
    letters = re.match("[a-zA-Z]+", pre)
    word = letters[0].lower() if letters else "pre"
    # A publisher picks this word; it must not borrow the name of a line that means something else.
    return "pre" if word in ("release", "unknown") else word


def rank(number: str) -> tuple[int, ...]:
    """Precedence (section 11): compare two ranks to compare two versions. Build metadata does not count."""
    version = _parse(number)
    if version is None:
        return ()
    core = (*integer(int(version["major"])), *integer(int(version["minor"])), *integer(int(version["patch"])))
    if version["pre"] is None:
        return (*core, _RELEASE)
    parts = [part for identifier in version["pre"].split(".") for part in _identifier(identifier)]
    return (*core, _PRE, *parts, END)


def _identifier(identifier: str) -> tuple[int, ...]:
    if identifier.isdigit():
        return (_NUMERIC, *integer(int(identifier)))
    return (_ALPHANUMERIC, *word(identifier))
