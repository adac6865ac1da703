"""Whether something publishes, as far as it can be told: the answer of every reader of steps, commands and scripts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

IMAGES = ("docker", "oci")
"""The purl types of a container image: which of the two it is depends on the registry."""
NAMED = 200
"""The most references of images that one answer keeps."""


@dataclass(frozen=True)
class Judged:
    """`publishes` None: it cannot be told. `types` are the purl types it can publish; empty: not known, any."""

    publishes: bool | None
    types: tuple[str, ...] = ()
    images: tuple[str, ...] = field(default=(), compare=False)
    """References of images that it names, where they are spelled out. Two answers are the same whatever they name."""


NOTHING = Judged(False)
UNKNOWN = Judged(None)


def yes(*types: str) -> Judged:
    """It publishes artifacts of these purl types."""
    return Judged(True, types)


def naming(judged: Judged, images: Iterable[str]) -> Judged:
    """The same answer with the references of images that were read beside it."""
    named = tuple(dict.fromkeys(images))[:NAMED]
    return replace(judged, images=named) if named else judged


def together(parts: Iterable[Judged]) -> Judged:
    """What several commands do as one: they publish when one of them does; they are unknown when one may."""
    parts = list(parts)
    return naming(_together(parts), (image for part in parts for image in part.images))


def _together(parts: list[Judged]) -> Judged:
    publishing = [part for part in parts if part.publishes]
    if publishing:
        known = all(part.types for part in publishing)
        return yes(*sorted({kind for part in publishing for kind in part.types})) if known else yes()
    return UNKNOWN if any(part.publishes is None for part in parts) else NOTHING
