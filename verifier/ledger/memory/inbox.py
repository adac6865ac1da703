"""The inbox in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.protocol import Delivery, GivenUp, Hearing


@dataclass(frozen=True)
class _Row:
    delivery: Delivery
    lent_until: datetime | None = None
    lent: int = 0
    heard_at: datetime | None = None
    problem: str = ""


class Inbox:
    """See `protocol.Inbox`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[str, _Row] = Table(journal)

    def keep(self, delivery: Delivery) -> bool:
        if self._rows.get(delivery.id) is not None:
            return False
        self._rows.put(delivery.id, _Row(delivery))
        return True

    def keep_all(self, deliveries: Sequence[Delivery]) -> set[str]:
        return {delivery.id for delivery in deliveries if self.keep(delivery)}

    def claim(self, limit: int, now: datetime, lease: timedelta) -> list[Delivery]:
        free = [row for row in self._unheard() if row.lent_until is None or row.lent_until <= now]
        chosen = sorted(free, key=lambda row: (row.delivery.received_at, row.delivery.id))[:limit]
        for row in chosen:
            self._rows.put(row.delivery.id, replace(row, lent_until=now + lease, lent=row.lent + 1))
        return [row.delivery for row in chosen]

    def settle(self, delivery_id: str, now: datetime, problem: str = "") -> None:
        row = self._rows.get(delivery_id)
        if row is not None and row.heard_at is None:
            self._rows.put(delivery_id, replace(row, heard_at=now, problem=problem))

    def give_back(self, delivery_id: str, until: datetime) -> int:
        row = self._rows.get(delivery_id)
        if row is None:
            return 0
        if row.heard_at is None:
            self._rows.put(delivery_id, replace(row, lent_until=until))
        return row.lent

    def kept(self, delivery_ids: Collection[str]) -> dict[str, Hearing]:
        rows = {id_: row for id_ in delivery_ids if (row := self._rows.get(id_)) is not None}
        return {id_: Hearing.of(row.heard_at, row.problem) for id_, row in rows.items()}

    def waiting(self) -> int:
        return len(self._unheard())

    def waiting_since(self) -> datetime | None:
        return min((row.delivery.received_at for row in self._unheard()), default=None)

    def came_since(self, at: datetime) -> bool:
        return any(row.delivery.received_at > at for row in self._rows.values())

    def drop_heard(self, before: datetime, given_up_before: datetime, limit: int) -> int:
        old = [
            (row.heard_at, row.delivery.id)
            for row in self._rows.values()
            if row.heard_at is not None and row.heard_at < (given_up_before if row.problem else before)
        ]
        for _, id_ in sorted(old)[:limit]:
            self._rows.drop(id_)
        return min(len(old), limit)

    def given_up(self, limit: int) -> list[tuple[str, str]]:
        rows = [(row.heard_at, row.delivery.id, row.problem) for row in self._rows.values() if row.heard_at]
        return [(id_, problem) for _, id_, problem in sorted(rows, reverse=True) if problem][:limit]

    def unread(self) -> GivenUp | None:
        when = [row.heard_at for row in self._rows.values() if row.heard_at is not None and row.problem]
        return GivenUp(len(when), min(when), max(when)) if when else None

    def _unheard(self) -> list[_Row]:
        return [row for row in self._rows.values() if row.heard_at is None]
