"""Watched artifacts, their versions and verdicts, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_publication
from verifier.ledger.protocol import Dossier, Watch
from verifier.model import Account, Artifact, Verdict


class Versions:
    """See `protocol.Versions`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._watches: Table[Artifact, Watch] = Table(journal)
        self._dossiers: dict[Artifact, Table[str, Dossier]] = {}
        self._verdicts: Table[tuple[Artifact, str], tuple[tuple[datetime, str, Verdict], ...]] = Table(journal)

    def watch(self, artifact: Artifact) -> Watch | None:
        return self._watches.get(artifact)

    def put_watch(self, watch: Watch) -> None:
        self._watches.put(watch.artifact, watch)

    def watches(self) -> list[Watch]:
        return sorted(self._watches.values(), key=lambda watch: watch.artifact)

    def get(self, artifact: Artifact, number: str) -> Dossier | None:
        return self._of(artifact).get(number)

    def put(self, dossier: Dossier) -> None:
        self._of(dossier.version.artifact).put(dossier.version.number, dossier)

    def of(self, artifact: Artifact) -> list[Dossier]:
        return sorted(self._of(artifact).values(), key=by_publication)

    def by_account(self, account: Account, since: datetime, until: datetime) -> list[Dossier]:
        def same(dossier: Dossier) -> bool:
            other = dossier.version.account
            return other is not None and (other.name, other.kind) == (account.name, account.kind)

        return _within(filter(same, self.every()), since, until)

    def in_scope(self, scope: str, since: datetime, until: datetime) -> list[Dossier]:
        return _within((d for d in self.every() if d.version.artifact.scope == scope), since, until)

    def verdicts(self, artifact: Artifact, number: str) -> list[tuple[datetime, str, Verdict]]:
        return list(self._verdicts.get((artifact, number)) or ())

    def put_verdict(self, artifact: Artifact, number: str, fingerprint: str, verdict: Verdict, at: datetime) -> None:
        before = self._verdicts.get((artifact, number)) or ()
        self._verdicts.put((artifact, number), (*before, (at, fingerprint, verdict)))

    def every(self) -> list[Dossier]:
        """Every version of every artifact."""
        return [dossier for table in self._dossiers.values() for dossier in table.values()]

    def empty(self) -> None:
        """Drop what facts give again; watches do not come from facts alone."""
        for table in self._dossiers.values():
            table.clear()
        self._verdicts.clear()

    def _of(self, artifact: Artifact) -> Table[str, Dossier]:
        return self._dossiers.setdefault(artifact, Table(self._journal))


def _within(dossiers: Iterable[Dossier], since: datetime, until: datetime) -> list[Dossier]:
    return sorted((d for d in dossiers if since <= d.version.at <= until), key=by_publication)
