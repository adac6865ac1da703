"""A message within a place's room: the longest part gives way first, and says how much it left out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from checks import marked
from checks.channels import TITLES
from checks.escape import link, title
from checks.listed import time
from checks.message import Kind, Message, Part, State
from verifier.model import Severity

"""What people call our posts at GitHub."""

_COLOURS = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.MEDIUM: "🟡",
    Severity.LOW: "🔵",
    Severity.INFO: "⚪",
}


def badge(message: Message) -> str:
    """How loud it is, as one character."""
    if message.state is State.RESOLVED:
        return "✅"
    return "👀" if message.state is State.ACKNOWLEDGED else _COLOURS[message.severity]


WORDS = {Kind.BULLETIN: "notice", Kind.GROUP: "many at once", Kind.DIGEST: "summary", Kind.TEST: "test"}
"""What people call what has no life of its own."""


def kind(message: Message) -> str:
    """How it stands, or what it is."""
    return WORDS.get(message.kind, message.state.value)


def status(message: Message) -> list[tuple[str, str]]:
    """What it is about in a few pairs of plain words: how loud, where, how it stands, since when."""
    found = [("Severity", message.severity.word)]
    if message.repository is not None:
        found.append(("Repository", title(message.repository.full_name)))
    if message.kind is Kind.INCIDENT:
        found += [("State", message.state.value), ("Opened", time(message.began_at))]
    return found


def links(message: Message) -> list[tuple[str, str]]:
    """Where there is more of it: words, and an address that is plain http(s)."""
    found = [("Everything about it", message.url), *((TITLES.get(where, where), url) for where, url in message.links)]
    return [(words, url) for words, url in found if safe(url)]


def safe(url: str) -> bool:
    """The address can be shown as a link anywhere."""
    return bool(url) and any(span.address == url for block in marked.blocks(link("x", url)) for span in block.spans)


def fitted(parts: Sequence[Part], room: int, size: Callable[[str], int] = len) -> list[Part]:
    """Each part with its pieces of Markdown as lines, in `room` together as `size` measures a piece.

    What stands aside has the room that the others leave, and is left out where nothing of it has any.
    """
    pieces = {part: marked.items(part.lines) for part in parts}
    sizes = {part: sum(size(piece) + 1 for piece in found) for part, found in pieces.items()}
    each = _level([sizes[part] for part in parts if not part.aside], room)
    left = max(room - sum(min(sizes[part], each) for part in parts if not part.aside), 0)
    found = list[Part]()
    for part in parts:
        kept = _cut(pieces[part], left if part.aside else each, size)
        if part.aside:
            left = max(left - sum(size(piece) + 1 for piece in kept), 0)
        if not part.aside or kept[0] == pieces[part][0]:
            found.append(replace(part, lines=tuple(kept)))
    return found


def within(message: Message, limit: int, show: Callable[[Message], bytes]) -> bytes:
    """The message as `show` makes it of shorter and shorter versions, until it fits into `limit` bytes."""
    room = limit
    while len(shown := show(message if room == limit else _shorter(message, room))) > limit and room > 64:
        room = room * 3 // 4
    return shown


def _shorter(message: Message, room: int) -> Message:
    return replace(message, parts=tuple(fitted(message.parts, room)))


def _level(sizes: Sequence[int], room: int) -> int:
    """How much each may have, so that all together have no more than `room`: who needs less leaves it to the others."""
    left, waiting = room, sorted(sizes)
    for position, size in enumerate(waiting):
        share = left // (len(waiting) - position)
        if size > share:
            return share
        left -= size
    return max(sizes, default=0)


def _cut(pieces: Sequence[str], room: int, size: Callable[[str], int]) -> list[str]:
    """As many of the pieces as fit from the first on, and how many more there are."""
    if sum(size(piece) + 1 for piece in pieces) <= room:
        return list(pieces)
    kept, room = list[str](), room - 30
    for piece in pieces:
        room -= size(piece) + 1
        if room < 0:
            break
        kept.append(piece)
    return [*kept, f"- … and {len(pieces) - len(kept)} more"]
