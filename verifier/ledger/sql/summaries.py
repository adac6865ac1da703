"""One row per artifact that sums up its versions, changed with every version put, so that nobody counts them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from verifier.ledger.order import folded
from verifier.ledger.protocol import Watch
from verifier.ledger.sql.tables import UNSEEN, summaries, versions
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.views import Summary
from verifier.model import Artifact
from verifier.model.standing import Standing


@dataclass(frozen=True)
class Counted:
    """How one version is counted. `standing` '' is not counted: a placeholder."""

    standing: str
    odd: int
    at: datetime


class Summaries:
    """Needs `Transaction.alone`: rows are read, changed and written back."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def counted(self, artifact: str, number: str) -> Counted | None:
        """How a version is counted now; None where it is not known."""
        columns = versions.c
        row = self._transaction.one(
            select(columns.standing, columns.odd, columns.at).where(
                columns.artifact == artifact, columns.number == number
            )
        )
        return Counted(row.standing, row.odd, row.at) if row else None

    def changed(self, artifact: Artifact, before: Counted | None, after: Counted) -> None:
        """A version was put that was counted otherwise before."""
        if before == after:
            return
        known = self._transaction.one(select(summaries).where(summaries.c.artifact == artifact.purl))
        counts = counts_of(known) if known else {}
        odd = (known.odd if known else 0) + after.odd - (before.odd if before else 0)
        for counted, step in ((before, -1), (after, 1)):
            if counted is not None and counted.standing:
                standing = Standing(counted.standing)
                counts[standing] = counts.get(standing, 0) + step
        newest = self._transaction.one(
            select(versions.c.at)
            .where(versions.c.artifact == artifact.purl, versions.c.standing != "")
            .order_by(versions.c.at.desc())
            .limit(1)
        )
        summary = Summary(artifact, None, (), counts, odd, newest.at if newest else None)
        self._transaction.upsert(summaries, name_row(artifact) | counts_row(summary))

    def watched(self, watch: Watch) -> None:
        """An artifact is watched, and was looked at so."""
        self._transaction.upsert(summaries, name_row(watch.artifact) | look_row(watch))

    def empty(self) -> None:
        """Every version is gone; what is watched stays."""
        self._transaction.write(delete(summaries).where(summaries.c.watched.is_(False)))
        nothing: dict[str, Any] = {standing.value: 0 for standing in Standing}
        nothing |= {"versions": 0, "odd": 0, "standing": UNSEEN, "published_at": None}
        self._transaction.write(update(summaries).values(nothing))


def counts_of(row: Row[Any]) -> dict[Standing, int]:
    """What a row counts, standings without any left out."""
    numbers = {standing: getattr(row, standing.value) for standing in Standing}
    return {standing: number for standing, number in numbers.items() if number}


def name_row(artifact: Artifact) -> dict[str, Any]:
    """What an artifact is called."""
    return {
        "artifact": artifact.purl,
        "purl": artifact.purl,
        "type": artifact.type,
        "folded": folded(artifact.label),
    }


def counts_row(summary: Summary) -> dict[str, Any]:
    """How its versions stand."""
    counts: dict[str, Any] = {standing.value: summary.counts.get(standing, 0) for standing in Standing}
    return counts | {
        "versions": summary.versions,
        "odd": summary.odd,
        "standing": summary.standing.rank,
        "published_at": summary.published_at,
    }


def look_row(watch: Watch) -> dict[str, Any]:
    """How it was looked at last."""
    return {"watched": True, "polled_at": watch.polled_at, "problem": watch.problem}
