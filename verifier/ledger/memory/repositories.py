"""Installations, repositories and publishers, in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_source
from verifier.ledger.rows import Stood
from verifier.ledger.views import Sees
from verifier.model import Artifact, Conduct, Installation, Proposal, Publisher, Repository
from verifier.model.backfill import Gap


class Repositories:
    """See `protocol.Repositories`."""

    def __init__(self, journal: Journal) -> None:
        self._installations: Table[int, Installation] = Table(journal)
        self._repositories: Table[int, Repository] = Table(journal)
        self._publishers: Table[tuple[int, str], tuple[Publisher, ...]] = Table(journal)
        self._proposals: Table[int, tuple[Proposal, ...]] = Table(journal)
        self._conducts: Table[int, Conduct] = Table(journal)
        self._stood: Table[int, tuple[Stood, ...]] = Table(journal)
        self._gaps: Table[int, Gap] = Table(journal)

    def installation(self, installation_id: int) -> Installation | None:
        return self._installations.get(installation_id)

    def put_installation(self, installation: Installation) -> None:
        self._installations.put(installation.id, installation)

    def installations(self) -> list[Installation]:
        return sorted(self._installations.values(), key=lambda i: i.id)

    def get(self, repository_id: int) -> Repository | None:
        return self._repositories.get(repository_id)

    def put(self, repository: Repository) -> None:
        self._repositories.put(repository.id, repository)

    def all(self) -> list[Repository]:
        return sorted(self._repositories.values(), key=lambda r: r.id)

    def some(self, ids: Collection[int]) -> list[Repository]:
        return [repository for repository in self.all() if repository.id in ids]

    def named(self, full_name: str) -> Repository | None:
        folded = full_name.casefold()
        same = [r for r in self._repositories.values() if r.full_name.casefold() == folded]
        return max(same, key=lambda r: (r.named_at, r.id), default=None)

    def publishers(self, repository_id: int) -> list[Publisher]:
        return [publisher for _, id_, _, publisher in self.said() if id_ == repository_id]

    def publishers_from(self, repository_id: int, source: str) -> tuple[Publisher, ...]:
        return self._publishers.get((repository_id, source)) or ()

    def publishers_of(self, artifact: Artifact) -> list[Publisher]:
        return [publisher for _, _, _, publisher in self.said() if publisher.artifact == artifact]

    def publishers_among(self, artifacts: Collection[Artifact]) -> list[Publisher]:
        return [publisher for _, _, _, publisher in self.said() if publisher.artifact in artifacts]

    def put_publishers(self, repository_id: int, source: str, publishers: tuple[Publisher, ...]) -> None:
        self._publishers.put((repository_id, source), publishers)

    def proposals(self, repository_id: int) -> tuple[Proposal, ...]:
        return self._proposals.get(repository_id) or ()

    def proposed(self, sees: Sees, limit: int) -> dict[int, tuple[Proposal, ...]]:
        seen = sorted((id_, said) for id_, said in self._proposals.items() if said and (sees is None or id_ in sees))
        return dict(seen[:limit])

    def put_proposals(self, repository_id: int, proposals: tuple[Proposal, ...]) -> None:
        self._proposals.put(repository_id, proposals)

    def conduct(self, repository_id: int) -> Conduct:
        return self._conducts.get(repository_id) or Conduct()

    def put_conduct(self, repository_id: int, conduct: Conduct) -> None:
        self._conducts.put(repository_id, conduct)

    def stood(self, repository_id: int) -> tuple[Stood, ...]:
        return self._stood.get(repository_id) or ()

    def put_stood(self, repository_id: int, files: tuple[Stood, ...]) -> None:
        self._stood.put(repository_id, files)

    def gap_since(self, repository_id: int) -> datetime | None:
        gap = self._gaps.get(repository_id)
        return gap.since if gap is not None else None

    def gap(self, repository_id: int) -> Gap | None:
        return self._gaps.get(repository_id)

    def gaps(self) -> dict[int, Gap]:
        return dict(sorted(self._gaps.items()))

    def put_gap(self, repository_id: int, gap: Gap | None) -> None:
        if gap is None:
            self._gaps.drop(repository_id)
        else:
            self._gaps.put(repository_id, gap)

    def empty(self) -> None:
        """Drop what facts give again; gaps and config files do not come from facts."""
        derived = (self._installations, self._repositories, self._publishers, self._proposals, self._conducts)
        for table in derived:
            table.clear()

    def said(self) -> list[tuple[str, int, int, Publisher]]:
        """Every publisher as (source, repository id, place in what the source said), `server` first."""
        said = [
            (source, repository_id, place, publisher)
            for (repository_id, source), publishers in self._publishers.items()
            for place, publisher in enumerate(publishers)
        ]
        return sorted(said, key=by_source)
