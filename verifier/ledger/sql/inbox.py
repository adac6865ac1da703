"""The inbox in tables. Stands alone: keeping a webhook waits for nobody but SQLite's one writer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update

from verifier.ledger.protocol import Delivery, GivenUp, Hearing
from verifier.ledger.sql.columns import EPOCH
from verifier.ledger.sql.tables import inbox
from verifier.ledger.sql.transaction import Transaction

AT_ONCE = 500
"""The most ids that one query names: SQLite takes a limited number of parameters."""

_MICROSECOND = timedelta(microseconds=1)
# By hand: these run for every webhook, and SQLAlchemy would put a statement for any other number of rows together anew.
_KEEP_ONE = """
    INSERT INTO inbox (id, event, body, received_at, lent, problem) VALUES (?, ?, ?, ?, 0, '')
    ON CONFLICT DO NOTHING RETURNING id
"""
# Arrays in binary (%b): a body is neither quoted nor read character by character.
_KEEP_ALL = """
    INSERT INTO inbox (id, event, body, received_at, lent, problem)
    SELECT new.*, 0, '' FROM unnest(%b::text[], %b::text[], %b::bytea[], %b::bigint[]) AS new
    ON CONFLICT DO NOTHING RETURNING id
"""


class Inbox:
    """See `protocol.Inbox`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def keep(self, delivery: Delivery) -> bool:
        return bool(self.keep_all([delivery]))

    def keep_all(self, deliveries: Sequence[Delivery]) -> set[str]:
        # In the order of their ids: two processes that were sent the same deliveries then never wait for each other.
        given = sorted(deliveries, key=lambda delivery: delivery.id)
        new = self._transaction.by_driver(
            _KEEP_ONE,
            _KEEP_ALL,
            (
                [_words(delivery.id) for delivery in given],
                [_words(delivery.event) for delivery in given],
                [delivery.body for delivery in given],
                [(delivery.received_at - EPOCH) // _MICROSECOND for delivery in given],
            ),
        )
        known = {_words(delivery.id): delivery.id for delivery in given}
        return {known[key] for (key,) in new}

    def claim(self, limit: int, now: datetime, lease: timedelta) -> list[Delivery]:
        rows = self._transaction.free_rows(
            select(inbox)
            .where(inbox.c.heard_at.is_(None), or_(inbox.c.lent_until.is_(None), inbox.c.lent_until <= now))
            .order_by(inbox.c.received_at, inbox.c.id)
            .limit(limit)
        )
        lent = {"lent_until": now + lease, "lent": inbox.c.lent + 1}
        if rows:
            self._transaction.write(update(inbox).where(inbox.c.id.in_([row.id for row in rows])).values(lent))
        deliveries = [Delivery(row.id, row.event, row.body, row.received_at) for row in rows]
        return sorted(deliveries, key=lambda delivery: (delivery.received_at, delivery.id))

    def settle(self, delivery_id: str, now: datetime, problem: str = "") -> None:
        heard = {"heard_at": now, "problem": problem}
        # What was heard lies in the facts; what was not is kept for whoever looks into it.
        unneeded = {} if problem else {"body": b""}
        self._transaction.write(
            update(inbox).where(inbox.c.id == delivery_id, inbox.c.heard_at.is_(None)).values(heard | unneeded)
        )

    def give_back(self, delivery_id: str, until: datetime) -> int:
        self._transaction.write(
            update(inbox).where(inbox.c.id == delivery_id, inbox.c.heard_at.is_(None)).values(lent_until=until)
        )
        row = self._transaction.one(select(inbox.c.lent).where(inbox.c.id == delivery_id))
        return row.lent if row else 0

    def kept(self, delivery_ids: Collection[str]) -> dict[str, Hearing]:
        found: dict[str, Hearing] = {}
        ids = sorted(set(delivery_ids))
        for start in range(0, len(ids), AT_ONCE):
            rows = self._transaction.rows(
                select(inbox.c.id, inbox.c.heard_at, inbox.c.problem).where(
                    inbox.c.id.in_(ids[start : start + AT_ONCE])
                )
            )
            found |= {row.id: Hearing.of(row.heard_at, row.problem) for row in rows}
        return found

    def waiting(self) -> int:
        rows = self._transaction.rows(select(func.count()).select_from(inbox).where(inbox.c.heard_at.is_(None)))
        count: int = rows[0][0]
        return count

    def waiting_since(self) -> datetime | None:
        rows = self._transaction.rows(select(func.min(inbox.c.received_at)).where(inbox.c.heard_at.is_(None)))
        since: datetime | None = rows[0][0]
        return since

    def came_since(self, at: datetime) -> bool:
        # What came then was heard later still: so the index on that time finds it.
        heard = or_(inbox.c.heard_at.is_(None), inbox.c.heard_at >= at)
        return self._transaction.one(select(inbox.c.id).where(heard, inbox.c.received_at > at).limit(1)) is not None

    def drop_heard(self, before: datetime, given_up_before: datetime, limit: int) -> int:
        heard, well = inbox.c.heard_at, inbox.c.problem == ""
        old = or_(and_(well, heard < before), and_(~well, heard < given_up_before))
        rows = self._transaction.free_rows(select(inbox.c.id).where(old).order_by(heard).limit(limit))
        if rows:
            self._transaction.write(delete(inbox).where(inbox.c.id.in_([row.id for row in rows])))
        return len(rows)

    def given_up(self, limit: int) -> list[tuple[str, str]]:
        rows = self._transaction.rows(
            select(inbox.c.id, inbox.c.problem)
            .where(inbox.c.heard_at.is_not(None), inbox.c.problem != "")
            .order_by(inbox.c.heard_at.desc(), inbox.c.id.desc())
            .limit(limit)
        )
        return [(row.id, row.problem) for row in rows]

    def unread(self) -> GivenUp | None:
        when = inbox.c.heard_at
        figures: tuple[ColumnElement[Any], ...] = (
            func.count().label("number"),
            func.min(when).label("first"),
            func.max(when).label("last"),
        )
        query: Select[Any] = select(*figures).where(when.is_not(None), inbox.c.problem != "")
        row = self._transaction.rows(query)[0]
        return GivenUp(row.number, row.first, row.last) if row.number else None


def _words(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")  # as `Words` keeps them
