"""What people look at: totals, lists and pages of them, in a fixed number of queries however much there is.

Every answer is about what somebody may see: `sees` are ids of repositories, None is everything (the operator). Who sees
one of the repositories that publish an artifact sees the artifact, and of its publishers only those. Deleted
repositories are like any other here: their history stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from verifier.ledger.rows import Dossier
from verifier.model import Artifact, Incident, IncidentState, Ref, Release, Run, RunKey
from verifier.model.standing import Standing

T = TypeVar("T")

Sees = frozenset[int] | None
"""Ids of the repositories that somebody may see; None: all of them."""
MOST = 200
"""The most items of one page."""


class BadCursor(ValueError):
    """A cursor that no answer of ours gave."""


class Sort(StrEnum):
    """By what artifacts are sorted; ties by name."""

    WORST = "worst"
    NAME = "name"
    PUBLISHED = "published"
    POLLED = "polled"
    VERSIONS = "versions"


@dataclass(frozen=True)
class Wanted:
    """Which artifacts, in which order. `text` is looked for in the name, without case. `worst` sorts worst first.

    `repository_id`: those it publishes, alone or beside others. What is not known is sorted last, whichever way.
    """

    text: str = ""
    type: str = ""
    standing: Standing | None = None
    repository_id: int | None = None
    sort: Sort = Sort.WORST
    descending: bool = False
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class Summary:
    """One artifact in one line. `counts` has every standing that a version of it has, placeholders left out."""

    artifact: Artifact
    repository_id: int | None
    """The first that publishes it, of those that may be seen: what the server says comes first. None: no repository
    publishes it (any more), which only the operator sees."""
    workflows: tuple[str, ...] = ()
    """The workflow files from which that repository publishes it."""
    counts: Mapping[Standing, int] = field(default_factory=dict)
    odd: int = 0
    """How many compliant versions have something odd about them that nobody waived."""
    published_at: datetime | None = None
    """When its newest version was published, as far as we can tell; placeholders left out."""
    polled_at: datetime | None = None
    problem: str = ""
    """Why its registry could not be looked at, '' where it could."""

    @property
    def versions(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def standing(self) -> Standing:
        """Compliant where every version is compliant or waived; else the worst. Without any version: pending."""
        worst = min((s for s, number in self.counts.items() if number), key=lambda s: s.rank, default=Standing.PENDING)
        return Standing.COMPLIANT if worst.well else worst


@dataclass(frozen=True)
class Totals:
    """How many artifacts and how many versions stand so; standings without any are left out."""

    artifacts: Mapping[Standing, int]
    versions: Mapping[Standing, int]
    odd: int = 0


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of a list. `next` is the cursor of what follows, '' at the end; `total` is -1 where nobody counted."""

    items: tuple[T, ...]
    next: str = ""
    total: int = -1


class DeedKind(StrEnum):
    """What people decided and what changed by their hand."""

    WAIVED = "waived"
    MUTED = "muted"
    COMMANDED = "commanded"
    CONDUCT = "conduct"
    PUBLISHERS = "publishers"
    ENROLLED = "enrolled"
    """Somebody asked to watch an artifact, to stop, or to go on."""


@dataclass(frozen=True)
class Deed:
    """One line of the audit log; text is unescaped. `id` is the fact's sequence number."""

    id: int
    kind: DeedKind
    at: datetime
    by: str
    sentence: str
    repository_id: int | None = None
    artifact: Artifact | None = None
    number: str = ""
    incident_id: str = ""


class Views(Protocol):
    """Read only. Cursors are opaque text; one that is not ours raises BadCursor. `limit` is cut to `MOST`."""

    def totals(self, sees: Sees) -> Totals:
        """Of everything that may be seen."""

    def unreached(self) -> dict[str, int]:
        """How many watched artifacts of each type could not be looked at when they last should; types without any
        artifact are left out."""

    def artifacts(self, sees: Sees, wanted: Wanted, total: int | None = None) -> Page[Summary]:
        """A page of the artifacts, with how many there are in all.

        `total`: what the totals of this transaction say that number is, where they say it; None: it is counted.
        """

    def artifact(self, sees: Sees, artifact: Artifact) -> Summary | None:
        """One of them; None where it is not watched or may not be seen."""

    def versions(
        self, artifact: Artifact, after: str = "", limit: int = 50, standing: Standing | None = None
    ) -> Page[Dossier]:
        """Its versions, newest first, of one time the highest first, placeholders left out.

        Whether it may be seen is asked with `artifact`.
        """

    def good(self, before: Mapping[Artifact, datetime]) -> dict[Artifact, str]:
        """The version to go back to of each of these artifacts, from before the time that stands with it.

        It is the highest release of which our verdict is `compliant` without anything odd, and that is neither removed,
        quarantined nor yanked (`verifier.ledger.good`). Those of which none is known are left out, and of more than
        `MOST` all but the first so many. Whether they may be seen is not asked.
        """

    def incidents(
        self, sees: Sees, states: tuple[IncidentState, ...] = (), after: str = "", limit: int = 50
    ) -> Page[Incident]:
        """Newest first; empty `states`: all."""

    def runs(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Run]:
        """Attempts, newest first."""

    def attempts(self, sees: Sees, keys: Collection[RunKey]) -> list[Run]:
        """Those of these attempts that are known, by their start; of more than `MOST` keys the first so many."""

    def tags(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Ref]:
        """Tags with those deleted, by when they were made, newest first."""

    def releases(self, sees: Sees, repository_id: int | None = None, after: str = "", limit: int = 50) -> Page[Release]:
        """Releases with those deleted, by when they last changed, newest first."""

    def deeds(self, sees: Sees, after: str = "", limit: int = 50) -> Page[Deed]:
        """What people decided, newest first."""
