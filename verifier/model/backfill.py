"""What was missed of a repository's webhooks, and how far its past is read from GitHub's lists instead.

Pure: each answer of GitHub's turns a `Backfill` into the next one. The ledger keeps it after every answer, so that
whoever goes on after a crash goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

CAP = 1_000
"""GitHub lists no more runs than this for one filter (docs.github.com/rest/actions/workflow-runs)."""
AGAIN = 3
"""How often a slice is read anew because the list changed while it was read."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Gap:
    """Webhooks of a repository may be missing: some of the time from `since` to `until`.

    `unsent`: GitHub sent none, because the App was suspended or not installed there; its deliveries tell nothing then.
    """

    since: datetime
    until: datetime
    unsent: bool = False

    def joined(self, other: Gap) -> Gap:
        """Both as one."""
        return Gap(min(self.since, other.since), max(self.until, other.until), self.unsent or other.unsent)

    def after_reading(self, since: datetime, until: datetime) -> Gap | None:
        """What is left of it once everything from `since` to `until` is read; None: nothing.

        A reading that does not reach back to the gap's beginning leaves all of it: a run may have begun there.
        """
        if since > self.since or until <= self.since:
            return self
        return None if until >= self.until else replace(self, since=until)


class Listing(StrEnum):
    """What is read, in this order: what verdicts wait for comes first."""

    RUNS = "runs"
    RELEASES = "releases"
    TAGS = "tags"


@dataclass(frozen=True)
class Slice:
    """One list still to be read, or the rest of it.

    Of runs those *created* from `first` to `last`, both whole seconds that belong to it; of releases and tags there is
    one list, without times. `page` is the address of the next page as GitHub gave it, '' before the first.
    """

    listing: Listing
    workflow: str = ""
    """The workflow file whose runs it lists; '' for those of all."""
    first: datetime | None = None
    last: datetime | None = None
    page: str = ""
    total: int = -1
    """How many GitHub said there are, when the first page was read; -1: not said."""
    again: int = 0
    """How often it was begun anew."""


@dataclass(frozen=True)
class Counts:
    """How much was read."""

    runs: int = 0
    releases: int = 0
    tags: int = 0
    pages: int = 0
    """Answers of GitHub's."""


@dataclass(frozen=True)
class Backfill:
    """One reading of a repository's past: what was going on from `since` to `until`, in what is left to do.

    `workflows` are the files whose runs it covers; a workflow that is approved later is not among them. `left` is in
    the order of reading.
    """

    repository_id: int
    since: datetime
    until: datetime
    workflows: tuple[str, ...]
    left: tuple[Slice, ...]
    read: Counts = Counts()
    seconds: int = 0
    """How much time all its lists of runs cover together."""
    moved_at: datetime | None = None
    """When GitHub last answered."""
    finished_at: datetime | None = None

    @property
    def finished(self) -> bool:
        """Nothing is left."""
        return not self.left

    @property
    def listing(self) -> Listing | None:
        """What is being read."""
        return self.left[0].listing if self.left else None

    @property
    def share(self) -> float:
        """About how much is read, from 0 to 1: nine tenths are the runs, a twentieth each of the other lists.

        It is for people who wait; nothing is decided by it.
        """
        runs = [one for one in self.left if one.listing is Listing.RUNS]
        open_ = sum(((one.last - one.first) / SECOND + 1) for one in runs if one.first and one.last)
        lists = sum(one.listing is not Listing.RUNS for one in self.left)
        return max(0.0, 1 - 0.9 * min(1.0, open_ / max(self.seconds, 1)) - 0.05 * lists)


def wanted_since(
    known: Backfill | None, gap: Gap | None, workflows: Sequence[str], now: datetime, reach: timedelta
) -> datetime | None:
    """From when a repository's past is to be read now; None: all is read that there is to read.

    A repository of which nothing was read yet, or that has a workflow whose runs were not, is read as far back as
    `reach`; else what the gap says, and no further than that.
    """
    if known is None or not known.finished or not set(workflows) <= set(known.workflows):
        return now - reach
    return max(gap.since, now - reach) if gap is not None else None


def begun(
    repository_id: int,
    since: datetime,
    until: datetime,
    workflows: Sequence[str],
    lists: Sequence[str],
    before: timedelta,
) -> Backfill:
    """A reading at its beginning.

    `lists` are the workflow files whose lists of runs are read, '' for the list of all runs; none: nobody publishes
    from there, so there is nothing to read. `before` is how long before the span a run may have been created that was
    run again in it.
    """
    first, last = _second(since - before), _second(until) + SECOND
    runs = tuple(Slice(Listing.RUNS, workflow, first, last) for workflow in lists)
    rest = (Slice(Listing.RELEASES), Slice(Listing.TAGS)) if lists else ()
    seconds = len(runs) * (int((last - first) / SECOND) + 1)
    return Backfill(repository_id, since, until, tuple(sorted(workflows)), (*runs, *rest), seconds=seconds)


class Uncountable(ValueError):
    """More runs of one second than GitHub lists."""


def answered(known: Backfill, items: int, total: int, next_page: str, now: datetime) -> tuple[Backfill, bool]:
    """The reading after one page of what is next, and whether the page counts: one that counts must be kept with it.

    A page of a slice with as many runs as GitHub lists at most does not: the slice is read in halves, the later one
    first. Nor does one of a list that became another meanwhile: pages shift when a run is deleted, and what stood at
    their edge would be left out; such a slice is read anew, a few times. Raises Uncountable.
    """
    one, rest = known.left[0], known.left[1:]
    moved = replace(known, moved_at=now, read=replace(known.read, pages=known.read.pages + 1))
    if one.listing is Listing.RUNS and not one.page and total >= CAP:
        return replace(moved, left=(*halves(one), *rest)), False
    if one.listing is Listing.RUNS and one.page and total != one.total and one.again < AGAIN:
        return replace(moved, left=(replace(one, page="", total=-1, again=one.again + 1), *rest)), False
    counts = replace(moved.read, **{one.listing.value: getattr(moved.read, one.listing.value) + items})
    if next_page:
        left: tuple[Slice, ...] = (replace(one, page=next_page, total=total), *rest)
    else:
        left = rest
    return replace(moved, left=left, read=counts, finished_at=None if left else now), True


def halves(one: Slice) -> tuple[Slice, Slice]:
    """A slice of runs cut in two that have no second in common and leave none out, the later one first."""
    if one.first is None or one.last is None or one.last <= one.first:
        raise Uncountable("more runs were created within one second than GitHub lists")
    middle = _second(one.first + (one.last - one.first) // 2)
    empty = replace(one, page="", total=-1, again=0)
    return replace(empty, first=middle + SECOND), replace(empty, last=middle)


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
