"""One look at what GitHub says it delivered to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sweep:
    """What one look at the App's deliveries showed.

    `floor`: everything that GitHub delivered before is here, or is not to be had any more: the next look need not go
    back further. `cursor` is the address of the page at which a long look goes on, '' where it reached the floor of the
    one before.
    """

    at: datetime
    floor: datetime
    cursor: str = ""
    listed: int = 0
    """Attempts looked at."""
    failed: int = 0
    """Those among them that were not answered with success."""
    lost: int = 0
    """Deliveries that we never got and that can still be had."""
    lost_since: datetime | None = None
    """When the oldest of them was made first."""
