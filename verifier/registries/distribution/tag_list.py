"""The list of an image's tags: every page of it at the first look, and one page in each look after that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from verifier.document import Malformed
from verifier.registries.base import Absent, Answer, Conversation, Memory, Page, Unreadable
from verifier.registries.distribution import bookmark
from verifier.registries.distribution.bookmark import Bookmark
from verifier.registries.distribution.repository import REFUSALS, Listing, Repository, listing
from verifier.registries.versions import image_tags

PAGES = 200
"""The most pages of one list that are read: 20,000 tags where a registry gives 100 at once, as some do."""
CUT = f"The list of tags has more than {PAGES} pages; the tags beyond are not watched."


@dataclass(frozen=True)
class Listed:
    """What was listed. `whole`: these are all tags there are; `gone` are known ones that should stand here and do not.

    `attested` are the digests of which a tag keeps attestations. `since` is the
    last time that it was listed where these stand, and `mark` is where the next look goes on.
    """

    tags: tuple[str, ...]
    attested: frozenset[str] = frozenset()
    gone: tuple[str, ...] = ()
    whole: bool = False
    since: datetime | None = None
    mark: Bookmark = field(default_factory=Bookmark)
    unread: tuple[str, ...] = ()


def standing(memory: Memory) -> set[str]:
    """The known tags that are not removed."""
    return {number for number, version in memory.versions.items() if version.removed_at is None}


def every_page(here: Repository, memory: Memory) -> Conversation[Listed | Unreadable]:
    """The whole list, page by page, as far as it is read at all."""
    tags, unread, query, asked = dict[str, None](), list[str](), "", set[str]()
    while True:
        ask = here.tags(query)
        answer = yield ask
        match answer:
            case Unreadable():
                return answer
            case Absent() if not asked:
                return _nothing(memory)
            case Absent():
                return Unreadable(ask.url, "A page of the list of tags is announced, but not there.")
            case Page():
                pass
        try:
            page = listing(ask, answer)
        except Malformed as error:
            return _malformed(ask.url, error)
        asked.add(query)
        tags |= dict.fromkeys(page.tags)
        unread += page.unread
        if page.following in asked and page.following:
            unread.append("The list of tags leads back to a page that was read; the tags after it were not.")
        elif page.following and len(asked) < PAGES:
            query = page.following
            continue
        cut = bool(page.following) and len(asked) >= PAGES
        mark = Bookmark(since=memory.now, cut=cut)
        whole = page.last
        gone = standing(memory) - set(tags) if whole else set()
        return _listed(tags, gone, whole, None, mark, (*unread, *((CUT,) if cut else ())))


def next_page(here: Repository, memory: Memory) -> Conversation[Listed | Unreadable]:
    """The page whose turn it is. One that the registry no longer knows the way to begins the turn anew."""
    mark = bookmark.read(memory.cursor)
    ask = here.tags(mark.query)
    answer = yield ask
    if mark.query and _lost(answer):
        mark = replace(mark, query="", above="", page=0)
        ask = here.tags()
        answer = yield ask
    match answer:
        case Unreadable():
            return answer
        case Absent():
            return _nothing(memory)
        case Page():
            pass
    try:
        page = listing(ask, answer)
    except Malformed as error:
        return _malformed(ask.url, error)
    began = mark.began if mark.query and mark.began else memory.now
    count = mark.page + 1 if mark.query else 1
    whole = page.last and not mark.query
    covered = (lambda _: True) if whole else _covered(page, mark.above if mark.query else "")
    gone = {tag for tag in standing(memory) - set(page.tags) if covered(tag)}
    if page.following and count < PAGES:
        above = page.tags[-1] if page.tags else mark.above
        after = replace(mark, query=page.following, above=above, page=count, began=began)
    else:
        after = Bookmark(at=mark.at, since=began, cut=bool(page.following))
    return _listed(page.tags, gone, whole, mark.since, after, (*page.unread, *((CUT,) if after.cut else ())))


def _lost(answer: Answer) -> bool:
    match answer:
        case Absent():
            return True
        case Unreadable(status=status):
            return 400 <= status < 500 and status not in REFUSALS
        case Page():
            return False


def _covered(page: Listing, above: str) -> Callable[[str], bool]:
    """Which tags would stand on a page if they were there. A registry that keeps no order known to us never says so.

    Registries order by ASCII or without regard to case; where both fit a page, a tag must be missing by both.
    """
    orders = [order for order in (str, str.lower) if _in_order([*([above] if above else []), *page.tags], order)]
    if not page.tags or not orders:
        return lambda _: False
    end = page.tags[-1]
    return lambda tag: all(
        (not above or order(above) < order(tag)) and (page.last or order(tag) <= order(end)) for order in orders
    )


def _in_order(tags: list[str], order: Callable[[str], str]) -> bool:
    return all(order(tag) <= order(after) for tag, after in pairwise(tags))


def _nothing(memory: Memory) -> Listed:
    """The registry knows no such image."""
    mark = Bookmark(since=memory.now)
    return Listed((), gone=tuple(sorted(standing(memory))), whole=True, mark=mark)


def _malformed(url: str, error: Malformed) -> Unreadable:
    return Unreadable(url, f"The list of tags could not be read: {error}.")


def _listed(
    tags: Iterable[str],
    gone: set[str],
    whole: bool,
    since: datetime | None,
    mark: Bookmark,
    unread: tuple[str, ...],
) -> Listed:
    every = tuple(tags)
    return Listed(
        tuple(tag for tag in every if image_tags.is_version(tag)),
        frozenset(filter(None, map(image_tags.attested_by, every))),
        tuple(sorted(gone)),
        whole,
        since,
        mark,
        unread,
    )
