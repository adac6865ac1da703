"""Tags, releases and forced pushes, in memory."""

from __future__ import annotations

from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.order import by_push, by_sight, by_update
from verifier.model import ForcedPush, Ref, Release


class Refs:
    """See `protocol.Refs`."""

    def __init__(self, journal: Journal) -> None:
        self._tags: Table[tuple[int, str], Ref] = Table(journal)
        self._releases: Table[tuple[int, int], Release] = Table(journal)
        self._forced: Table[tuple[int, str, str, str, datetime], ForcedPush] = Table(journal)

    def tag(self, repository_id: int, name: str) -> Ref | None:
        return self._tags.get((repository_id, name))

    def put_tag(self, ref: Ref) -> None:
        self._tags.put((ref.repository_id, ref.name), ref)

    def tags(self, repository_id: int) -> list[Ref]:
        return sorted((ref for ref in self._tags.values() if ref.repository_id == repository_id), key=by_sight)

    def release(self, repository_id: int, release_id: int) -> Release | None:
        return self._releases.get((repository_id, release_id))

    def put_release(self, release: Release) -> None:
        self._releases.put((release.repository_id, release.id), release)

    def releases(self, repository_id: int) -> list[Release]:
        return sorted((r for r in self._releases.values() if r.repository_id == repository_id), key=by_update)

    def forced(self, repository_id: int, since: datetime, until: datetime) -> list[ForcedPush]:
        of_it = (push for push in self._forced.values() if push.repository_id == repository_id)
        return sorted((push for push in of_it if since <= push.at <= until), key=by_push)

    def put_forced(self, push: ForcedPush) -> bool:
        key = (push.repository_id, push.ref, push.before, push.after, push.at)
        if self._forced.get(key) is not None:
            return False
        self._forced.put(key, push)
        return True

    def every_tag(self) -> list[Ref]:
        """Every tag of every repository."""
        return self._tags.values()

    def every_release(self) -> list[Release]:
        """Every release of every repository."""
        return self._releases.values()

    def empty(self) -> None:
        """Drop everything: facts give it again."""
        self._tags.clear()
        self._releases.clear()
        self._forced.clear()
