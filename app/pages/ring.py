"""The ring chart: how many of how many stand how, with the total in its middle. Pure; the template draws it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.model.standing import Standing

LENGTH = 1000
"""The whole ring, in the units of the picture."""
LEAST = 12
"""The least of it that anything has which is there at all: one rogue version among a million must be seen."""


@dataclass(frozen=True)
class Arc:
    """One part, from `start` on, clockwise from the top."""

    style: str
    start: int
    length: int
    label: str


@dataclass(frozen=True)
class Ring:
    """The chart. `label` says all of it in words, for who does not see it."""

    arcs: tuple[Arc, ...]
    sum: str
    label: str


def ring(counts: Mapping[Standing, int], words: Mapping[Standing, str]) -> Ring:
    """The ring of these counts, the worst first. `words` are the standings' names for people."""
    there = [(standing, counts[standing]) for standing in Standing if counts.get(standing, 0) > 0]
    total = sum(number for _, number in there)
    lengths = _lengths([number for _, number in there], total)
    arcs, start = list[Arc](), 0
    for (standing, number), length in zip(there, lengths, strict=True):
        label = f"{number:,} {words[standing]}"
        arcs.append(Arc(standing.value.replace("_", "-"), start, length, label))
        start += length
    said = ", ".join(arc.label for arc in arcs) or "nothing yet"
    return Ring(tuple(arcs), f"{total:,}", f"{total:,} in all: {said}" if arcs else said)


def _lengths(numbers: list[int], total: int) -> list[int]:
    """Shares of the ring that add up to all of it, none smaller than can be seen."""
    if not numbers:
        return []
    shares = [max(LEAST, round(LENGTH * number / total)) for number in numbers]
    largest = shares.index(max(shares))
    shares[largest] += LENGTH - sum(shares)
    return shares
