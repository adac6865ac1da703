"""pnpm's `trustPolicy: no-downgrade`, as its documentation and `trustChecks.ts` say.

Source: https://pnpm.io/settings#trustpolicy and the file `trustChecks.ts` of pnpm/pnpm. It compares by date alone,
across all release lines, and looks neither at repository nor at workflow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sandbox.corpus.neighbours import Ruling


class Trust(IntEnum):
    """How a version says that it was published, weakest first."""

    NONE = 0
    PROVENANCE = 1
    TRUSTED_PUBLISHER = 2


@dataclass(frozen=True)
class Release:
    """One version as the packument shows it."""

    version: str
    at: datetime
    trust: Trust

    @property
    def prerelease(self) -> bool:
        """By semver: a hyphen behind the numbers."""
        return "-" in self.version.partition("+")[0]


def no_downgrade(asked: Release, others: Iterable[Release]) -> Ruling:
    """Fail where any version that was published earlier had stronger evidence of trust.

    Pre-releases count for pre-releases only.
    """
    earlier = (release for release in others if release.at < asked.at)
    counted = (release for release in earlier if asked.prerelease or not release.prerelease)
    return Ruling.REFUSES if any(release.trust > asked.trust for release in counted) else Ruling.ACCEPTS
