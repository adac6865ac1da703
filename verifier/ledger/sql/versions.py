"""Watched artifacts, their versions and verdicts, in tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.order import by_first_sight, by_publication, place_of
from verifier.ledger.protocol import Dossier, Watch
from verifier.ledger.sql import tables
from verifier.ledger.sql.summaries import Counted, Summaries
from verifier.ledger.sql.tables import versions, watches
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Account, Artifact, Verdict


class Versions:
    """See `protocol.Versions`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._summaries = Summaries(transaction)

    def watch(self, artifact: Artifact) -> Watch | None:
        row = self._transaction.one(select(watches.c.body).where(watches.c.artifact == artifact.purl))
        return decode(Watch, row.body) if row else None

    def put_watch(self, watch: Watch) -> None:
        self._transaction.upsert(watches, watch_row(watch))
        self._summaries.watched(watch)

    def watches(self) -> list[Watch]:
        rows = self._transaction.rows(select(watches.c.body))
        return sorted((decode(Watch, row.body) for row in rows), key=lambda watch: watch.artifact)

    def get(self, artifact: Artifact, number: str) -> Dossier | None:
        found = self._where(and_(versions.c.artifact == artifact.purl, versions.c.number == number))
        return found[0] if found else None

    def put(self, dossier: Dossier) -> None:
        row = version_row(dossier)
        before = self._summaries.counted(row["artifact"], row["number"])
        self._transaction.upsert(versions, row)
        self._summaries.changed(dossier.version.artifact, before, Counted(row["standing"], row["odd"], row["at"]))

    def of(self, artifact: Artifact) -> list[Dossier]:
        return self._where(versions.c.artifact == artifact.purl)

    def put_earlier(self, dossier: Dossier) -> None:
        version = dossier.version
        key = {"artifact": version.artifact.purl, "number": version.number, "fingerprint": version.fingerprint}
        self._transaction.upsert(tables.earlier, key | {"body": encode(dossier)})

    def earlier(self, artifact: Artifact, number: str) -> list[Dossier]:
        columns = tables.earlier.c
        rows = self._transaction.rows(
            select(columns.body).where(columns.artifact == artifact.purl, columns.number == number)
        )
        return sorted((decode(Dossier, row.body) for row in rows), key=by_first_sight)

    def saw(self, artifact: Artifact, numbers: Iterable[str], at: datetime) -> None:
        known = self.seen(artifact)
        rows = [
            {"artifact": artifact.purl, "number": number, "seen_at": at}
            for number in dict.fromkeys(numbers)
            if number not in known or known[number] < at
        ]
        self._transaction.upsert_all(tables.sightings, rows)

    def seen(self, artifact: Artifact) -> dict[str, datetime]:
        columns = tables.sightings.c
        rows = self._transaction.rows(select(columns.number, columns.seen_at).where(columns.artifact == artifact.purl))
        return {row.number: row.seen_at for row in rows}

    def judged_as(self, artifact: Artifact, fingerprint: str) -> list[tuple[str, datetime, Verdict]]:
        columns = tables.verdicts.c
        rows = self._transaction.rows(
            select(columns.number, columns.at, columns.body)
            .where(columns.fingerprint == fingerprint, columns.artifact == artifact.purl)
            .order_by(columns.id)
        )
        # A key column, read back: it holds any number of up to 100 characters as it is, and tags have no more.
        return [(row.number, row.at, decode(Verdict, row.body)) for row in rows]

    def by_account(self, account: Account, since: datetime, until: datetime) -> list[Dossier]:
        return self._where(versions.c.account == _account(account), versions.c.at.between(since, until))

    def in_scope(self, scope: str, since: datetime, until: datetime) -> list[Dossier]:
        return self._where(versions.c.scope == scope, versions.c.at.between(since, until))

    def verdicts(self, artifact: Artifact, number: str) -> list[tuple[datetime, str, Verdict]]:
        columns = tables.verdicts.c
        rows = self._transaction.rows(
            select(columns.at, columns.fingerprint, columns.body)
            .where(columns.artifact == artifact.purl, columns.number == number)
            .order_by(columns.id)
        )
        return [(row.at, row.fingerprint, decode(Verdict, row.body)) for row in rows]

    def put_verdict(self, artifact: Artifact, number: str, fingerprint: str, verdict: Verdict, at: datetime) -> None:
        row = {"artifact": artifact.purl, "number": number, "at": at, "fingerprint": fingerprint}
        self._transaction.write(insert(tables.verdicts).values(row | {"body": encode(verdict)}))

    def in_incidents(self) -> list[Dossier]:
        """Every version that belongs to an incident, or is waived."""
        return self._where(versions.c.in_incident.is_(True))

    def empty(self) -> None:
        """Drop what facts give again; watches and sightings do not come from facts alone."""
        self._transaction.write(delete(versions))
        self._transaction.write(delete(tables.verdicts))
        self._transaction.write(delete(tables.earlier))
        self._summaries.empty()

    def _where(self, *conditions: ColumnElement[bool]) -> list[Dossier]:
        rows = self._transaction.rows(select(versions.c.body).where(*conditions))
        return sorted((decode(Dossier, row.body) for row in rows), key=by_publication)


def version_row(dossier: Dossier) -> dict[str, Any]:
    """What the table holds of one version."""
    version = dossier.version
    return {
        "artifact": version.artifact.purl,
        "number": version.number,
        "at": version.at,
        "account": _account(version.account) if version.account else None,
        "scope": version.artifact.scope,
        "in_incident": dossier.incident_id is not None or dossier.waived,
        "place": place_of(version.rank),
        "standing": "" if version.placeholder else dossier.standing.value,
        "odd": int(dossier.odd and not version.placeholder),
        "body": encode(dossier),
    }


def watch_row(watch: Watch) -> dict[str, Any]:
    """What the table holds of one watch."""
    return {"artifact": watch.artifact.purl, "body": encode(watch)}


def _account(account: Account) -> str:
    return f"{account.kind.value} {account.name}"
