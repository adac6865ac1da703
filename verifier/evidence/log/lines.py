"""GitHub's log of a job as dated lines. Source: real logs; docs.github.com/rest/actions/workflow-jobs.

Each line begins with the time at which the runner took it, seven digits behind the second; the first of all may begin
with a byte order mark. A step can print whatever it likes behind that, so only this beginning says when a line was
printed, and a line without it belongs to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

MOST_BYTES = 16 * 1024 * 1024
"""The most bytes of one job's log; a larger one is not read at all."""
MOST_LINES = 500_000
LONGEST = 64 * 1024
"""Bytes of one line that are looked at; the rest of it is passed over."""

_DATED = re.compile(r"\ufeff?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,7})Z ", re.ASCII)
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,32}[A-Za-z]")


@dataclass(frozen=True)
class Line:
    """One line of a step's output without colours, and when the runner took it: exactly, and in whole seconds."""

    at: datetime
    second: datetime
    text: str


class TooLarge(ValueError):
    """A log of more bytes or lines than are read."""


def readable(log: bytes) -> bool:
    """A log that can be read to its end: within the limits, and dated text from its first line on (or empty)."""
    head = log[:LONGEST].partition(b"\n")[0].decode("utf-8", "replace")
    return len(log) <= MOST_BYTES and log.count(b"\n") < MOST_LINES and (not log.strip() or bool(_DATED.match(head)))


def lines(chunks: Iterable[bytes]) -> Iterator[Line]:
    """The dated lines in their order, wherever the chunks are cut. Raises TooLarge."""
    for raw in _split(chunks):
        text = raw.decode("utf-8", "replace")
        dated = _DATED.match(text)
        second = _moment(dated[1]) if dated else None
        if dated and second is not None:
            at = second.replace(microsecond=int(f"{dated[2][:6]:0<6}"))
            said = text[dated.end() :]
            yield Line(at, second, (_ANSI.sub("", said) if "\x1b" in said else said).rstrip())


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as bytes, each cut at `LONGEST`; holds no more than one of them."""
    held, size, count = bytearray(), 0, 0
    for chunk in chunks:
        size, count = size + len(chunk), count + chunk.count(b"\n")
        if size > MOST_BYTES or count >= MOST_LINES:
            raise TooLarge(f"more than {MOST_BYTES} bytes or {MOST_LINES} lines")
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            held += end[: LONGEST - len(held)]
            yield bytes(held)
            held.clear()
        held += rest[: LONGEST - len(held)]
    yield bytes(held)


@lru_cache(maxsize=8)
def _moment(seconds: str) -> datetime | None:
    """The time; None when the digits are none."""
    try:
        return datetime.fromisoformat(seconds).replace(tzinfo=UTC)
    except ValueError:
        return None
