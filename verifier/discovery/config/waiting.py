"""What a changed config file may already do: what tightens acts at once, what loosens when it has stood for a day.

A thief may write the file. So in force is what every file allows that stood within the last day, the one before that
day included: a loosening is in all of them only when it has stood that long, and putting the old file back ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifier.discovery.config import narrower
from verifier.discovery.config.file import Config
from verifier.discovery.config.waivers import Asked
from verifier.model import ROLES, Artifact, Conduct, Publisher

DELAY = timedelta(hours=24)
"""How long what loosens must stand in a repository's own file before it acts."""


@dataclass(frozen=True)
class Beside:
    """What others say about the artifacts of a repository: `vouched` by its organisation and the operator, which is no
    loosening when the file says it too; `found` by discovery before the file named them; and the default branch."""

    vouched: tuple[Publisher, ...] = ()
    found: tuple[Publisher, ...] = ()
    branch: str = "main"


def in_force(files: Sequence[Config], beside: Beside) -> Config:
    """What acts while these files stood one after the other, oldest first; the last one is what stands now."""
    standing = files[0]
    for wanted in files[1:]:
        standing = stricter(standing, wanted, beside)
    return standing


def within(since: Sequence[datetime], now: datetime) -> int:
    """The first of the files that count, by the times since when each stood: those that still stood a day ago on."""
    return max((place for place, at in enumerate(since) if at + DELAY <= now), default=0)


def next_turn(since: Sequence[datetime], now: datetime) -> datetime | None:
    """When what waits acts next; None: nothing waits."""
    return min((at + DELAY for at in since[1:] if at + DELAY > now), default=None)


def stricter(standing: Config, wanted: Config, beside: Beside) -> Config:
    """What may act at once of what is wanted: nothing that stands is loosened by it."""
    named = {publisher.artifact: None for publisher in (*standing.publishers, *wanted.publishers)}
    publishers = [one for artifact in named for one in _publishers(artifact, standing, wanted, beside)]
    return Config(
        tuple(publishers),
        _conduct(standing.conduct, wanted.conduct),
        tuple(asked for one in wanted.waivers if (asked := _waiver(one, standing.waivers)) is not None),
        wanted.unheeded,
    )


def _publishers(artifact: Artifact, standing: Config, wanted: Config, beside: Beside) -> tuple[Publisher, ...]:
    before, after = _of(artifact, standing.publishers), _of(artifact, wanted.publishers)
    if not after or before == after:
        return before
    before = before or _of(artifact, beside.found)
    known = (*before, *_of(artifact, beside.vouched))
    return (narrower.both(known, after, beside.branch) or before) if known else after


def _of(artifact: Artifact, publishers: Sequence[Publisher]) -> tuple[Publisher, ...]:
    return tuple(publisher for publisher in publishers if publisher.artifact == artifact)


def _conduct(old: Conduct, new: Conduct) -> Conduct:
    return replace(
        new,
        check_runs=old.check_runs or new.check_runs,
        issues=old.issues or new.issues,
        advisories=old.advisories or new.advisories,
        role=max(old.role, new.role, key=ROLES.index),
        four_eyes=old.four_eyes or new.four_eyes,
        preview=old.preview and new.preview,
    )


def _waiver(new: Asked, standing: Sequence[Asked]) -> Asked | None:
    """It, until the earlier of both ends; None where it did not stand before."""
    same = [o for o in standing if (o.artifact, o.number, o.digest) == (new.artifact, new.number, new.digest)]
    return replace(new, until=min(new.until, max(one.until for one in same))) if same else None
