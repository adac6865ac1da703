"""What we conclude: the findings and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model.artifact import Version
from verifier.model.confidence import Confidence
from verifier.model.evidence import Evidence
from verifier.model.github import RunKey
from verifier.model.source import Comparison, Vetting


class Outcome(StrEnum):
    """The answer about one version.

    `compliant`: an approved run accounts for it. `non_compliant`: something contradicts it, or its line is a CI line
    and no run accounts for it. `pending`: not decided yet, or we could not look. `unverifiable`: we looked, and
    nothing there could settle it.
    """

    COMPLIANT = "compliant"
    NON_COMPLIANT = "non_compliant"
    PENDING = "pending"
    UNVERIFIABLE = "unverifiable"


class Weight(StrEnum):
    """What a finding does to the verdict.

    `explains` and `contradicts` are about the version's origin, `blinds` says what we could not see yet, `absent`
    that nothing accounts for it, `suspects` raises "was this you?", `anomaly` is a second axis (valid origin,
    odd content), `notes` is context.
    """

    EXPLAINS = "explains"
    CONTRADICTS = "contradicts"
    BLINDS = "blinds"
    ABSENT = "absent"
    SUSPECTS = "suspects"
    ANOMALY = "anomaly"
    NOTES = "notes"


@dataclass(frozen=True)
class Finding:
    """One rule's answer. `reason` is an id of `verifier.verdict.reasons`; `sentence` is for people, unescaped."""

    reason: str
    weight: Weight
    confidence: Confidence
    sentence: str
    run: RunKey | None = None
    links: tuple[str, ...] = ()


class Need(StrEnum):
    """What the verdict waits for that the app can go and fetch."""

    RUN_LIST = "run_list"
    """GitHub's list of the approved workflows' runs around the publication."""
    NAMED_RUN = "named_run"
    """The run that the version's evidence names is not in the ledger, or its jobs are not read."""
    GITHUB_ATTESTATIONS = "github_attestations"
    """The registry holds no provenance, and nothing else accounts for it: GitHub may hold some for its digests."""


@dataclass(frozen=True)
class Verdict:
    """The answer about one version, with every finding. `recheck_at` None: only a new fact can change it.

    `suspect` only ever stands beside `unverifiable`. `anomalies` are findings of weight `anomaly`; they never change
    the outcome.
    """

    outcome: Outcome
    confidence: Confidence
    findings: tuple[Finding, ...]
    suspect: bool = False
    recheck_at: datetime | None = None
    needs: frozenset[Need] = frozenset()

    @property
    def anomalies(self) -> tuple[Finding, ...]:
        """What an origin check cannot settle: valid run, odd content."""
        return tuple(f for f in self.findings if f.weight is Weight.ANOMALY)

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The findings that decided the outcome, strongest first."""
        decisive = {
            Outcome.COMPLIANT: (Weight.EXPLAINS,),
            Outcome.NON_COMPLIANT: (Weight.CONTRADICTS, Weight.ABSENT),
            Outcome.PENDING: (Weight.BLINDS,),
            Outcome.UNVERIFIABLE: (Weight.SUSPECTS, Weight.NOTES),
        }[self.outcome]
        chosen = [f for f in self.findings if f.weight in decisive]
        return tuple(sorted(chosen, key=lambda f: (decisive.index(f.weight), -f.confidence)))


@dataclass(frozen=True)
class Judged:
    """A version beside the verdict that stands for it now (None: not judged yet).

    `vetting` is what GitHub said about the commit of the run that accounts for it, `source` what comparing it with its
    source showed; None: not known.
    """

    version: Version
    verdict: Verdict | None = None
    evidence: tuple[Evidence, ...] = ()
    vetting: Vetting | None = None
    source: Comparison | None = None
