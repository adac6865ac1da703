"""The chain over the facts: each link's hash covers the link before it, so that nothing in the middle can be altered.

What it cannot show by itself: facts cut off at the end, and a chain made anew from some fact on. An anchor, a hash kept
somewhere else with its number, shows both. What it can never show is a fact that was added at the end by whoever may
write to the database: the hash has no secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from verifier.ledger.protocol import Link

GENESIS = "0" * 64
"""What the first link names as the one before it."""


@dataclass(frozen=True)
class Anchor:
    """Where the chain ended at some time. Of an empty one: 0, GENESIS and no time."""

    sequence: int
    hash: str
    recorded_at: datetime | None


@dataclass(frozen=True)
class Checked:
    """What was found: the last link that holds, and the first one that does not, as one sentence ('': all hold)."""

    last: Anchor
    problem: str = ""


NOTHING: Mapping[int, str] = {}
EMPTY = Anchor(0, GENESIS, None)


def chained(previous: str, sequence: int, recorded_at: datetime, kind: str, body: str) -> Link:
    """The next link: SHA-256 over the previous hash, the sequence number, the time, the kind and the canonical body."""
    covered = json.dumps([previous, sequence, recorded_at.astimezone(UTC).isoformat(), kind, body])
    return Link(sequence, recorded_at, kind, body, previous, hashlib.sha256(covered.encode()).hexdigest())


def anchored(link: Link | None) -> Anchor:
    """The anchor that a chain ending in this link gives."""
    return Anchor(link.sequence, link.hash, link.recorded_at) if link is not None else EMPTY


def check(links: Iterable[Link], anchors: Mapping[int, str] = NOTHING) -> Checked:
    """Walk the chain once, holding nothing but the last link. `anchors`: hashes that were kept elsewhere, by number."""
    last = EMPTY
    if anchors.get(0, GENESIS) != GENESIS:
        return Checked(last, "the anchor of an empty chain has another hash than an empty chain")
    try:
        for link in links:
            problem = _problem(last, link) or _against(anchors, link)
            if problem:
                return Checked(last, problem)
            last = anchored(link)
    # What no column of ours can hold was written past it: a time outside of every calendar, bytes that are no text.
    except (ValueError, OverflowError, TypeError) as error:
        return Checked(last, f"a fact after fact {last.sequence} cannot be read ({type(error).__name__})")
    missing = min((sequence for sequence in anchors if sequence > last.sequence), default=0)
    if missing:
        return Checked(last, f"the chain ends with fact {last.sequence}, and an anchor names fact {missing}")
    return Checked(last)


def broken(links: Iterable[Link]) -> str:
    """Where the chain does not hold, as one sentence; empty when it holds from the first fact to the last."""
    return check(links).problem


def _problem(last: Anchor, link: Link) -> str:
    due = last.sequence + 1
    if link.sequence < due:
        return f"fact {link.sequence} stands before fact {due}, where none belongs"
    if link.sequence != due:
        return f"fact {due} is missing: fact {link.sequence} follows fact {last.sequence}"
    if link.previous != last.hash:
        return f"fact {due} does not follow the fact before it"
    if link != chained(last.hash, due, link.recorded_at, link.kind, link.body):
        return f"fact {due} was altered after it was recorded"
    return ""


def _against(anchors: Mapping[int, str], link: Link) -> str:
    if anchors.get(link.sequence, link.hash) == link.hash:
        return ""
    return f"fact {link.sequence} has another hash than its anchor: the chain up to it was made anew"
