"""Pages of rows, newest first, found by key: the last page of a million rows costs what the first one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, Text, literal, select, tuple_, type_coerce

from verifier.ledger.codec import decode
from verifier.ledger.paging import Key, List, size
from verifier.ledger.sql.columns import Key as KeyType
from verifier.ledger.sql.tables import incidents, releases, runs, tags
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.views import Page, Sees

T = TypeVar("T")

FEW = 100
"""Up to so many repositories are looked at one by one, each by its own index, and put together; more are sieved out of
all rows, newest first. Few may have nothing among a million rows of others, many hardly."""


@dataclass(frozen=True)
class Place:
    """Where a kind of list lies: its table's columns in the order of its key, and the one of the repository."""

    table: Table
    key: tuple[ColumnElement[Any], ...]
    repository_id: ColumnElement[int]


def _place(table: Table, *names: str) -> Place:
    return Place(table, tuple(table.c[name] for name in names), table.c.repository_id)


INCIDENTS = _place(incidents, "opened_at", "id")
RUNS = _place(runs, "started_at", "repository_id", "run_id", "attempt")
TAGS = _place(tags, "at", "repository_id", "name")
RELEASES = _place(releases, "at", "repository_id", "id")


def newest(
    transaction: Transaction,
    listing: List[T],
    kind: type[T],
    place: Place,
    sees: Sees,
    after: str,
    limit: int,
    *conditions: ColumnElement[bool],
) -> Page[T]:
    """A page of what may be seen of one kind of list."""
    last = listing.after(after)
    if sees is not None and not sees:
        return Page(())
    query = before(select(place.table).where(*conditions), place.key, last)
    if sees is None:
        query = first(query, place.key, limit)
    elif len(sees) > FEW:
        query = first(query.where(transaction.sieved(place.repository_id, sees)), place.key, limit)
    else:
        some = transaction.listed(sees)
        each = first(query.where(place.repository_id == some.c.value), place.key, limit)
        shown, joined = transaction.for_each(some, place.table, each)
        query = first(select(shown).select_from(joined), [shown.c[column.name] for column in place.key], limit)
    return listing.page((decode(kind, row.body) for row in transaction.rows(query)), limit)


def before(query: Select[Any], key: Sequence[ColumnElement[Any]], last: Key | None) -> Select[Any]:
    """What comes after the item with this key in the order of the list."""
    if last is None:
        return query
    columns = [_plain(column) for column in key]
    values = [literal(value, column.type) for value, column in zip(last, columns, strict=True)]
    return query.where(tuple_(*columns) < tuple_(*values))


def first(query: Select[Any], key: Sequence[ColumnElement[Any]], limit: int) -> Select[Any]:
    """The newest of them: one more than the page takes."""
    return query.order_by(*(column.desc() for column in key)).limit(size(limit) + 1)


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A key's column as it is stored: what a cursor holds is a key already."""
    return type_coerce(column, Text) if isinstance(column.type, KeyType) else column
