"""What people asked about what is watched, in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_asking
from verifier.model import Artifact, Enrolment, Replied, Reply


class Enrolments:
    """See `verifier.ledger.enrolments.Enrolments`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[str, Replied] = Table(journal)

    def get(self, enrolment_id: str) -> Replied | None:
        return self._rows.get(enrolment_id)

    def ask(self, enrolment: Enrolment) -> bool:
        if self._rows.get(enrolment.id) is not None:
            return False
        self._rows.put(enrolment.id, (enrolment, None))
        return True

    def answer(self, reply: Reply) -> bool:
        found = self._rows.get(reply.enrolment_id)
        if found is None or found[1] is not None:
            return False
        self._rows.put(reply.enrolment_id, (found[0], reply))
        return True

    def about(self, artifacts: Collection[Artifact]) -> list[Replied]:
        return sorted((row for row in self._rows.values() if row[0].artifact in artifacts), key=by_asking)

    def given(self, actor_id: int, since: datetime) -> int:
        return sum(asked.actor_id == actor_id and asked.at >= since for asked, _ in self._rows.values())

    def empty(self) -> None:
        """Drop what facts give again."""
        self._rows.clear()
