"""What registries say has changed lately. A hint where to look and nothing else: nothing is taken from it but names.

So the readers are lenient: what they cannot read, or read wrongly, costs time at worst. Sources: npm's replication
endpoint as it is since 2025 (`_changes` with `since` and `limit` only; the sequence at the root is where it stands),
and PyPI's feed of the newest releases (docs.pypi "Feeds").
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from verifier import purls
from verifier.document import Malformed, items, mapping, parse
from verifier.model import Artifact
from verifier.registries.base import Absent, Ask, Conversation, Page, Unreadable

LIMIT = 8 * 1024 * 1024
AT_ONCE = 1_000
"""How many changes are asked for at once."""
_BAD_REQUEST = 400
_MARK = "\n"
_SEEN, _DIGITS = 1_000, 12
"""How many releases of one reading are remembered at most, and with how many digits of a hash each."""
_NUMBER = re.compile("[0-9]{1,19}")
_RELEASE = re.compile(r"<item>\s*<title>\s*(([A-Za-z0-9][A-Za-z0-9._-]{0,213}) [^<\s]{1,200})\s*</title>")


@dataclass(frozen=True)
class Changed:
    """Artifacts that changed, whoever watches them. `position`: where to go on; `more`: there is more by now."""

    artifacts: tuple[Artifact, ...]
    position: str
    more: bool = False


def npm(address: str, position: str) -> Conversation[Changed | Unreadable]:
    """What changed since a sequence number. Without one, or where the numbers began anew, it goes on from today."""
    if not _NUMBER.fullmatch(position):
        answer = yield Ask(f"{address}/", "application/json", LIMIT)
        found = _numbers(answer, "update_seq")
        return found if isinstance(found, Unreadable) else Changed((), str(found[0]))
    answer = yield Ask(f"{address}/_changes?since={position}&limit={AT_ONCE}", "application/json", LIMIT)
    if isinstance(answer, Unreadable) and answer.status == _BAD_REQUEST:
        return Changed((), "")
    found = _numbers(answer, "last_seq")
    if isinstance(found, Unreadable):
        return found
    last, document = found
    if last < int(position):
        return Changed((), "")
    try:
        rows = items(document.get("results"), "results", 10 * AT_ONCE)
    except Malformed as error:
        return Unreadable(answer.url, f"Its feed is not as npm's is: {error}.")
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    return Changed(_artifacts("npm", names), str(last), more=len(rows) >= AT_ONCE)


def pypi(address: str, position: str) -> Conversation[Changed | Unreadable]:
    """The newest releases, but those that the reading before the last one saw.

    So each is named by two readings: the feed may be ahead of the index. `position`: what the last two readings saw.
    """
    answer = yield Ask(address, "application/rss+xml, text/xml", LIMIT)
    if not isinstance(answer, Page):
        return _not_there(answer)
    found = _RELEASE.findall(answer.body.decode("utf-8", errors="replace"))[:_SEEN]
    last, _, before = position.partition(_MARK)
    marks = [hashlib.sha256(title.encode()).hexdigest()[:_DIGITS] for title, _ in found]
    known = set(before.split())
    fresh = [name for mark, (_, name) in zip(marks, found, strict=True) if mark not in known]
    return Changed(_artifacts("pypi", fresh), f"{' '.join(marks)}{_MARK}{last}")


FEEDS: dict[str, Callable[[str, str], Conversation[Changed | Unreadable]]] = {"npm": npm, "pypi": pypi}
"""By the name of the registry whose changes they tell."""


def _numbers(answer: Page | Absent | Unreadable, field: str) -> tuple[int, dict[str, object]] | Unreadable:
    """A sequence number and the document it stands in."""
    if not isinstance(answer, Page):
        return _not_there(answer)
    try:
        document = mapping(parse(answer.body), "the document")
    except Malformed as error:
        return Unreadable(answer.url, f"Its feed is not as npm's is: {error}.")
    value = document.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not _NUMBER.fullmatch(str(value)):
        return Unreadable(answer.url, f"Its feed is not as npm's is: {field} is no number.")
    return int(value), document


def _not_there(answer: Absent | Unreadable) -> Unreadable:
    if isinstance(answer, Unreadable):
        return answer
    return Unreadable(answer.url, "There is no feed at the address that is set.")


def _artifacts(kind: str, names: list[object]) -> tuple[Artifact, ...]:
    found = dict.fromkeys(name for name in names if isinstance(name, str) and 0 < len(name) <= purls.LIMIT)
    made = (_artifact(kind, name) for name in found)
    return tuple(artifact for artifact in made if artifact is not None)


def _artifact(kind: str, name: str) -> Artifact | None:
    try:
        return purls.artifact(f"pkg:{kind}/{quote(name, safe='/')}")
    except ValueError:
        return None
