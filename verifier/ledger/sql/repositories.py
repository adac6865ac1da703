"""Installations, repositories and publishers, in tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_source
from verifier.ledger.rows import Stood
from verifier.ledger.sql import tables
from verifier.ledger.sql.tables import gaps, installations, repositories
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.views import Sees
from verifier.model import Artifact, ArtifactsProposed, Conduct, Installation, Proposal, Publisher, Repository
from verifier.model.backfill import Gap

_NOTHING_PROPOSED = '"proposals":[]'
"""How the codec writes that a repository publishes nothing, as far as anybody can tell."""


class Repositories:
    """See `protocol.Repositories`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def installation(self, installation_id: int) -> Installation | None:
        row = self._transaction.one(select(installations.c.body).where(installations.c.id == installation_id))
        return decode(Installation, row.body) if row else None

    def put_installation(self, installation: Installation) -> None:
        self._transaction.upsert(installations, {"id": installation.id, "body": encode(installation)})

    def installations(self) -> list[Installation]:
        rows = self._transaction.rows(select(installations.c.body).order_by(installations.c.id))
        return [decode(Installation, row.body) for row in rows]

    def get(self, repository_id: int) -> Repository | None:
        row = self._transaction.one(select(repositories.c.body).where(repositories.c.id == repository_id))
        return decode(Repository, row.body) if row else None

    def put(self, repository: Repository) -> None:
        self._transaction.upsert(
            repositories,
            {"id": repository.id, "folded_name": repository.full_name.casefold(), "body": encode(repository)},
        )

    def all(self) -> list[Repository]:
        rows = self._transaction.rows(select(repositories.c.body).order_by(repositories.c.id))
        return [decode(Repository, row.body) for row in rows]

    def some(self, ids: Collection[int]) -> list[Repository]:
        of = self._transaction.among(repositories.c.id, ids)
        rows = self._transaction.rows(select(repositories.c.body).where(of).order_by(repositories.c.id))
        return [decode(Repository, row.body) for row in rows]

    def named(self, full_name: str) -> Repository | None:
        rows = self._transaction.rows(
            select(repositories.c.body).where(repositories.c.folded_name == full_name.casefold())
        )
        same = [decode(Repository, row.body) for row in rows]
        return max(same, key=lambda r: (r.named_at, r.id), default=None)

    def publishers(self, repository_id: int) -> list[Publisher]:
        return self._said(tables.publishers.c.repository_id == repository_id)

    def publishers_from(self, repository_id: int, source: str) -> tuple[Publisher, ...]:
        return tuple(
            self._said((tables.publishers.c.repository_id == repository_id) & (tables.publishers.c.source == source))
        )

    def publishers_of(self, artifact: Artifact) -> list[Publisher]:
        return self._said(tables.publishers.c.artifact == artifact.purl)

    def publishers_among(self, artifacts: Collection[Artifact]) -> list[Publisher]:
        return self._said(tables.publishers.c.artifact.in_([artifact.purl for artifact in artifacts]))

    def put_publishers(self, repository_id: int, source: str, publishers: tuple[Publisher, ...]) -> None:
        self._transaction.write(
            delete(tables.publishers).where(
                tables.publishers.c.repository_id == repository_id, tables.publishers.c.source == source
            )
        )
        said = [
            {
                "repository_id": repository_id,
                "source": source,
                "place": place,
                "artifact": publisher.artifact.purl,
                "body": encode(publisher),
            }
            for place, publisher in enumerate(publishers)
        ]
        self._transaction.write_all(tables.publishers, said)

    def proposals(self, repository_id: int) -> tuple[Proposal, ...]:
        columns = tables.proposals.c
        row = self._transaction.one(select(columns.body).where(columns.repository_id == repository_id))
        return decode(ArtifactsProposed, row.body).proposals if row else ()

    def proposed(self, sees: Sees, limit: int) -> dict[int, tuple[Proposal, ...]]:
        columns = tables.proposals.c
        query = select(columns.repository_id, columns.body).where(~columns.body.contains(_NOTHING_PROPOSED))
        if sees is not None:
            query = query.where(self._transaction.among(columns.repository_id, sees))
        rows = self._transaction.rows(query.order_by(columns.repository_id).limit(limit))
        return {row.repository_id: decode(ArtifactsProposed, row.body).proposals for row in rows}

    def put_proposals(self, repository_id: int, proposals: tuple[Proposal, ...]) -> None:
        body = encode(ArtifactsProposed(repository_id, proposals))
        self._transaction.upsert(tables.proposals, {"repository_id": repository_id, "body": body})

    def conduct(self, repository_id: int) -> Conduct:
        columns = tables.conducts.c
        row = self._transaction.one(select(columns.body).where(columns.repository_id == repository_id))
        return decode(Conduct, row.body) if row else Conduct()

    def put_conduct(self, repository_id: int, conduct: Conduct) -> None:
        self._transaction.upsert(tables.conducts, {"repository_id": repository_id, "body": encode(conduct)})

    def stood(self, repository_id: int) -> tuple[Stood, ...]:
        columns = tables.config_files.c
        row = self._transaction.one(select(columns.body).where(columns.repository_id == repository_id))
        return decode(tuple[Stood, ...], row.body) if row else ()

    def put_stood(self, repository_id: int, files: tuple[Stood, ...]) -> None:
        self._transaction.upsert(tables.config_files, {"repository_id": repository_id, "body": encode(files)})

    def gap_since(self, repository_id: int) -> datetime | None:
        row = self._transaction.one(select(gaps.c.since).where(gaps.c.repository_id == repository_id))
        return row.since if row else None

    def gaps(self) -> dict[int, Gap]:
        rows = self._transaction.rows(select(gaps).order_by(gaps.c.repository_id))
        return {row.repository_id: _gap(row) for row in rows}

    def gap(self, repository_id: int) -> Gap | None:
        row = self._transaction.one(select(gaps).where(gaps.c.repository_id == repository_id))
        return _gap(row) if row else None

    def put_gap(self, repository_id: int, gap: Gap | None) -> None:
        if gap is None:
            self._transaction.write(delete(gaps).where(gaps.c.repository_id == repository_id))
        else:
            self._transaction.upsert(
                gaps,
                {"repository_id": repository_id, "since": gap.since, "until": gap.until, "unsent": gap.unsent},
            )

    def empty(self) -> None:
        """Drop what facts give again; gaps and config files do not come from facts."""
        for table in (installations, repositories, tables.publishers, tables.proposals, tables.conducts):
            self._transaction.write(delete(table))

    def _said(self, which: ColumnElement[bool]) -> list[Publisher]:
        rows = self._transaction.rows(select(tables.publishers).where(which))
        said = [(row.source, row.repository_id, row.place, decode(Publisher, row.body)) for row in rows]
        return [publisher for _, _, _, publisher in sorted(said, key=by_source)]


def _gap(row: Row[Any]) -> Gap:
    """What older code wrote says neither until when nor why."""
    return Gap(row.since, row.until or row.since, row.unsent is not False)
