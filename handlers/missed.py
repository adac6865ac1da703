"""Webhooks that never reached us, by GitHub's own list of what it delivered; and which of them to ask for again.

GitHub tries once and never again by itself. It shows every attempt for three days, and within them delivers again what
it is asked to, under the same id. All but one of the functions here are pure.

A timeout has the status 0, which GitHub counts neither as success nor as failure: the list must be unfiltered. Source:
docs.github.com/rest/apps/webhooks, "List deliveries for an app webhook", and "Handling failed webhook deliveries".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import HANDLERS, fields, ping
from handlers.base import BadPayload
from verifier.ledger.protocol import Book, Hearing
from verifier.model.backfill import Backfill, Gap

WINDOW = timedelta(days=3) - timedelta(hours=1)
"""How long after it was made first a delivery can be had again: GitHub's three days, and time to ask."""
LAG = timedelta(minutes=2)
"""How long a delivery may take until GitHub lists it, and one that we answer until it is kept."""
FIRST_AFTER = timedelta(minutes=1)
"""How long after a first attempt failed it is asked for again: whoever restarts us needs a moment."""
AGAIN_AFTER = timedelta(hours=1)
"""The same after an attempt that we asked for failed too: something is wrong that takes longer to mend."""
APART = timedelta(seconds=1)
"""Between two of these questions: GitHub wants a pause between requests that make it do something."""
PATIENCE = timedelta(minutes=15)
"""How long deliveries may heal a gap before its repository's past is read instead, which takes more questions."""
TASK = "deliveries"
"""The work key under which GitHub's list of deliveries is looked through."""
PAST = frozenset(("workflow_run", "release", "push", "create", "delete"))
"""The events that tell of a repository's past: where one is missing, a version's run or tag may be."""


@dataclass(frozen=True)
class Attempt:
    """One attempt to deliver. `guid` names the delivery; all attempts at it share it. `ok`: we said that we have it."""

    id: int
    guid: str
    at: datetime
    ok: bool
    event: str
    action: str = ""
    redelivery: bool = False
    repository_id: int | None = None


@dataclass(frozen=True)
class Lost:
    """A delivery that is not here: the newest attempt at it, and when it was made first."""

    newest: Attempt
    since: datetime


def read(item: Mapping[str, object]) -> Attempt:
    """One line of GitHub's list. Raises BadPayload."""
    status, code = item.get("status"), item.get("status_code")
    repository_id = item.get("repository_id")
    return Attempt(
        id=fields.number(item.get("id"), "id"),
        guid=fields.name(item.get("guid"), "guid"),
        at=fields.moment(item.get("delivered_at"), "delivered_at"),
        ok=status == "OK" or (isinstance(code, int) and 200 <= code < 400),
        event=fields.name(item.get("event"), "event"),
        action=fields.optional_name(item.get("action"), "action") or "",
        redelivery=item.get("redelivery") is True,
        repository_id=fields.number(repository_id, "repository_id") if repository_id is not None else None,
    )


def read_all(items: Iterable[Mapping[str, object]]) -> tuple[list[Attempt], int]:
    """Those that can be read, and how many cannot."""
    found, unread = [], 0
    for item in items:
        try:
            found.append(read(item))
        except BadPayload:
            unread += 1
    return found, unread


def concerns_us(attempt: Attempt) -> bool:
    """We would keep it; what we would answer and ignore is no loss."""
    handler = HANDLERS.get(attempt.event)
    if handler is None or attempt.event == ping.EVENT:
        return False
    return not handler.ACTIONS or attempt.action in handler.ACTIONS


def lost(attempts: Iterable[Attempt], kept: Collection[str], gaps: Mapping[int, datetime]) -> tuple[Lost, ...]:
    """What is not here, oldest first.

    `kept` are the ids that the inbox knows: a delivery that timed out at GitHub may be here all the same. One that was
    answered with success is believed to be here, except within a gap (`gaps`: since when, by repository): a database
    that was put back to an older state has forgotten what it acknowledged.
    """
    by_guid: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        if concerns_us(attempt) and attempt.guid not in kept:
            by_guid.setdefault(attempt.guid, []).append(attempt)
    found = []
    for tries in by_guid.values():
        one = Lost(max(tries, key=lambda a: (a.at, a.id)), min(a.at for a in tries))
        if not any(attempt.ok for attempt in tries) or _in_gap(one, gaps):
            found.append(one)
    return tuple(sorted(found, key=lambda one: (one.since, one.newest.guid)))


def _in_gap(one: Lost, gaps: Mapping[int, datetime]) -> bool:
    repository_id = one.newest.repository_id
    since = min(gaps.values(), default=None) if repository_id is None else gaps.get(repository_id)
    return since is not None and since <= one.since


def to_redeliver(missing: Iterable[Lost], now: datetime) -> tuple[Lost, ...]:
    """Those to ask for now, oldest first: soon after they failed, and hourly where that failed too."""
    return tuple(
        one
        for one in missing
        if one.since > now - WINDOW and one.newest.at <= now - (AGAIN_AFTER if one.newest.redelivery else FIRST_AFTER)
    )


def read_at(gap: Gap, now: datetime) -> datetime:
    """When a repository's past is to be read because of a gap: at once where no delivery of GitHub's can fill it."""
    return now if gap.unsent or gap.since <= now - WINDOW else now + PATIENCE


def keep_sweeping(book: Book, now: datetime) -> None:
    """Want the next look at the list, unless it is wanted."""
    if book.work.get("inspect", TASK) is None:
        book.work.want("inspect", TASK, now)


def next_floor(missing: Iterable[Lost], gaps: Iterable[Gap], begun_at: datetime, now: datetime) -> datetime:
    """Back to when the next look must go: a little before this look, and to whatever it may still heal.

    That is the oldest delivery that can still be had, and the beginning of the oldest gap that deliveries can fill.
    """
    open_ = [gap.since for gap in gaps if not gap.unsent]
    still = [at for at in (*(one.since for one in missing), *open_) if at > now - WINDOW]
    return min([*still, begun_at - LAG])


def new_gaps(missing: Iterable[Lost], read: Mapping[int, Backfill]) -> dict[int, Gap]:
    """The gaps that lost deliveries leave in the past of their repositories, by repository id.

    What a finished reading of that past (`read`) came after is made up for, though the delivery itself may never come.
    """
    found: dict[int, Gap] = {}
    for one in missing:
        repository_id = one.newest.repository_id
        if one.newest.event not in PAST or repository_id is None:
            continue
        done = read.get(repository_id)
        if done is not None and done.finished and done.since <= one.since < done.until:
            continue
        gap = Gap(one.since, one.since)
        found[repository_id] = gap.joined(found[repository_id]) if repository_id in found else gap
    return found


def healed(
    gaps: Mapping[int, Gap],
    attempts: Sequence[Attempt],
    floor: datetime,
    begun_at: datetime,
    kept: Mapping[str, Hearing],
) -> dict[int, Gap | None]:
    """What is left of each gap (None: nothing) that GitHub's list shows to be filled, by repository id.

    The list was read completely from `floor` on. A gap is filled where every delivery of the repository since it began
    is here and heard. Where GitHub sent nothing, its list shows nothing: such a gap only a reading can fill.
    """
    left: dict[int, Gap | None] = {}
    for repository_id, gap in gaps.items():
        of_it = [a for a in attempts if a.repository_id == repository_id and a.at >= gap.since and concerns_us(a)]
        whole = all(kept.get(attempt.guid) is Hearing.HEARD for attempt in of_it)
        rest = gap.after_reading(floor, begun_at - LAG)
        if whole and not gap.unsent and rest != gap:
            left[repository_id] = rest
    return left
