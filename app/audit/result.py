"""What an audit came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.model import Artifact, Outcome, Verdict, Version, Weight

BLIND = frozenset(
    {
        *("attestations-not-asked", "digest-unread", "evidence-unread", "github-silent", "named-run-unread"),
        *("provenance-unchecked", "run-unread", "run-unvetted", "runs-not-listed"),
    }
)
"""The reasons of a pending verdict that say that we could not look, not that something goes on still."""
LEVELS = ("never", "non-compliant", "suspect", "odd", "unverifiable")
"""What may make the exit code 1, each with all before it."""


@dataclass(frozen=True)
class Row:
    """One version that was looked at, and what is to be said of it."""

    version: Version
    verdict: Verdict

    @property
    def blind(self) -> bool:
        """It is open because something could not be looked at."""
        pending = self.verdict.outcome is Outcome.PENDING
        return pending and any(f.reason in BLIND for f in self.verdict.findings if f.weight is Weight.BLINDS)

    @property
    def word(self) -> str:
        """How it stands, in one word for people."""
        verdict = self.verdict
        if verdict.suspect:
            return "suspect"
        if self.blind:
            return "not seen"
        return verdict.outcome.value.replace("_", "-") + (" (odd)" if verdict.anomalies else "")

    @property
    def level(self) -> str:
        """The level of `--fail-on` at which it counts; '' at none."""
        verdict = self.verdict
        if verdict.outcome is Outcome.NON_COMPLIANT:
            return "non-compliant"
        if verdict.suspect:
            return "suspect"
        if verdict.anomalies:
            return "odd"
        return "unverifiable" if verdict.outcome is Outcome.UNVERIFIABLE else ""


@dataclass(frozen=True)
class Audited:
    """An artifact, whose CI it was held against, and its versions, the newest first.

    `not_looked` are the numbers of versions that were not looked at, the newest first; `unseen` says what could not be
    looked at, `told` what else whoever reads it must know, a sentence each.
    """

    artifact: Artifact
    repository: str
    workflows: tuple[str, ...]
    at: datetime
    rows: tuple[Row, ...]
    not_looked: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    asked: int = 0
    """How many questions GitHub was asked."""

    def exit_code(self, fail_on: str) -> int:
        """1: something is as bad as `fail_on`, or worse · 2: something could not be looked at · 0: neither."""
        counting = LEVELS[1 : LEVELS.index(fail_on) + 1]
        if any(row.level in counting for row in self.rows):
            return 1
        return 2 if any(row.blind for row in self.rows) else 0
