"""Whether the derived tables say what the facts say: everything is derived again in a database beside, and compared.

What does not come from facts alone is taken over as it stands: what is watched, and the incident that a version belongs
to. That a version is waived must be backed by a waiver that a fact gave.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, Text, func, select, tuple_, type_coerce
from sqlalchemy.types import TypeDecorator

from verifier.ledger.deeds import subject_of
from verifier.ledger.protocol import Dossier
from verifier.ledger.rebuild import derive, place_again
from verifier.ledger.sql import SqlLedger, tables
from verifier.ledger.sql.book import SqlBook
from verifier.ledger.sql.facts import deed_row
from verifier.ledger.sql.transaction import Transaction

BATCH = 500
"""Facts derived in one transaction, and rows compared at once."""

KEYED = (
    *(tables.installations, tables.repositories, tables.publishers, tables.proposals, tables.conducts),
    *(tables.runs, tables.readings, tables.run_lists, tables.tags, tables.releases, tables.forced_pushes),
    *(tables.versions, tables.earlier, tables.summaries, tables.waivers, tables.commands, tables.answers, tables.deeds),
)
LISTED = (tables.verdicts, tables.mutes)
"""Numbered by the database, in the order in which the facts came."""

_PLACED = ("incident_id", "waived")
"""Of what a tag held before, these come from what was said, which facts do not give."""


def differences(real: SqlBook, beside: SqlLedger) -> Iterator[str]:
    """Every row that is not as the facts say, as one sentence; `beside` is an empty ledger. Holds a batch at a time."""
    _derive(real, beside)
    with beside.reading() as derived:
        for table in KEYED:
            yield from _keyed(table, real.transaction, derived.transaction)
        for table in LISTED:
            yield from _listed(table, real.transaction, derived.transaction)
        yield from _unfounded(real.in_incidents(), derived)


def _derive(real: SqlBook, beside: SqlLedger) -> None:
    facts = real.facts()
    while batch := list(islice(facts, BATCH)):
        with beside.writing() as book:
            for sequence, recorded_at, fact in batch:
                derive(book, fact, recorded_at)
                subject = subject_of(fact)
                if subject is not None:
                    book.transaction.upsert(tables.deeds, deed_row(sequence, subject))
    with beside.writing() as book:
        for watch in real.versions.watches():
            book.versions.put_watch(watch)
        place_again(book, real.in_incidents())


def _keyed(table: Table, real: Transaction, derived: Transaction) -> Iterator[str]:
    known = 0
    for batch in real.batches(select(*_raw(table)), BATCH):
        of = _looked_up(table, derived, batch)
        for row in batch:
            same = of.get(_key(table, row))
            known += same is not None
            if same is None:
                yield f"{table.name}: no fact gives {_named(table, row)}"
            elif _whole(table, row) != _whole(table, same):
                yield f"{table.name}: {_named(table, row)} is not as the facts say"
    if known == derived.rows(select(func.count()).select_from(table))[0][0]:
        return
    for batch in derived.batches(select(*_raw(table)), BATCH):
        of = _looked_up(table, real, batch)
        for row in batch:
            if _key(table, row) not in of:
                yield f"{table.name}: {_named(table, row)} is missing"


def _listed(table: Table, real: Transaction, derived: Transaction) -> Iterator[str]:
    """The first difference of a list; what follows it is moved, and says no more."""
    columns = [column for column in _raw(table) if column.name != "id"]
    query = select(*columns).order_by(table.c.id)
    pairs = zip_longest(_each(real, query), _each(derived, query))
    for place, (row, derived_row) in enumerate(pairs, start=1):
        if row is None:
            yield f"{table.name}: row {place} and those after it are missing"
            return
        if derived_row is None:
            yield f"{table.name}: no fact gives row {place} and those after it"
            return
        if tuple(row) != tuple(derived_row):
            yield f"{table.name}: row {place} is not as the facts say"
            return


def _unfounded(placed: Sequence[Dossier], derived: SqlBook) -> Iterator[str]:
    for dossier in placed:
        version = dossier.version
        given = derived.incidents.waivers(version.artifact, version.number) if dossier.waived else []
        if dossier.waived and not any(waiver.fingerprint == version.fingerprint for waiver in given):
            yield f"versions: {version.artifact.versioned(version.number)} is waived, and no fact gives a waiver for it"


def _each(transaction: Transaction, query: Any) -> Iterator[Row[Any]]:
    for batch in transaction.batches(query, BATCH):
        yield from batch


def _looked_up(table: Table, where: Transaction, batch: Sequence[Row[Any]]) -> Mapping[Any, Row[Any]]:
    key = tuple_(*[_as_stored(column) for column in table.primary_key.columns])
    rows = where.rows(select(*_raw(table)).where(key.in_([_key(table, row) for row in batch])))
    return {_key(table, row): row for row in rows}


def _raw(table: Table) -> list[ColumnElement[Any]]:
    return [_as_stored(column).label(column.name) for column in table.columns]


def _as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the database holds it: some are never read back, and a forged one might not be readable."""
    if not isinstance(column.type, TypeDecorator):
        return column
    plain = column.type.impl_instance
    return type_coerce(column, Text() if isinstance(plain, Text) else plain)


def _key(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(getattr(row, column.name) for column in table.primary_key.columns)


def _named(table: Table, row: Row[Any]) -> str:
    return f"({', '.join(str(part)[:200] for part in _key(table, row))})"


def _whole(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    if table is not tables.earlier:
        return tuple(row)
    try:
        held = json.loads(row.body)
        body: Any = {name: value for name, value in held.items() if name not in _PLACED}
    except (ValueError, AttributeError):
        body = row.body
    return (*_key(table, row), body)
