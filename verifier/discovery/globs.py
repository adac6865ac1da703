"""Which folders the globs of a workspace name, as npm, pnpm, yarn, lerna and uv mean them. Bounded, never raises."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

PATTERNS = 200
"""The most globs of one workspace that are read."""
LONGEST = 256
EXPANSIONS = 100
"""The most globs of one workspace, with the braces written out."""
SEGMENTS = 10
"""The most folders within each other that a glob is compared with."""

_BRACES = re.compile(r"\{([^{}]{0,200})\}")


def named(directory: str, patterns: Iterable[str], base: str = "") -> bool:
    """The directory is named by a glob and taken out by none that begins with `!`. Both are relative to `base`."""
    inside = relative(directory, base)
    if not inside:
        return False
    parts = inside.split("/")
    into, out = _compiled(tuple(patterns))
    if len(parts) > SEGMENTS or not any(_walk(parts, glob) for glob in into):
        return False
    return not any(_walk(parts, glob) for glob in out)


def relative(directory: str, base: str) -> str | None:
    """The directory as seen from `base`; '' for `base` itself, None when it lies elsewhere."""
    if not base:
        return directory
    if directory == base:
        return ""
    return directory.removeprefix(f"{base}/") if directory.startswith(f"{base}/") else None


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> tuple[list[list[str]], list[list[str]]]:
    """The globs that name folders and those that take some out, as segments."""
    given = [pattern for pattern in patterns[:PATTERNS] if len(pattern) <= LONGEST]
    expanded = [one for pattern in given for one in _expanded(pattern)][:EXPANSIONS]
    out = [_segments(one[1:]) for one in expanded if one.startswith("!")]
    return [_segments(one) for one in expanded if not one.startswith("!")], out


def _segments(pattern: str) -> list[str]:
    """The parts of a glob between slashes; `**` twice in a row is `**`."""
    parts = [part for part in pattern.split("/")[:SEGMENTS] if part not in ("", ".")]
    return [part for at, part in enumerate(parts) if part != "**" or at == 0 or parts[at - 1] != "**"]


def _expanded(pattern: str) -> list[str]:
    """The globs that `{a,b}` stands for; a brace too many stays as it is written."""
    done, open_ = list[str](), [pattern]
    while open_ and len(done) + len(open_) <= EXPANSIONS:
        one = open_.pop()
        found = _BRACES.search(one)
        if found is None:
            done.append(one)
        else:
            open_ += [one[: found.start()] + word + one[found.end() :] for word in found[1].split(",")]
    return (done + open_)[:EXPANSIONS]


def _walk(parts: list[str], pattern: list[str]) -> bool:
    """Segment by segment; `**` stands for any number of them, none included."""
    reached = {0}
    for glob in pattern:
        if glob == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], glob)}
        if not reached:
            return False
    return len(parts) in reached
