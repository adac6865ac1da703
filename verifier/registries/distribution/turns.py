"""Which tags of an image a look asks about one by one. Pure.

Those that move are asked about in every look, and so are new ones, and the newest of the others; the rest takes turns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from verifier.model import Version
from verifier.registries.base import Memory
from verifier.registries.versions.image_tags import made_to_move, rank

MOVING = 100
"""The most moving tags that are asked about in every look; others of them take turns like the rest."""
NEW = 100
"""The most new tags that are asked about in one look; the next look goes on."""
_NEWEST = 5
"""One in so many of the tags that are asked about is one of the newest."""


@dataclass(frozen=True)
class Turn:
    """The tags to ask about, in this order, and the last that was taken in turn ('': all of them were)."""

    asked: tuple[str, ...]
    at: str = ""


def first(tags: Iterable[str], memory: Memory) -> Turn:
    """At the first look: the moving tags and the newest."""
    moving, others = _parted(tags, memory)
    return Turn((*moving, *_newest(others)[: memory.checks]))


def later(present: Iterable[str], new: Iterable[str], memory: Memory, at: str) -> Turn:
    """At any later look: what is new, what moves, the newest, and whose turn it is after the tag `at`.

    `present` are all known tags that are there, without the new ones.
    """
    moving, others = _parted(present, memory)
    fresh = _newest(new)[:NEW]
    if len(others) <= memory.checks:
        return Turn((*fresh, *moving, *_newest(others)))
    newest = _newest(others)[: memory.checks // _NEWEST]
    waiting = sorted(set(others) - set(newest))
    following = [tag for tag in waiting if tag > at]
    turn = (following + waiting)[: memory.checks - len(newest)]
    return Turn((*fresh, *moving, *newest, *turn), turn[-1] if turn else at)


def unread(versions: Mapping[str, Version]) -> set[str]:
    """Tags that were new in a look that had no time for them: pushed since we look, and never read."""
    return {
        number
        for number, version in versions.items()
        if not version.files and version.unseen_at is not None and version.removed_at is None
    }


def _parted(tags: Iterable[str], memory: Memory) -> tuple[list[str], list[str]]:
    """The moving tags that are asked about in every look, those without a version first, and all others."""
    every = list(tags)
    moving = _newest(tag for tag in every if made_to_move(tag, memory.moving))
    taken = sorted(moving, key=lambda tag: rank(tag)[:1])[:MOVING]
    return taken, sorted(set(every) - set(taken))


def _newest(tags: Iterable[str]) -> list[str]:
    return sorted(tags, key=lambda tag: (rank(tag), tag), reverse=True)
