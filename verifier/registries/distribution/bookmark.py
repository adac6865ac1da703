"""Where a look at the tags of an image left off, as the text that the next one is given.

Of a list of several pages a look reads one, and the next look the next. A tag that is found there was pushed after the
last time that its page was read: `since`, when the last full turn through the pages began.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from verifier.document import Malformed, mapping, moment, parse
from verifier.registries.distribution.repository import QUERY

TOO_LONG = "The address of the next page of tags is too long to be noted; the tags after this page are not watched."

_LONGEST = 4096


@dataclass(frozen=True)
class Bookmark:
    """`at` is the last tag that was asked about in turn; `query` leads to the next page ('': the turn begins anew).

    `above` is the last tag of the page before it, `page` how many were read in this turn, and `began` when it began.
    `cut`: the list has more pages than are read.
    """

    at: str = ""
    query: str = ""
    above: str = ""
    page: int = 0
    since: datetime | None = None
    began: datetime | None = None
    cut: bool = False


def write(mark: Bookmark) -> str:
    """The bookmark as text."""
    values = {key: value for key, value in asdict(mark).items() if value}
    return json.dumps(values, default=datetime.isoformat, separators=(",", ":"))


def noted(mark: Bookmark) -> tuple[str, tuple[str, ...]]:
    """The bookmark as text, and what is to be said of it: one too long to be read again begins the turn anew."""
    text = write(mark)
    if len(text) <= _LONGEST:
        return text, ()
    return write(replace(mark, query="", above="", page=0, began=None)), (TOO_LONG,)


def read(text: str) -> Bookmark:
    """The bookmark in a text; what is none begins anew. Never raises."""
    try:
        fields = mapping(parse(text[:_LONGEST].encode(errors="replace")), "the bookmark")
    except Malformed:
        return Bookmark()
    page, query = fields.get("page"), _text(fields.get("query"))
    return Bookmark(
        _text(fields.get("at")),
        query if QUERY.fullmatch(query) else "",
        _text(fields.get("above")),
        page if isinstance(page, int) and not isinstance(page, bool) and page > 0 else 0,
        _moment(fields.get("since")),
        _moment(fields.get("began")),
        fields.get("cut") is True,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    try:
        return moment(value, "the bookmark")
    except Malformed:
        return None
