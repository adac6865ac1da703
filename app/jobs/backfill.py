"""Backfill: a repository's past, read from GitHub's lists where no webhook told of it.

After every page what it showed and how far the reading is are kept together, in one transaction: whoever goes on after
a crash goes on there. The jobs of the runs found are wanted by the ledger itself, each as work of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import structlog

from app.deps import Deps
from app.github.installation import GitHub, path_of
from app.github.runs import BEFORE, PER_PAGE, RunList
from app.jobs.installed import github_of, repository_of
from checks.base import Gone, Permanent, Temporary
from handlers import fields, shapes
from handlers.base import BadPayload
from verifier.ledger.protocol import Book
from verifier.model import Fact, Ref, RefSeen, ReleaseSeen, Repository, RunSeen, RunsListed
from verifier.model.backfill import (
    Backfill,
    Listing,
    Slice,
    Uncountable,
    answered,
    begun,
    wanted_since,
)
from verifier.model.github import NEVER
from verifier.verdict.blindness import LOOK_BACK

PAGES = 10
"""How many pages are read in one turn; then others have theirs."""

log = structlog.get_logger()


def backfill(deps: Deps, repository_id: int) -> datetime | None:
    """Read the next pages; returns when to go on, None where all is read.

    Raises Temporary or Permanent where GitHub does not show a page: what was read before it is kept.
    """
    repository = repository_of(deps, repository_id)
    github = github_of(deps, repository)
    with github.connection():
        # Tags and releases do not say whose they are, and somebody else may have the repository's old name by now.
        github.still_there(repository)
        for _ in range(PAGES):
            reading = _going_on(deps, github, repository)
            if reading is None:
                return None
            if not reading.finished:
                reading = _page(deps, github, repository, reading)
            if reading.finished:
                return _finish(deps, reading)
    return deps.now()


def _going_on(deps: Deps, github: GitHub, repository: Repository) -> Backfill | None:
    """The reading that goes on, or a new one; None: there is nothing to read."""
    with deps.ledger.reading() as book:
        known, gap = book.missed.backfill(repository.id), book.repositories.gap(repository.id)
        paths = approved(book, repository.id)
    if known is not None and not known.finished and set(paths) <= set(known.workflows):
        return known
    now = deps.now()
    since = wanted_since(known, gap, paths, now, LOOK_BACK)
    if since is None:
        return None
    reading = begun(repository.id, since, now, paths, _lists(github, repository, paths), BEFORE)
    with deps.ledger.writing() as book:
        book.missed.put_backfill(reading)
    log.info("backfill.begun", repository=repository.full_name, since=since.isoformat())
    return reading


def approved(book: Book, repository_id: int) -> tuple[str, ...]:
    """The workflow files from which somebody may publish."""
    return tuple(sorted({path for p in book.repositories.publishers(repository_id) for path in p.workflows}))


def _lists(github: GitHub, repository: Repository, paths: tuple[str, ...]) -> tuple[str, ...]:
    """The lists that hold the runs of these files: each file's own, or ('') that of all runs.

    A file of which GitHub knows no run at all may be one that others call, and theirs are the runs.
    """
    for path in paths:
        try:
            total = github.page(f"{_runs(repository, path)}?per_page=1")[0]
        except Gone:
            github.still_there(repository)
            total = 0
        if not total:
            return ("",)
    return paths


def _page(deps: Deps, github: GitHub, repository: Repository, reading: Backfill) -> Backfill:
    """Read what is next, and keep it with where that leaves us."""
    one = reading.left[0]
    facts: tuple[Fact, ...] = ()
    try:
        items, total, next_page = _asked(github, repository, one)
    except Gone:
        github.still_there(repository)
        after = _without(reading)
    else:
        try:
            after, counts = answered(reading, len(items), total, next_page, deps.now())
        except Uncountable as error:
            raise Permanent(f"{repository.full_name}: {error}.") from error
        facts = tuple(_facts(github, repository, reading, items)) if counts else ()
    with deps.ledger.writing() as book:
        if book.missed.backfill(repository.id) != reading:
            raise Temporary(f"The past of {repository.full_name} is being read by another worker too.")
        for fact in facts:
            book.record(fact, deps.now())
        book.missed.put_backfill(after)
    return after


def _without(reading: Backfill) -> Backfill:
    """A list that is not there any more: of a workflow file that is gone, others have the runs; else it holds nothing.

    GitHub shows the repository, so that it is gone means what it says.
    """
    one = reading.left[0]
    if one.listing is not Listing.RUNS or not one.workflow:
        return replace(reading, left=reading.left[1:])
    whole = Slice(Listing.RUNS, "", min(s.first for s in reading.left if s.first), one_last(reading))
    rest = tuple(s for s in reading.left if s.listing is not Listing.RUNS)
    return replace(reading, left=(whole, *rest), seconds=reading.seconds)


def _asked(github: GitHub, repository: Repository, one: Slice) -> tuple[list[dict[str, Any]], int, str]:
    """One page: its items, how many there are in all (-1: not said), and the address of the next one."""
    if one.listing is Listing.RUNS:
        created = f"{_text(one.first)}..{_text(one.last)}"
        query = urlencode({"created": created, "per_page": PER_PAGE})
        total, items, more = github.page(one.page or f"{_runs(repository, one.workflow)}?{query}")
        return items, total, more or ""
    path = f"{path_of(repository.full_name)}/{one.listing.value}?per_page={PER_PAGE}"
    items, more = github.listed(one.page or path)
    return items, -1, more or ""


def _facts(github: GitHub, repository: Repository, reading: Backfill, items: list[dict[str, Any]]) -> Iterator[Fact]:
    """What a page says. A release or a tag that cannot be read is left out: nothing is accounted for by it."""
    listing = reading.left[0].listing
    if listing is Listing.RUNS:
        runs = RunList(github, path_of(repository.full_name), repository, reading.since, reading.until)
        yield from map(RunSeen, runs.attempts_of(items))
        return
    for item in items:
        try:
            yield _release(repository, item) if listing is Listing.RELEASES else _tag(repository, item, reading.until)
        except BadPayload as error:
            log.warning("backfill.left_out", repository=repository.full_name, listing=listing.value, why=str(error))


def _release(repository: Repository, item: Mapping[str, Any]) -> ReleaseSeen:
    return ReleaseSeen(shapes.release({"release": item, "repository": {"id": repository.id}}))


def _tag(repository: Repository, item: Mapping[str, Any], at: datetime) -> RefSeen:
    name = fields.name(item.get("name"), "tag.name")
    sha = fields.name(fields.part(item, "commit", "tag.").get("sha"), "tag.commit.sha")
    return RefSeen(Ref(repository.id, name, "", NEVER, listed_sha=sha, listed_at=at))


def _finish(deps: Deps, reading: Backfill) -> datetime | None:
    """All of it is read: say so, and close the gap as far as it covers it. What came meanwhile is read next."""
    now = deps.now()
    with deps.ledger.writing() as book:
        if set(approved(book, reading.repository_id)) <= set(reading.workflows):
            book.record(RunsListed(reading.repository_id, reading.since, reading.until), now)
        gap = book.repositories.gap(reading.repository_id)
        if gap is not None:
            # What is older than GitHub keeps cannot be read, now or ever.
            reached = min(reading.since, gap.since) if gap.since < reading.until - LOOK_BACK else reading.since
            gap = gap.after_reading(reached, reading.until)
            book.repositories.put_gap(reading.repository_id, gap)
        paths = approved(book, reading.repository_id)
        again = wanted_since(reading, gap, paths, now, LOOK_BACK) is not None
    log.info("backfill.finished", repository_id=reading.repository_id, read=str(reading.read), gap_left=gap is not None)
    return now if again else None


def one_last(reading: Backfill) -> datetime:
    """The end of what its lists of runs cover."""
    return max(one.last for one in reading.left if one.last)


def _runs(repository: Repository, workflow: str) -> str:
    base = f"{path_of(repository.full_name)}/actions"
    if not workflow:
        return f"{base}/runs"
    return f"{base}/workflows/{quote(workflow.rsplit('/', 1)[-1], safe='')}/runs"


def _text(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
