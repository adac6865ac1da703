"""When registries are looked at: which artifacts are hot, which registries are silent, and how far feeds are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from verifier.model import Artifact

POLL = "poll"
FEED = "feed"
ENOUGH = 3
"""So many artifacts in a row that a registry did not answer for are no chance: it is the registry."""
_FIRST_REST = timedelta(seconds=10)
LONGEST_REST = timedelta(minutes=5)
"""How long a silent registry rests at most before it is tried again."""


def registry_name(artifact: Artifact) -> str:
    """What its polls share: the registry of its kind, or the host of an image that is on none of the known."""
    return f"oci/{artifact.image.partition('/')[0]}" if artifact.type == "oci" else artifact.type


def registry_of(step: str, key: str) -> str | None:
    """The registry that a piece of work asks; None where it is none that a registry's budget is about."""
    if step != POLL:
        return None
    return registry_name(Artifact(key.partition(" ")[0])) if key.startswith("pkg:") else key.replace(" ", "/", 1)


@dataclass(frozen=True)
class Look:
    """How one artifact is looked at. It is hot while it changes: until a while after its last version."""

    artifact: Artifact
    registry: str
    hot_until: datetime


@dataclass(frozen=True)
class Load:
    """How many artifacts of one registry are looked at, by how lively they are."""

    hot: int
    quiet: int


@dataclass(frozen=True)
class Silence:
    """A registry did not answer for these artifacts in a row, the first time at `since`.

    Once they are `ENOUGH` it counts as silent: nobody asks it before `try_at`, and then one does.
    """

    registry: str
    since: datetime
    failed: tuple[str, ...]
    problem: str
    tries: int
    try_at: datetime

    @property
    def silent(self) -> bool:
        """It is the registry, and not one artifact."""
        return len(self.failed) >= ENOUGH

    def waits(self, now: datetime) -> bool:
        """It is not to be asked now."""
        return self.silent and now < self.try_at

    def trying(self, now: datetime) -> Silence:
        """Somebody tries now: the others wait for what comes of it."""
        return replace(self, try_at=now + _rest(self.tries))


def failed(
    before: Silence | None, registry: str, purl: str, problem: str, now: datetime, wait: float | None = None
) -> Silence:
    """A registry did not answer for an artifact. `wait`: the seconds that it asked for."""
    if before is None:
        return Silence(registry, now, (purl,), problem, 0, now)
    known = before.failed if before.silent or purl in before.failed else (*before.failed, purl)
    tries = before.tries + 1 if before.silent else 0
    rest = max(_rest(tries), min(timedelta(seconds=wait or 0), timedelta(days=1)))
    return replace(before, failed=known, problem=problem, tries=tries, try_at=now + rest)


def _rest(tries: int) -> timedelta:
    return min(_FIRST_REST * 2.0 ** min(tries, 10), LONGEST_REST)


class Looks(Protocol):
    """Not derived from facts: when what is asked is the monitor's own affair."""

    def get(self, artifact: Artifact) -> Look | None:
        """How it is looked at; None until it was for the first time."""

    def put(self, look: Look) -> None:
        """Keep it."""

    def load(self, now: datetime) -> Mapping[str, Load]:
        """How many artifacts each registry is asked for; those never looked at are not counted yet."""

    def watched(self, artifacts: Collection[Artifact]) -> list[Artifact]:
        """Those among them that are looked at, sorted."""

    def may_ask(self, registry: str, now: datetime) -> bool:
        """False for a silent one that is not to be tried yet, or that another worker tries."""

    def silence(self, registry: str) -> Silence | None:
        """What it did not answer since it last did."""

    def silences(self) -> list[Silence]:
        """Every one, silent yet or not, by registry."""

    def put_silence(self, silence: Silence) -> None:
        """Keep it."""

    def end_silence(self, registry: str) -> None:
        """It has answered."""

    def feed(self, name: str) -> str:
        """How far this feed is read, in its own words; '' where it was never read."""

    def put_feed(self, name: str, position: str) -> None:
        """It is read so far."""
