"""What the API says of a repository's past: what is missing of it, and how far it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.model.backfill import Backfill, Gap, Listing


@dataclass(frozen=True)
class BackfillShown:
    """A repository of which webhooks may be missing since `missing_since`, or whose past is being read.

    `listing` is what is being read, null where nothing is (yet); `percent` is about how much is read of what is
    between `since` and `until`.
    """

    repository_id: int
    missing_since: datetime | None
    listing: Listing | None
    percent: int
    since: datetime | None
    until: datetime | None
    runs: int
    releases: int
    tags: int
    moved_at: datetime | None

    @classmethod
    def of(cls, repository_id: int, gap: Gap | None, reading: Backfill | None) -> BackfillShown:
        """What is said of one repository. A reading that is finished says nothing of a gap that came after it."""
        missing = gap.since if gap is not None else None
        if reading is None or reading.finished:
            return cls(repository_id, missing, None, 0, None, None, 0, 0, 0, None)
        read = reading.read
        return cls(
            repository_id,
            missing,
            reading.listing,
            int(100 * reading.share),
            reading.since,
            reading.until,
            read.runs,
            read.releases,
            read.tags,
            reading.moved_at,
        )
