"""Turns by the generic cell rate algorithm (ITU-T I.371, annex A): one number a name says when the next may be had.

That number is the theoretical arrival time: when all turns granted so far would be used up at an even pace. A turn is
granted while that lies less than a whole burst ahead. In any span of time no more turns are granted than fit into it at
the even pace, plus one burst.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

HAIR = 1e-6
"""Seconds that are no reason to wait: sums of numbers like 0.2 miss by less."""


class Pace(Protocol):
    """Grants turns by name. Two implementations: of one process, and in Redis for all who share it."""

    def turn(self, name: str, every: timedelta, burst: int = 1, now: float | None = None) -> float:
        """Take a turn: 0 is a turn taken, anything else the seconds until one may be had, and nothing was taken.

        `every` is the even pace, `burst` (at least 1) how many may be had at once after a rest; who takes turns of
        one name names the same two. `now` is in seconds since any beginning that all who share the pace agree on;
        None: the pace's own clock, which for one in Redis is Redis'. Never raises.
        """


def granted(used_up: float | None, every: float, burst: int, now: float) -> tuple[float, float]:
    """How long to wait (0: granted), and when all turns are used up afterwards. Pure; all in seconds.

    What lies further ahead than a whole burst was written by a clock since set back: it counts as a whole burst.
    """
    whole = every * burst
    standing = min(max(used_up if used_up is not None else now, now), now + whole)
    wait = standing + every - whole - now
    if wait > HAIR:
        return wait, standing
    return 0.0, standing + every


def wait_for_turn(
    turn: Callable[[], float], left: Callable[[], float], sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Sleep until a turn is granted; False where it would not be within the seconds that are `left`.

    Several who wait for one name are not served in order: each asks again when the next turn may be had.
    """
    while wait := turn():
        if wait >= left():
            return False
        sleep(wait)
    return True
