"""Lists that are handed out a page at a time, newest first, and the cursors that say where a page ended.

A cursor is the key of the last item shown, so that what comes in at the top moves nothing that was shown already. It
says nothing that the page did not, and gives no right: what may be seen is asked anew with every page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from verifier.ledger.order import key_of, place_of
from verifier.ledger.rows import Dossier
from verifier.ledger.views import MOST, BadCursor, Deed, Page
from verifier.model import Incident, Ref, Release, Run

T = TypeVar("T")
Key = tuple[Any, ...]
LONGEST = 4096
"""In characters: longer than any cursor of ours."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LIMIT = 2**63


@dataclass(frozen=True)
class List(Generic[T]):
    """One kind of list: its name in cursors, and the key by which it is ordered, the greatest first."""

    name: str
    types: tuple[type, ...]
    key: Callable[[T], Key]

    def after(self, cursor: str) -> Key | None:
        """The key of the last item shown; None at the start. Raises BadCursor on what `page` never gave."""
        if not cursor:
            return None
        try:
            name, *parts = json.loads(_text(cursor))
            key = tuple(_part(kind, part) for kind, part in zip(self.types, parts, strict=True))
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise BadCursor("this is no cursor that a page gave") from None
        if name != self.name or self.cursor(key) != cursor:
            raise BadCursor(f"this is no cursor of a page of {self.name}")
        return key

    def page(self, found: Iterable[T], limit: int) -> Page[T]:
        """The page of what was found, of which one item more than the page takes shows that there are more."""
        items = tuple(found)
        shown = items[: size(limit)]
        return Page(shown, self.cursor(self.key(shown[-1])) if len(items) > len(shown) else "")

    def cursor(self, key: Key) -> str:
        """The cursor of the item with this key."""
        parts = [(part - _EPOCH) // _MICROSECOND if isinstance(part, datetime) else part for part in key]
        text = json.dumps([self.name, *parts], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def size(limit: int) -> int:
    """How many items a page takes: at least one, at most `MOST`."""
    return max(1, min(limit, MOST))


def _text(cursor: str) -> str:
    if len(cursor) > LONGEST:
        raise ValueError("too long")
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except binascii.Error as error:
        raise ValueError("not Base64") from error


def _part(kind: type, part: object) -> Any:
    if kind is str:
        if not isinstance(part, str) or not part.isascii() or "\0" in part:
            raise ValueError("not ASCII text")
        return part
    if type(part) is not int or not -_LIMIT <= part < _LIMIT:
        raise ValueError("not a number")
    return _EPOCH + part * _MICROSECOND if kind is datetime else part


def _version_key(dossier: Dossier) -> Key:
    version = dossier.version
    return version.at, place_of(version.rank), key_of(version.number)


VERSIONS = List[Dossier]("versions", (datetime, str, str), _version_key)
"""Of one time the highest in version order first: where a registry of images gives no times, many have one."""
INCIDENTS = List[Incident]("incidents", (datetime, str), lambda i: (i.opened_at, key_of(i.id)))
RUNS = List[Run](
    "runs", (datetime, int, int, int), lambda r: (r.started_at, r.key.repository_id, r.key.run_id, r.key.attempt)
)
TAGS = List[Ref]("tags", (datetime, int, str), lambda r: (r.at, r.repository_id, key_of(r.name)))
RELEASES = List[Release]("releases", (datetime, int, int), lambda r: (r.updated_at, r.repository_id, r.id))
DEEDS = List[Deed]("deeds", (int,), lambda deed: (deed.id,))
