"""Whether something publishes, as far as it can be told: the answer of every reader of steps, commands and scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

IMAGES = ("docker", "oci")
"""The purl types of a container image: which of the two it is depends on the registry."""


@dataclass(frozen=True)
class Judged:
    """`publishes` None: it cannot be told. `types` are the purl types it can publish; empty: not known, any."""

    publishes: bool | None
    types: tuple[str, ...] = ()


NOTHING = Judged(False)
UNKNOWN = Judged(None)


def yes(*types: str) -> Judged:
    """It publishes artifacts of these purl types."""
    return Judged(True, types)


def together(parts: Iterable[Judged]) -> Judged:
    """What several commands do as one: they publish when one of them does; they are unknown when one may."""
    parts = list(parts)
    publishing = [part for part in parts if part.publishes]
    if publishing:
        known = all(part.types for part in publishing)
        return yes(*sorted({kind for part in publishing for kind in part.types})) if known else yes()
    return UNKNOWN if any(part.publishes is None for part in parts) else NOTHING
