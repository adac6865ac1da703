"""Watched artifacts, their versions and verdicts, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_first_sight, by_publication
from verifier.ledger.protocol import Dossier, Watch
from verifier.model import Account, Artifact, Verdict


class Versions:
    """See `protocol.Versions`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._watches: Table[Artifact, Watch] = Table(journal)
        self._dossiers: dict[Artifact, Table[str, Dossier]] = {}
        self._verdicts: Table[tuple[Artifact, str], tuple[tuple[datetime, str, Verdict], ...]] = Table(journal)
        self._earlier: Table[tuple[Artifact, str, str], Dossier] = Table(journal)
        self._seen: Table[tuple[Artifact, str], datetime] = Table(journal)

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

    def put_earlier(self, dossier: Dossier) -> None:
        version = dossier.version
        self._earlier.put((version.artifact, version.number, version.fingerprint), dossier)

    def earlier(self, artifact: Artifact, number: str) -> list[Dossier]:
        found = (d for key, d in self._earlier.items() if key[:2] == (artifact, number))
        return sorted(found, key=by_first_sight)

    def saw(self, artifact: Artifact, numbers: Iterable[str], at: datetime) -> None:
        for number in numbers:
            self._seen.put((artifact, number), max(at, self._seen.get((artifact, number)) or at))

    def seen(self, artifact: Artifact) -> dict[str, datetime]:
        return {number: at for (of, number), at in self._seen.items() if of == artifact}

    def judged_as(self, artifact: Artifact, fingerprint: str) -> list[tuple[str, datetime, Verdict]]:
        found = (
            (at, number, verdict)
            for (of, number), verdicts in self._verdicts.items()
            for at, judged, verdict in verdicts
            if of == artifact and judged == fingerprint
        )
        return [(number, at, verdict) for at, number, verdict in sorted(found, key=lambda row: row[0])]

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
        """Drop what facts give again; watches and sightings do not come from facts alone."""
        for table in self._dossiers.values():
            table.clear()
        self._verdicts.clear()
        self._earlier.clear()

    def _of(self, artifact: Artifact) -> Table[str, Dossier]:
        return self._dossiers.setdefault(artifact, Table(self._journal))


def _within(dossiers: Iterable[Dossier], since: datetime, until: datetime) -> list[Dossier]:
    return sorted((d for d in dossiers if since <= d.version.at <= until), key=by_publication)
