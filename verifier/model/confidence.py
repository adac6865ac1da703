"""How sure we are, and how sure a publisher wants us to be."""

from __future__ import annotations

from enum import IntEnum


class Confidence(IntEnum):
    """How sure a finding or verdict is; ordered."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """`low`, `medium` or `high`."""
        return self.name.lower()
