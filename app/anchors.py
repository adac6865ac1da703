"""Anchors of the ledger: where its chain ended at some time, said where the database cannot take it back.

The clock says one an hour as a line of the log; whoever keeps logs elsewhere keeps anchors. `ledger verify` reads them
back, from a file with one a line, among whatever else stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from verifier.ledger.chain import Anchor, anchored
from verifier.ledger.protocol import Book

EVERY = timedelta(hours=1)
"""How often the clock says where the ledger ends."""
NAME = "anchor"
"""Under this name it is noted when that was said last, among the heartbeats."""
EVENT = "ledger anchor"
"""What such a line of the log is called."""

_WRITTEN = re.compile(r"([0-9a-f]{64}):(\d{1,18})")
_HASH = re.compile(r"\bhash\b[\"']?\s*[=:]\s*[\"']?([0-9a-f]{64})\b")
_SEQUENCE = re.compile(r"\bsequence\b[\"']?\s*[=:]\s*[\"']?(\d{1,18})\b")
_LONGEST_LINE = 64 * 1024


def due(book: Book, now: datetime) -> Anchor | None:
    """Where the ledger ends now, where that is to be said again; noted as said. None before the first fact."""
    last = book.health.last_beat(NAME)
    # A clock that was set back must not silence it until the old time comes round again.
    if last is not None and last <= now < last + EVERY:
        return None
    anchor = anchored(book.last_link())
    if not anchor.sequence:
        return None
    book.health.beat(NAME, now)
    return anchor


def as_document(anchor: Anchor) -> dict[str, str | int | None]:
    """An anchor as it is printed and logged."""
    at = anchor.recorded_at.isoformat() if anchor.recorded_at is not None else None
    return {"sequence": anchor.sequence, "hash": anchor.hash, "recorded_at": at}


def read(given: str) -> Mapping[int, str]:
    """Hashes by their numbers, from `HASH:SEQUENCE` or from a file. Raises ValueError, in words for people."""
    written = _WRITTEN.fullmatch(given)
    if written is not None:
        return {int(written[2]): written[1]}
    path = Path(given)
    if not path.is_file():
        raise ValueError("--anchor is neither HASH:SEQUENCE nor a file that is there.")
    with path.open(encoding="utf-8", errors="replace") as lines:
        return from_lines(lines, given)


def from_lines(lines: Iterable[str], where: str) -> Mapping[int, str]:
    """Every line that holds a hash and its number. Raises ValueError where none does, or two disagree."""
    anchors: dict[int, str] = {}
    for line in lines:
        short = line[:_LONGEST_LINE]
        number, digest = _SEQUENCE.search(short), _HASH.search(short)
        if number is None or digest is None:
            continue
        if anchors.setdefault(int(number[1]), digest[1]) != digest[1]:
            raise ValueError(f"{where} holds two anchors for fact {number[1]} that disagree: one of them is forged.")
    if not anchors:
        raise ValueError(f"{where} holds no anchor: a line with `sequence` and `hash`, as `ledger anchor` prints it.")
    return anchors
