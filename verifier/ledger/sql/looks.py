"""When registries are looked at, in tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select

from verifier.ledger.codec import decode, encode
from verifier.ledger.looks import Load, Look, Silence
from verifier.ledger.sql.look_tables import feeds, looks, silences
from verifier.ledger.sql.transaction import Transaction
from verifier.model import Artifact

_AT_ONCE = 500
"""The most artifacts that are asked about in one query."""


class Looks:
    """See `verifier.ledger.looks.Looks`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, artifact: Artifact) -> Look | None:
        row = self._transaction.one(
            select(looks.c.registry, looks.c.hot_until).where(looks.c.artifact == artifact.purl)
        )
        return Look(artifact, row.registry, row.hot_until) if row else None

    def put(self, look: Look) -> None:
        purl = look.artifact.purl
        row = {"artifact": purl, "name": purl, "registry": look.registry, "hot_until": look.hot_until}
        self._transaction.upsert(looks, row)

    def load(self, now: datetime) -> Mapping[str, Load]:
        hot = func.count(case((looks.c.hot_until > now, 1))).label("hot")
        query = select(looks.c.registry, func.count().label("all"), hot).group_by(looks.c.registry)
        return {row.registry: Load(row.hot, row.all - row.hot) for row in self._transaction.rows(query)}

    def watched(self, artifacts: Collection[Artifact]) -> list[Artifact]:
        found, purls = list[Artifact](), sorted({artifact.purl for artifact in artifacts})
        for at in range(0, len(purls), _AT_ONCE):
            some = purls[at : at + _AT_ONCE]
            rows = self._transaction.rows(select(looks.c.name).where(looks.c.artifact.in_(some)))
            found += [Artifact(row.name) for row in rows]
        return sorted(found)

    def may_ask(self, registry: str, now: datetime) -> bool:
        row = self._transaction.held(_of(registry))
        silence = decode(Silence, row.body) if row else None
        if silence is None or not silence.silent:
            return True
        if silence.waits(now):
            return False
        self.put_silence(silence.trying(now))
        return True

    def silence(self, registry: str) -> Silence | None:
        row = self._transaction.one(_of(registry))
        return decode(Silence, row.body) if row else None

    def silences(self) -> list[Silence]:
        rows = self._transaction.rows(select(silences.c.body))
        return sorted((decode(Silence, row.body) for row in rows), key=lambda silence: silence.registry)

    def put_silence(self, silence: Silence) -> None:
        self._transaction.upsert(silences, {"registry": silence.registry, "body": encode(silence)})

    def end_silence(self, registry: str) -> None:
        self._transaction.write(delete(silences).where(silences.c.registry == registry))

    def feed(self, name: str) -> str:
        row = self._transaction.one(select(feeds.c.position).where(feeds.c.name == name))
        return row.position if row else ""

    def put_feed(self, name: str, position: str) -> None:
        self._transaction.upsert(feeds, {"name": name, "position": position})


def _of(registry: str) -> Select[Any]:
    return select(silences.c.body).where(silences.c.registry == registry)
