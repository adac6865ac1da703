"""The doctor's look at what GitHub could deliver to us lately, and at how far repositories' pasts are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.github.installation import GitHub
from app.web.refused import WHY, last
from checks.base import Permanent, Temporary
from handlers.missed import Attempt, concerns_us, read_all
from verifier.ledger.protocol import Book

LATELY = timedelta(days=1)
LIST = "/app/hook/deliveries?per_page=100"
"""One page: enough for a share."""
BAD = 0.05
"""A share of failed attempts from which on something is wrong; below, GitHub's own mishaps are as likely."""
NEWEST = 5
"""So many of those that were given up are named."""
LONGEST = 300
"""The most characters of what is said of one."""

Found = tuple[bool | None, str, str]
"""Whether it is well (None: worth knowing), the sentence, and what to do."""


def look(github: GitHub, now: datetime) -> Iterator[Found]:
    """Ask for the newest deliveries, once."""
    try:
        items, _ = github.listed(LIST)
    except (Temporary, Permanent) as error:
        yield None, f"GitHub does not show what it delivered: {error}", ""
        return
    yield judged(read_all(items)[0], now)


def judged(attempts: Sequence[Attempt], now: datetime) -> Found:
    """What the newest attempts say. Pure."""
    recent = [attempt for attempt in attempts if attempt.at > now - LATELY and concerns_us(attempt)]
    failed = [attempt for attempt in recent if not attempt.ok]
    if not recent:
        return None, "GitHub delivered nothing within a day", ""
    sentence = f"{len(failed)} of the last {len(recent)} deliveries within a day failed"
    if len(failed) < max(1, BAD * len(recent)):
        return True, sentence, ""
    newest = max(failed, key=lambda attempt: attempt.at)
    working = max((attempt.at for attempt in recent if attempt.ok), default=None)
    if working is not None and working > newest.at:
        return None, f"{sentence}, none since {newest.at:%H:%M} UTC; they are asked for again", ""
    advice = "Check that GitHub reaches BASE_URL/webhooks and that the secret is the App's (docs/missed-webhooks.md)."
    return False, f"{sentence}, the last at {newest.at:%H:%M} UTC", advice


def reading(book: Book) -> Iterator[Found]:
    """The pasts that are being read."""
    for one in book.missed.unfinished():
        repository = book.repositories.get(one.repository_id)
        name = repository.full_name if repository is not None else f"repository {one.repository_id}"
        so_far = f"{one.read.runs} runs, {one.read.releases} releases, {one.read.tags} tags"
        yield None, f"the past of {name} is being read: about {int(100 * one.share)} % ({so_far})", ""


def given_up(book: Book, now: datetime) -> Iterator[Found]:
    """The webhooks that were accepted and could not be read: how many, since when, and the newest of them."""
    those = book.inbox.unread()
    if those is None:
        return
    first, last = (f"{at:%Y-%m-%d %H:%M} UTC" for at in (those.first_at, those.last_at))
    sentence = f"{those.number} given up since {first}, the last at {last}: they came, and could not be read"
    bad = False if those.last_at > now - LATELY else None
    yield bad, sentence, "docs/events.md (given up) says what to do."
    for delivery_id, problem in book.inbox.given_up(NEWEST):
        yield None, (problem if delivery_id in problem else f"{delivery_id}: {problem}")[:LONGEST], ""


def refused(book: Book) -> Iterator[Found]:
    """When webhooks were last refused, and why; that their signatures fail all the time is a problem by itself."""
    if known := last(book):
        said = ", ".join(f"{status} ({WHY[status]}) at {at:%Y-%m-%d %H:%M} UTC" for status, at in sorted(known.items()))
        yield None, f"the last was answered {said}", ""
