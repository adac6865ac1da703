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


def document(before: Sequence[str], growing: tuple[str, Sequence[str]], after: Sequence[str], limit: int) -> str:
    """Parts with an empty line between, in at most `limit` bytes; the growing one takes the room that the others leave.

    `growing` is its heading and its lines; the other parts are bounded where they are made.
    """
    heading, lines = growing
    fixed = sum(len(part.encode()) + 2 for part in (*before, *after))
    room = limit - fixed - len(section(heading, ["-"]).encode()) - 2
    shown = fit(lines, room, lambda more: f"- … and {more} more")
    return "\n\n".join(part for part in (*before, section(heading, shown), *after) if part)
