"""Answers of GitHub that are kept with their ETag: asked for again, they cost nothing of the limit while they hold.

Kept are those that the monitor asks for again and again and that seldom change: the repository, its files on the
default branch, branches and their protection. What stands at a commit never changes and is read once; lists of runs
change with each look. An ETag holds for one token only, so of one hour at most.
Source: docs.github.com/rest, "Best practices", conditional requests.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

ONE = 256 * 1024
"""The most bytes of one answer that is kept."""
ALL = 8 * 1024 * 1024
"""The most bytes of all that a process keeps; what was not used for longest goes first."""

_REPOSITORY = r"/(?:repos/[^/?]+/[^/?]+|repositories/\d+)"
_WORTH_KEEPING = re.compile(
    rf"{_REPOSITORY}(?:/contents/[^?]*|/branches/[^?]*|/branches\?protected=true.*|/git/ref/[^?]*)?"
)


@dataclass(frozen=True)
class Answered:
    """What GitHub answered last: the ETag to show it, the body's bytes, and the address of the next page."""

    etag: str
    body: bytes
    next: str | None = None


class Kept:
    """The answers that one process keeps, each for the installation that was answered."""

    def __init__(self, most: int = ALL) -> None:
        self._most, self._size = most, 0
        self._held: OrderedDict[tuple[int, str], Answered] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, installation_id: int, path: str) -> Answered | None:
        """What is kept of this question; None where it is not worth it, or not known."""
        with self._lock:
            held = self._held.get((installation_id, path))
            if held is not None:
                self._held.move_to_end((installation_id, path))
            return held

    def put(self, installation_id: int, path: str, answered: Answered) -> None:
        """Keep the newest answer, where it pays."""
        if not answered.etag or len(answered.body) > ONE or not _WORTH_KEEPING.fullmatch(path):
            return
        with self._lock:
            before = self._held.pop((installation_id, path), None)
            self._size += len(answered.body) - (len(before.body) if before is not None else 0)
            self._held[installation_id, path] = answered
            while self._size > self._most:
                _, gone = self._held.popitem(last=False)
                self._size -= len(gone.body)
