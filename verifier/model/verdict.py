"""What we conclude: the case, the findings and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from verifier.model.artifact import Artifact, Version
from verifier.model.confidence import Confidence
from verifier.model.evidence import Evidence
from verifier.model.github import Publisher, Ref, Release, Repository, Run, RunKey
from verifier.model.source import Comparison, ForcedPush, Vetting


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


@dataclass(frozen=True)
class Known:
    """The last verdict about the very bytes under judgement: under another tag, before, or in another registry."""

    artifact: Artifact
    number: str
    at: datetime
    verdict: Verdict


@dataclass(frozen=True)
class Mirror:
    """Another registry that carries the same releases of an image, as it was seen at `polled_at` (None: never)."""

    artifact: Artifact
    polled_at: datetime | None
    versions: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Sight:
    """What we could see when the case was gathered. None: never.

    `runs_listed_at`: when GitHub's list of every approved workflow's runs around this publication was last read
    completely. `gap_since`: webhooks may be missing since then and are not backfilled. `github_problem`: the last
    attempt to look failed, in words.
    """

    runs_listed_at: datetime | None = None
    gap_since: datetime | None = None
    github_problem: str = ""


@dataclass(frozen=True)
class Policy:
    """How patient the verdict is; all of it settings.

    `grace` is how long after a publication GitHub's list of runs must be read before an absence counts;
    `tagged_grace` how long a tag may stay away on a line that is always tagged; `skew` how far two clocks may
    differ; `blind_limit` how long an approved run that will not end may keep a verdict pending.
    """

    grace: timedelta = timedelta(minutes=2)
    tagged_grace: timedelta = timedelta(hours=24)
    skew: timedelta = timedelta(minutes=2)
    blind_limit: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Case:
    """Everything one decision may look at. "Now" is not in it: `decide` takes it as an argument.

    `siblings` are all other versions of the artifact; `neighbours` the versions of other watched artifacts of the
    same repository, scope or publishing account; `runs` the runs of the publishers' repositories around the
    publication and those that evidence names. `first_contact` is when we began to watch the artifact. `evidence` None:
    the registry holds attestations and they are not read yet. `gone` are runs that evidence names and GitHub no longer
    has. `forced` are pushes that rewrote a branch of the publishers' repositories. `source` None: not compared.
    `github_asked`: GitHub was asked for attestations about these files (what it gave is in `evidence`). Of images:
    `earlier` is what this very tag held before, oldest first; `known` where else these bytes were judged; `mirrors` the
    same image in other registries.
    """

    version: Version
    first_contact: datetime
    publishers: tuple[Publisher, ...] = ()
    repositories: tuple[Repository, ...] = ()
    runs: tuple[Run, ...] = ()
    evidence: tuple[Evidence, ...] | None = ()
    gone: tuple[RunKey, ...] = ()
    siblings: tuple[Judged, ...] = ()
    neighbours: tuple[Judged, ...] = ()
    refs: tuple[Ref, ...] = ()
    releases: tuple[Release, ...] = ()
    forced: tuple[ForcedPush, ...] = ()
    source: Comparison | None = None
    github_asked: bool = False
    earlier: tuple[Judged, ...] = ()
    known: tuple[Known, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    sight: Sight = Sight()
    policy: Policy = Policy()
