"""Tags, releases and forced pushes, in tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_push, by_sight, by_update
from verifier.ledger.sql import tables
from verifier.ledger.sql.transaction import Transaction
from verifier.model import ForcedPush, Ref, Release


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
        self._transaction.upsert(tables.tags, tag_row(ref))

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
        self._transaction.upsert(tables.releases, release_row(release))

    def releases(self, repository_id: int) -> list[Release]:
        columns = tables.releases.c
        rows = self._transaction.rows(select(columns.body).where(columns.repository_id == repository_id))
        return sorted((decode(Release, row.body) for row in rows), key=by_update)

    def forced(self, repository_id: int, since: datetime, until: datetime) -> list[ForcedPush]:
        columns = tables.forced_pushes.c
        within = (columns.repository_id == repository_id, columns.at.between(since, until))
        rows = self._transaction.rows(select(columns.body).where(*within))
        return sorted((decode(ForcedPush, row.body) for row in rows), key=by_push)

    def put_forced(self, push: ForcedPush) -> bool:
        columns = tables.forced_pushes.c
        key = {
            "repository_id": push.repository_id,
            "ref": push.ref,
            "before": push.before,
            "after": push.after,
            "at": push.at,
        }
        known = select(columns.body).where(*(columns[name] == value for name, value in key.items()))
        if self._transaction.one(known):
            return False
        self._transaction.upsert(tables.forced_pushes, key | {"body": encode(push)})
        return True

    def empty(self) -> None:
        """Drop everything: facts give it again."""
        self._transaction.write(delete(tables.tags))
        self._transaction.write(delete(tables.releases))
        self._transaction.write(delete(tables.forced_pushes))


def tag_row(ref: Ref) -> dict[str, Any]:
    """What the table holds of one tag."""
    return {"repository_id": ref.repository_id, "name": ref.name, "at": ref.at, "body": encode(ref)}


def release_row(release: Release) -> dict[str, Any]:
    """What the table holds of one release."""
    key = {"repository_id": release.repository_id, "id": release.id}
    return {**key, "at": release.updated_at, "body": encode(release)}
