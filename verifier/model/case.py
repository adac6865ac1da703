"""The case: everything one decision may look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from verifier.model.artifact import Artifact, Version
from verifier.model.evidence import Evidence
from verifier.model.github import Publisher, Ref, Release, Repository, Run, RunKey
from verifier.model.siblings import Siblings
from verifier.model.source import Comparison, ForcedPush
from verifier.model.verdict import Judged, Verdict

T = TypeVar("T")


class Shared(tuple[T, ...]):
    """A tuple that many cases share, with a place for what was once found out about all of it."""

    def __new__(cls, items: Iterable[T] = ()) -> Shared[T]:
        """Of these."""
        return super().__new__(cls, items)

    def __init__(self, items: Iterable[T] = ()) -> None:
        self.found: dict[Any, Any] = {}


@dataclass(frozen=True)
class Known:
    """The last verdict about the very bytes under judgement: under another tag, before, or in another registry."""

    artifact: Artifact
    number: str
    at: datetime
    verdict: Verdict


@dataclass(frozen=True)
class Mirror:
    """Another registry that carries the same releases of an image, as it was seen at `polled_at` (None: never)."""

    artifact: Artifact
    polled_at: datetime | None
    versions: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Sight:
    """What we could see when the case was gathered. None: never.

    `runs_listed_at`: when GitHub's list of every approved workflow's runs around this publication was last read
    completely. `gap_since`: webhooks may be missing since then and are not backfilled. `github_problem`: the last
    attempt to look failed, in words.
    """

    runs_listed_at: datetime | None = None
    gap_since: datetime | None = None
    github_problem: str = ""


@dataclass(frozen=True)
class Policy:
    """How patient the verdict is; all of it settings.

    `grace` is how long after a publication GitHub's list of runs must be read before an absence counts;
    `tagged_grace` how long a tag may stay away on a line that is always tagged; `skew` how far two clocks may
    differ; `blind_limit` how long an approved run that will not end may keep a verdict pending.
    """

    grace: timedelta = timedelta(minutes=2)
    tagged_grace: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(minutes=2)
    blind_limit: timedelta = timedelta(hours=24)


_NONE = Siblings.of(())
_NO_REFS: Shared[Ref] = Shared()
_NO_RELEASES: Shared[Release] = Shared()


@dataclass(frozen=True)
class Case:
    """Everything one decision may look at. "Now" is not in it: `decide` takes it as an argument.

    `siblings` are all other versions of the artifact; `neighbours` the versions of other watched artifacts of the
    same repository, scope or publishing account; `runs` the runs of the publishers' repositories around the
    publication and those that evidence names. `first_contact` is when we began to watch the artifact. `evidence` None:
    the registry holds attestations and they are not read yet. `gone` are runs that evidence names and GitHub no longer
    has. `forced` are pushes that rewrote a branch of the publishers' repositories. `source` None: not compared.
    `github_asked`: GitHub was asked for attestations about these files (what it gave is in `evidence`). Of images:
    `earlier` is what this very tag held before, oldest first; `known` where else these bytes were judged; `mirrors` the
    same image in other registries.
    """

    version: Version
    first_contact: datetime
    publishers: tuple[Publisher, ...] = ()
    repositories: tuple[Repository, ...] = ()
    runs: tuple[Run, ...] = ()
    evidence: tuple[Evidence, ...] | None = ()
    gone: tuple[RunKey, ...] = ()
    siblings: Siblings = _NONE
    neighbours: tuple[Judged, ...] = ()
    refs: Shared[Ref] = _NO_REFS
    releases: Shared[Release] = _NO_RELEASES
    forced: tuple[ForcedPush, ...] = ()
    source: Comparison | None = None
    github_asked: bool = False
    earlier: tuple[Judged, ...] = ()
    known: tuple[Known, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    sight: Sight = Sight()
    policy: Policy = Policy()

    @cached_property
    def found(self) -> dict[Any, Any]:
        """A place for what several rules ask of this very case, so that it is found out once; no part of the case."""
        return {}

    def __post_init__(self) -> None:
        """Whoever has the others, or the names, as plain tuples may give them so."""
        if not isinstance(self.siblings, Siblings):
            object.__setattr__(self, "siblings", Siblings.of(self.siblings))
        for name in ("refs", "releases"):
            if not isinstance(given := getattr(self, name), Shared):
                object.__setattr__(self, name, Shared(given))
