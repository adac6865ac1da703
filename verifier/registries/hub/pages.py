"""The pages of Docker Hub's own API: tags with their digests, times and who pushed them. Pure.

Source: github.com/docker/docs, content/reference/api/hub/latest.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from verifier.document import Complaints, Malformed, items, mapping, moment, parse, shown, text
from verifier.model import Account, AccountKind, Part
from verifier.registries.distribution import manifests
from verifier.registries.versions import image_tags

SIZE = 100
"""How many tags one page holds; the API gives no more."""

_IMAGES = 200


@dataclass(frozen=True)
class Entry:
    """One tag. `digest` is '' where the API does not name that of an old index; `account` moved the tag last.

    `updated_at` is what pages are ordered by.
    """

    tag: str
    digest: str
    parts: tuple[Part, ...] = ()
    pushed_at: datetime | None = None
    account: Account | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Tags:
    """One page: its entries, how many tags there are in all, and whether another page follows."""

    entries: tuple[Entry, ...]
    count: int
    more: bool
    unread: tuple[str, ...] = ()

    @property
    def newest_first(self) -> bool:
        """It keeps the order that was asked for, so that whatever follows is older still."""
        times = [entry.updated_at for entry in self.entries if entry.updated_at is not None]
        return all(one >= after for one, after in pairwise(times))


def tags(body: bytes) -> Tags:
    """A page of tags. Raises Malformed when it is none."""
    document, complaints = mapping(parse(body), "the page"), Complaints()
    listed = items(document.get("results"), "results", SIZE)
    found = [complaints.attempt(_entry, value, f"results[{at}]", complaints) for at, value in enumerate(listed)]
    count = document.get("count")
    counted = count if isinstance(count, int) and not isinstance(count, bool) else len(listed)
    return Tags(_once(entry for entry in found if entry), counted, bool(document.get("next")), complaints.all())


def entry(body: bytes, tag: str) -> tuple[Entry, tuple[str, ...]]:
    """The page of one tag, and what of it could not be read. Raises Malformed when it is another's."""
    complaints = Complaints()
    found = _entry(parse(body), "the page", complaints)
    if found.tag != tag:
        raise Malformed(f"name is not {tag}")
    return found, complaints.all()


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Of two entries of one tag the first counts."""
    found = dict[str, Entry]()
    for each in entries:
        found.setdefault(each.tag, each)
    return tuple(found.values())


def _entry(value: object, where: str, complaints: Complaints) -> Entry:
    """One tag. What cannot be read of it costs that field, never the tag."""
    fields = mapping(value, where)
    tag = text(fields.get("name"), f"{where}.name")
    if not image_tags.is_tag(tag):
        raise Malformed(f"{where}.name is not a tag")
    where = f"results[{shown(tag)}]"
    listed = fields.get("images")
    images = [] if listed is None else complaints.attempt(items, listed, f"{where}.images", _IMAGES) or []
    parts = [complaints.attempt(_part, image, f"{where}.images[{at}]") for at, image in enumerate(images)]
    digest, user = fields.get("digest"), fields.get("last_updater_username")
    if digest is None and len(images) == 1 and isinstance(images[0], dict):
        digest, parts = images[0].get("digest"), []
    pushed_at, updated_at = (
        complaints.attempt(moment, fields[key], f"{where}.{key}") if fields.get(key) is not None else None
        for key in ("tag_last_pushed", "last_updated")
    )
    name = None if user in (None, "") else complaints.attempt(text, user, f"{where}.last_updater_username")
    return Entry(
        tag,
        "" if digest in (None, "") else complaints.attempt(manifests.digest, digest, f"{where}.digest") or "",
        tuple(sorted({part for part in parts if part is not None})),
        pushed_at or updated_at,
        Account(name, AccountKind.PERSON) if name else None,
        updated_at or pushed_at,
    )


def _part(value: object, where: str) -> Part | None:
    """One platform; None for what nobody runs, and for one that was never told its digest."""
    fields = mapping(value, where)
    platform = manifests.platform_of(fields, where)
    digest = fields.get("digest")
    return Part(platform, manifests.digest(digest, f"{where}.digest")) if platform and digest else None
