"""Missed webhooks: GitHub's own list of what it delivered, looked through, and what is not here asked for again.

One piece of work, `deliveries`, comes round every few minutes. Each delivery to ask for is a piece of its own,
`redeliver/GUID/ID`, a second after the one before; so nothing is forgotten when this process dies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from app.github.installation import GitHub
from checks.base import Gone, Mendable, Permanent
from handlers import missed
from handlers.missed import Attempt, Lost
from handlers.record import list_task, missed_since
from verifier.ledger.protocol import Book, Hearing
from verifier.model.backfill import Backfill, Gap
from verifier.model.sweep import Sweep

LIST = "/app/hook/deliveries?per_page=100"
EVERY = timedelta(minutes=5)
"""How often GitHub's list is looked at; mostly that is one question."""
SOON = timedelta(minutes=1)
"""The same while something that can still be had is not here."""
MOST_PAGES = 200
"""The most pages of one turn; a longer list is gone on with in the next one."""
UNREAD = "deliveries: unreadable"

log = structlog.get_logger()


@dataclass(frozen=True)
class _Listed:
    """What one turn read: back to `floor`, or as far as `cursor`, where the next one goes on."""

    attempts: tuple[Attempt, ...]
    cursor: str
    unread: int


def redeliver_task(one: Lost) -> str:
    """The work key under which a delivery is asked for again."""
    return f"redeliver/{one.newest.guid}/{one.newest.id}"


def sweep(deps: Deps) -> datetime:
    """Look once; returns when to look again. Raises Temporary or Mendable where GitHub does not show the list."""
    now = deps.now()
    with deps.ledger.reading() as book:
        last = book.missed.sweep()
    goes_on = last is not None and last.cursor != ""
    floor = last.floor if last is not None else now - missed.WINDOW
    begun_at = last.at if last is not None and goes_on else now
    try:
        listed = _listed(deps.github(0), last.cursor if last is not None else "", floor)
    except Permanent as error:
        if last is None or not goes_on:
            raise Mendable(str(error)) from error  # one question, and what it would find can be had for three days only
        log.warning("deliveries.begun_anew")  # a cursor grows old; what is missing is as far back as it was
        with deps.ledger.writing() as book:
            book.missed.put_sweep(replace(last, cursor=""))
        return now + SOON
    with deps.ledger.writing() as book:
        found = _keep(book, listed, Sweep(begun_at, floor), now, last if goes_on else None)
    if found.lost:
        log.warning("deliveries.lost", lost=found.lost, since=str(found.lost_since), listed=found.listed)
    if found.cursor:
        return now
    return now + (SOON if found.lost or found.gaps else EVERY)


def redeliver(deps: Deps, what: str) -> None:
    """Ask GitHub for one delivery again, unless it came meanwhile; one that GitHub has no longer is let go."""
    guid, _, attempt_id = what.rpartition("/")
    with deps.ledger.reading() as book:
        if book.inbox.kept([guid]):
            return
    try:
        deps.github(0).call("POST", f"/app/hook/deliveries/{int(attempt_id):d}/attempts")
    except Gone:
        log.info("delivery.gone", delivery=guid)  # the past of its repository is read instead


def _listed(github: GitHub, cursor: str, floor: datetime) -> _Listed:
    """The attempts from the newest, or from the cursor on, down to those made before `floor`."""
    attempts: list[Attempt] = []
    address: str | None = cursor or LIST
    unread = 0
    for _ in range(MOST_PAGES):
        if address is None:
            break
        items, address = github.listed(address)
        found, strange = missed.read_all(items)
        attempts += found
        unread += strange
        if found and found[-1].at < floor:
            address = None
    return _Listed(tuple(a for a in attempts if a.at >= floor), address or "", unread)


@dataclass(frozen=True)
class _Found(Sweep):
    """A look, and whether gaps are left open by it."""

    gaps: bool = False


def _keep(book: Book, listed: _Listed, look: Sweep, now: datetime, before: Sweep | None) -> _Found:
    """Mark what is missing, want what can be had again, and close the gaps that are seen to be filled."""
    gaps = book.repositories.gaps()
    asked = {a.guid for a in listed.attempts if missed.concerns_us(a) and (gaps or not a.ok)}
    kept = book.inbox.kept(asked)
    missing = missed.lost(listed.attempts, kept, {id_: gap.since for id_, gap in gaps.items()})
    for place, one in enumerate(missed.to_redeliver(missing, now)):
        if book.work.get("inspect", redeliver_task(one)) is None:
            book.work.want("inspect", redeliver_task(one), now + place * missed.APART)
    _mark(book, missing, now)
    whole = before is None and not listed.cursor
    if whole:
        _close(book, gaps, listed.attempts, look, kept)
    _problem(book, listed.unread, now)
    made = Sweep(
        at=look.at,
        floor=look.floor,
        cursor=listed.cursor,
        listed=len(listed.attempts) + (before.listed if before else 0),
        failed=sum(not a.ok for a in listed.attempts) + (before.failed if before else 0),
        lost=sum(one.since > now - missed.WINDOW for one in missing) + (before.lost if before else 0),
        lost_since=min(
            [*(one.since for one in missing), *([before.lost_since] if before and before.lost_since else [])],
            default=None,
        ),
    )
    if not listed.cursor:
        floor = missed.next_floor(missing, book.repositories.gaps().values(), look.at, now)
        if before is not None and before.lost_since is not None:
            floor = min(floor, max(before.lost_since, now - missed.WINDOW))
        made = replace(made, floor=floor)
    book.missed.put_sweep(made)
    return _Found(**vars(made), gaps=any(not gap.unsent for gap in gaps.values()))


def _mark(book: Book, missing: Iterable[Lost], now: datetime) -> None:
    """Open the gaps that lost deliveries leave, and have those repositories' past read if nothing heals them."""
    missing = list(missing)
    ids = {one.newest.repository_id for one in missing if one.newest.repository_id is not None}
    read: dict[int, Backfill] = {id_: done for id_ in sorted(ids) if (done := book.missed.backfill(id_)) is not None}
    for repository_id, gap in missed.new_gaps(missing, read).items():
        repository = book.repositories.get(repository_id)
        if repository is None or repository.removed:
            continue
        missed_since(repository_id, gap, book, now)
        book.work.want("inspect", list_task(repository_id), missed.read_at(gap, now))


def _close(
    book: Book, gaps: Mapping[int, Gap], attempts: Sequence[Attempt], look: Sweep, kept: Mapping[str, Hearing]
) -> None:
    for repository_id, left in missed.healed(gaps, attempts, look.floor, look.at, kept).items():
        book.repositories.put_gap(repository_id, left)
        if left is None:
            log.info("gap.closed", repository_id=repository_id, by="deliveries")


def _problem(book: Book, unread: int, now: datetime) -> None:
    """What of the list cannot be read is said: a delivery may hide behind it."""
    if unread:
        book.health.report(UNREAD, f"{unread} lines of GitHub's list of deliveries cannot be read.", now)
    else:
        book.health.solve(UNREAD)
