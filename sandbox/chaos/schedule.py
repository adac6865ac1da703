"""Which fault comes when: pure, from a seed. The same seed and the same faults give the same schedule."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

LATEST, LONGEST = 0.8, 2.5
"""The most seconds from a step of the round to its fault, and for which a fault holds."""
SHORTEST = 0.2


@dataclass(frozen=True)
class Planned:
    """One fault of a round: at which part of the round (0 to 1), so many seconds after that, and for how long.

    `draw` is the seed of what the fault itself draws.
    """

    round: int
    fault: str
    part: float
    after: float
    hold: float
    draw: int


def plan(seed: int, count: int, names: Sequence[str]) -> tuple[Planned, ...]:
    """One fault a round. Every kind comes once before any comes again, in an order that is drawn each time.

    A longer schedule begins like a shorter one.
    """
    if not names:
        raise ValueError("there are no faults to plan")
    draw = random.Random(f"faults {seed}")  # noqa: S311  # a replayable schedule, no secret
    deck: list[str] = []
    planned = []
    for number in range(count):
        if not deck:
            deck = list(names)
            draw.shuffle(deck)
        planned.append(
            Planned(
                round=number,
                fault=deck.pop(),
                part=draw.random(),
                after=draw.uniform(0, LATEST),
                hold=draw.uniform(SHORTEST, LONGEST),
                draw=draw.randrange(2**32),
            )
        )
    return tuple(planned)
