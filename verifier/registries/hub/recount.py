"""The counting of Docker Hub's tags: what the newest page cannot show is what is gone.

So the number of all tags is compared with what is known, and where it does not fit, all pages are read again, one in
each look. Who was on none of them is asked about by name. Where that left off is the text that the next look is given.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from verifier.document import Complaints, Malformed, mapping, moment, parse
from verifier.registries.base import Absent, Conversation, Memory, Unreadable
from verifier.registries.distribution.repository import REFUSALS
from verifier.registries.distribution.tag_list import standing
from verifier.registries.hub.listing import PAGES, Hub, Newest, page_of, tag_of
from verifier.registries.hub.pages import Entry
from verifier.registries.versions.image_tags import is_version

_LONGEST = 4096


@dataclass(frozen=True)
class Recount:
    """`page` is the next to be read again (0: none), since `began`; `asking`: the missing are asked about by now.

    `beside` is how many tags there are that are no versions. `gap` is how many there would be by this count if nothing
    is deleted while it lasts; only where nothing was, it is believed. `cut`: there are more pages than are read.
    """

    beside: int = 0
    gap: int = 0
    page: int = 0
    began: datetime | None = None
    asking: bool = False
    cut: bool = False


def write(recount: Recount) -> str:
    """The recount as text."""
    values = {key: value for key, value in asdict(recount).items() if value}
    return json.dumps(values, default=datetime.isoformat, separators=(",", ":"))


def read(text: str) -> Recount:
    """The recount in a text; what is none begins anew. Never raises."""
    try:
        fields = mapping(parse(text[:_LONGEST].encode(errors="replace")), "the recount")
        began = None if fields.get("began") is None else moment(fields["began"], "began")
    except Malformed:
        return Recount()
    cut, page = fields.get("cut") is True, max(_number(fields.get("page")), 0)
    beside, gap = _number(fields.get("beside")), _number(fields.get("gap"))
    if began is None:
        return Recount(beside, cut=cut)
    return Recount(beside, gap, page, began, fields.get("asking") is True and not page, cut)


def begun(recount: Recount, present: int, newest: Newest, now: datetime) -> Recount:
    """The recount after the newest pages were read: it begins behind them, where the number of tags does not fit."""
    if recount.began is not None or (newest.reached and present + recount.beside == newest.count):
        return recount
    return replace(recount, gap=newest.count - present, page=newest.pages + 1, began=now)


def counted(
    hub: Hub, memory: Memory, recount: Recount, newest: Newest, seen: dict[str, Entry], complaints: Complaints
) -> Conversation[tuple[set[str], Recount] | Unreadable]:
    """Which tags are gone, and how the recount goes on. What it finds is added to `seen`."""
    if recount.began is None:
        return set(), recount
    if recount.page:
        number = max(recount.page, newest.pages + 1)
        page = (yield from page_of(hub, number)) if number <= PAGES else None
        if isinstance(page, Unreadable):
            return page
        if page is not None:
            for entry in page.entries:
                seen.setdefault(entry.tag, entry)
            for sentence in page.unread:
                complaints.add(sentence)
        if page is not None and page.more and number < PAGES:
            return set(), replace(recount, page=number + 1)
        cut = number > PAGES or (page is not None and page.more)
        recount = replace(recount, page=0, asking=True, cut=cut)
    return (yield from _asked(hub, memory, recount, newest.count, seen, complaints))


def _asked(
    hub: Hub, memory: Memory, recount: Recount, count: int, seen: dict[str, Entry], complaints: Complaints
) -> Conversation[tuple[set[str], Recount] | Unreadable]:
    """Those that stood on none of the pages since the recount began are asked about, some in each look."""
    gone, began = set[str](), recount.began or memory.now
    missing = sorted(
        tag for tag in standing(memory) - set(seen) if memory.seen.get(tag, memory.versions[tag].first_seen_at) < began
    )
    left = len(missing) > memory.checks
    for tag in missing[: memory.checks]:
        answer = yield from tag_of(hub, tag)
        if isinstance(answer, Absent):
            gone.add(tag)
        elif isinstance(answer, Entry):
            seen[tag] = answer
        elif answer.status in REFUSALS:
            return answer
        else:
            complaints.add(f"The tag {tag}: {answer.problem}")
            left = True
            break
    recount = replace(recount, gap=recount.gap + len(gone))
    if left:
        return gone, recount
    gap = count - len((standing(memory) | set(filter(is_version, seen))) - gone)
    return gone, Recount(gap if gap == recount.gap else recount.beside, cut=recount.cut)


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
