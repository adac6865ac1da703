"""Tags and releases, in tables."""

from __future__ import annotations

from sqlalchemy import delete, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_sight, by_update
from verifier.ledger.sql import tables
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Ref, Release


class Refs:
    """See `protocol.Refs`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def tag(self, repository_id: int, name: str) -> Ref | None:
        columns = tables.tags.c
        row = self._transaction.one(
            select(columns.body).where(columns.repository_id == repository_id, columns.name == name)
        )
        return decode(Ref, row.body) if row else None

    def put_tag(self, ref: Ref) -> None:
        row = {"repository_id": ref.repository_id, "name": ref.name, "body": encode(ref)}
        self._transaction.upsert(tables.tags, row)

    def tags(self, repository_id: int) -> list[Ref]:
        columns = tables.tags.c
        rows = self._transaction.rows(select(columns.body).where(columns.repository_id == repository_id))
        return sorted((decode(Ref, row.body) for row in rows), key=by_sight)

    def release(self, repository_id: int, release_id: int) -> Release | None:
        columns = tables.releases.c
        row = self._transaction.one(
            select(columns.body).where(columns.repository_id == repository_id, columns.id == release_id)
        )
        return decode(Release, row.body) if row else None

    def put_release(self, release: Release) -> None:
        row = {"repository_id": release.repository_id, "id": release.id, "body": encode(release)}
        self._transaction.upsert(tables.releases, row)

    def releases(self, repository_id: int) -> list[Release]:
        columns = tables.releases.c
        rows = self._transaction.rows(select(columns.body).where(columns.repository_id == repository_id))
        return sorted((decode(Release, row.body) for row in rows), key=by_update)

    def empty(self) -> None:
        """Drop everything: facts give it again."""
        self._transaction.write(delete(tables.tags))
        self._transaction.write(delete(tables.releases))
