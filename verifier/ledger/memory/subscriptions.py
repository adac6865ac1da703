"""People who asked to be told, in memory."""

from __future__ import annotations

from verifier.ledger.memory.table import Journal, Table
from verifier.model import Subscription


class Subscriptions:
    """See `protocol.Subscriptions`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[str, Subscription] = Table(journal)

    def get(self, subscription_id: str) -> Subscription | None:
        return self._rows.get(subscription_id)

    def put(self, subscription: Subscription) -> None:
        self._rows.put(subscription.id, subscription)

    def drop(self, subscription_id: str) -> None:
        self._rows.drop(subscription_id)

    def of_address(self, address: str) -> list[Subscription]:
        return [s for s in self.all() if s.address.casefold() == address.casefold()]

    def all(self) -> list[Subscription]:
        return sorted(self._rows.values(), key=lambda s: (s.asked_at, s.id))
