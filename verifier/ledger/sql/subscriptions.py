"""People who asked to be told, in a table."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.sql.tables import subscriptions
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Subscription


class Subscriptions:
    """See `protocol.Subscriptions`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, subscription_id: str) -> Subscription | None:
        return next(iter(self._where(subscriptions.c.id == subscription_id)), None)

    def put(self, subscription: Subscription) -> None:
        row = {"id": subscription.id, "folded_address": subscription.address.casefold()}
        row_at = {"asked_at": subscription.asked_at, "body": encode(subscription)}
        self._transaction.upsert(subscriptions, row | row_at)

    def drop(self, subscription_id: str) -> None:
        self._transaction.write(delete(subscriptions).where(subscriptions.c.id == subscription_id))

    def of_address(self, address: str) -> list[Subscription]:
        return self._where(subscriptions.c.folded_address == address.casefold())

    def all(self) -> list[Subscription]:
        return self._where()

    def _where(self, *conditions: ColumnElement[bool]) -> list[Subscription]:
        rows = self._transaction.rows(select(subscriptions.c.body).where(*conditions))
        return sorted((decode(Subscription, row.body) for row in rows), key=lambda s: (s.asked_at, s.id))
