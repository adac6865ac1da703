"""A dictionary whose changes can be taken back: the journal of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from verifier.ledger.protocol import ReadOnly

K = TypeVar("K")
V = TypeVar("V")


class Journal:
    """What must be done, last step first, to take the open transaction back. Closed: nothing may be written."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] | None = None

    def open(self) -> None:
        """Let changes in, and note them."""
        self._undo = []

    def note(self, undo: Callable[[], object]) -> None:
        """Note how to take back the change that is made next. Raises ReadOnly when no writing is open."""
        if self._undo is None:
            raise ReadOnly("this transaction only reads; open it with `writing`")
        self._undo.append(undo)

    def close(self, keep: bool) -> None:
        """End the transaction: keep its changes, or take them back."""
        undo, self._undo = self._undo or [], None
        if not keep:
            for step in reversed(undo):
                step()


class Table(Generic[K, V]):
    """Rows by key. Values are frozen, so that handing one out gives nothing away."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rows: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The row of this key, or None."""
        return self._rows.get(key)

    def put(self, key: K, value: V) -> None:
        """Set the row of this key."""
        if key in self._rows:
            old = self._rows[key]
            self._journal.note(lambda: self._rows.__setitem__(key, old))
        else:
            self._journal.note(lambda: self._rows.pop(key))
        self._rows[key] = value

    def drop(self, key: K) -> None:
        """Remove the row of this key, if it is there."""
        if key in self._rows:
            old = self._rows[key]
            # A row taken back stands at the end of the dictionary: shelves sort what they hand out.
            self._journal.note(lambda: self._rows.__setitem__(key, old))
            del self._rows[key]

    def clear(self) -> None:
        """Remove every row."""
        old = dict(self._rows)
        self._journal.note(lambda: self._rows.update(old))
        self._rows.clear()

    def keys(self) -> list[K]:
        """Every key."""
        return list(self._rows)

    def values(self) -> list[V]:
        """Every row."""
        return list(self._rows.values())

    def items(self) -> list[tuple[K, V]]:
        """Every key with its row."""
        return list(self._rows.items())

    def __iter__(self) -> Iterator[K]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._rows)
