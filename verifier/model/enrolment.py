"""What people ask about what is watched: to watch an artifact, to stop, to go on; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model.artifact import Artifact
from verifier.model.github import Publisher


class Act(StrEnum):
    """What is asked for."""

    WATCH = "watch"
    """Watch it, published so; of what is watched already: change who may publish it."""
    STOP = "stop"
    """Do not look at its registry any more."""
    RESUME = "resume"
    """Look again."""


@dataclass(frozen=True)
class Enrolment:
    """One wish as it was given; whether it is followed is a `Reply`. Texts are a person's, unescaped.

    `repository_id` is 0 where only the name is known, or where a stop is about all that publish the artifact. The rest
    is what `verifier.model.Publisher` has, as it was asked for: empty `refs` and `events` are the defaults.
    """

    id: str
    act: Act
    artifact: Artifact
    repository: str
    repository_id: int
    actor_id: int
    actor: str
    at: datetime
    reason: str = ""
    workflows: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    manual: bool | None = None
    environment: str = ""
    moving: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    sees_all: bool = False
    """Every repository of this monitor was shown to who asked: no answer tells them of one that is hidden."""
    url: str = ""

    @property
    def of_operator(self) -> bool:
        """Whoever runs this monitor gave it, on its own machine: no account of GitHub has that number."""
        return self.actor_id == 0


@dataclass(frozen=True)
class Reply:
    """What became of it. `sentence` is ours, for people; `waits` for a second person.

    `repository_ids` are those that it holds for, from `acts_at` on; `publishers` who may publish then. Before that, of
    those, only what loosens nothing.
    """

    enrolment_id: str
    accepted: bool
    sentence: str
    at: datetime
    waits: bool = False
    acts_at: datetime | None = None
    repository_ids: tuple[int, ...] = ()
    publishers: tuple[Publisher, ...] = ()


Replied = tuple[Enrolment, Reply | None]
"""A wish with what became of it; None: not answered yet."""
