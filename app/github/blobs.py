"""Files of repositories that were fetched already. A blob never changes, since its id is the hash of its bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

LIMIT = 16 * 1024 * 1024
"""How much one process keeps, in bytes."""

Key = tuple[int, str]
"""A repository's id and git's blob id: what one repository shows is never taken for another's."""


@dataclass
class Blobs:
    """The blobs used last, `limit` bytes of them at most. Safe for threads."""

    limit: int = LIMIT
    _held: OrderedDict[Key, bytes] = field(default_factory=OrderedDict)
    _size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> bytes | None:
        """The blob; None when it is not kept."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: Key, data: bytes) -> None:
        """Keep it, and forget what was not used for longest. What is not what its id says is not kept."""
        if len(data) > self.limit or key[1] not in _ids(data):
            return
        with self._lock:
            self._size += len(data) - len(self._held.pop(key, b""))
            self._held[key] = data
            while self._size > self.limit:
                self._size -= len(self._held.popitem(last=False)[1])


def _ids(data: bytes) -> tuple[str, str]:
    """git's blob id, in repositories of either kind of hash."""
    framed = b"blob %d\0" % len(data) + data
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest(), hashlib.sha256(framed).hexdigest()
