"""Markdown put together within a channel's limit: what does not fit is counted, never silently left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def fit(lines: Sequence[str], room: int, more: Callable[[int], str]) -> list[str]:
    """As many whole lines as fit into `room` bytes of UTF-8, and `more(n)` for the n that do not."""
    sizes = [len(line.encode()) + 1 for line in lines]
    if sum(sizes) <= room:
        return list(lines)
    room -= len(more(len(lines)).encode()) + 1
    kept, used = list[str](), 0
    for line, size in zip(lines, sizes, strict=True):
        if used + size > room:
            break
        kept.append(line)
        used += size
    return [*kept, more(len(lines) - len(kept))]


def section(heading: str, lines: Sequence[str]) -> str:
    """One part under its heading; '' when there is nothing in it."""
    return f"### {heading}\n\n" + "\n".join(lines) if lines else ""


def folded(heading: str, lines: Sequence[str]) -> str:
    """Lines that are hidden until somebody opens them, on GitHub; '' when there are none.

    GitHub reads Markdown in it because of the empty lines. The heading is ours, and the lines are finished Markdown, in
    which no name of a stranger's can end it.
    """
    return "\n".join((f"<details><summary>{heading}</summary>", "", *lines, "", "</details>")) if lines else ""


_Part = tuple[str, Sequence[str]]


def document(
    before: Sequence[str], growing: _Part, after: Sequence[str], limit: int, last: _Part = ("", ()), foot: str = ""
) -> str:
    """Parts with an empty line between, in at most `limit` bytes; the growing one takes the room that the others leave.

    `growing` is its heading and its lines; the other parts are bounded where they are made. `last` is folded away, and
    takes the room that is left by all; `foot` stands behind it.
    """
    fixed = sum(len(part.encode()) + 2 for part in (*before, *after, foot))
    parts = [*before, _fitted(section, growing, limit - fixed - (_LEAST if last[1] else 0)), *after]
    used = sum(len(part.encode()) + 2 for part in (*parts, foot))
    return "\n\n".join(part for part in (*parts, _fitted(folded, last, limit - used), foot) if part)


_LEAST = 500
"""The room that the folded part has at least."""


def _fitted(made: Callable[[str, Sequence[str]], str], part: _Part, limit: int) -> str:
    heading, lines = part
    room = limit - len(made(heading, ["-"]).encode()) - 2
    return made(heading, fit(lines, room, lambda more: f"- … and {more} more"))
