"""An append-only Merkle tree. Source: RFC 6962, section 2.1."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sandbox.sigstore.wire import sha256


@dataclass(frozen=True)
class Inclusion:
    """Where an entry stands, and the hashes that lead from it to the tree's root at that size."""

    index: int
    size: int
    root: bytes
    path: tuple[bytes, ...]


class Tree:
    """The hashes of a log's entries. Safe for several threads."""

    def __init__(self) -> None:
        self._leaves: list[bytes] = []
        self._full: dict[tuple[int, int], bytes] = {}
        self._lock = threading.Lock()

    def add(self, entry: bytes) -> Inclusion:
        """Append an entry and prove that it is in."""
        with self._lock:
            self._leaves.append(sha256(b"\0" + entry))
            index, size = len(self._leaves) - 1, len(self._leaves)
            return Inclusion(index, size, self._hash(0, size), tuple(self._path(index, 0, size)))

    def _hash(self, start: int, size: int) -> bytes:
        """The hash over `size` entries from `start`. Full subtrees never change, so they are kept."""
        if size == 1:
            return self._leaves[start]
        known = self._full.get((start, size))
        if known is not None:
            return known
        left = _left(size)
        made = sha256(b"\1" + self._hash(start, left) + self._hash(start + left, size - left))
        if size == 2 * left:
            self._full[start, size] = made
        return made

    def _path(self, index: int, start: int, size: int) -> list[bytes]:
        if size == 1:
            return []
        left = _left(size)
        if index < left:
            return [*self._path(index, start, left), self._hash(start + left, size - left)]
        return [*self._path(index - left, start + left, size - left), self._hash(start, left)]


def _left(size: int) -> int:
    """The largest power of two that is smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
