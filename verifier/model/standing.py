"""How versions and artifacts stand, in the one word that people are shown."""

from __future__ import annotations

from enum import StrEnum

from verifier.model.artifact import Version
from verifier.model.verdict import Outcome, Verdict


class Standing(StrEnum):
    """The worst first. What is not judged yet is pending; what somebody authorised answers for is waived."""

    NON_COMPLIANT = "non_compliant"
    SUSPECT = "suspect"
    PENDING = "pending"
    UNVERIFIABLE = "unverifiable"
    WAIVED = "waived"
    COMPLIANT = "compliant"

    @property
    def rank(self) -> int:
        """Its place: 0 is the worst."""
        return list(Standing).index(self)

    @property
    def well(self) -> bool:
        """Nobody has to do anything about it."""
        return self in (Standing.COMPLIANT, Standing.WAIVED)


def standing_of(verdict: Verdict | None, *, waived: bool = False) -> Standing:
    """How one version stands. A waiver is about what speaks against it: the rest stands as it is."""
    if verdict is None:
        return Standing.PENDING
    if verdict.suspect or verdict.outcome is Outcome.NON_COMPLIANT:
        if waived:
            return Standing.WAIVED
        return Standing.SUSPECT if verdict.suspect else Standing.NON_COMPLIANT
    return Standing(verdict.outcome.value)


def is_history(version: Version) -> bool:
    """An image's tag that the first look showed: whatever came later was not there at the look before.

    Nobody examines the old ones, and nothing could settle them: while they have no verdict they are unverifiable.
    """
    return version.artifact.is_image and version.unseen_at is None
