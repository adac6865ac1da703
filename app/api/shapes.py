"""What the API answers with, as plain data: one dataclass for each thing, made by a pure `of`. docs/api.md shows them.

Names are the glossary's. A member may be added one day; none is taken away or changes its meaning under `/api/v1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from verifier.ledger.protocol import Dossier
from verifier.ledger.views import Deed, DeedKind, Summary
from verifier.model import Confidence, Evidence, File, Finding, JobsState, Outcome, PublishStep, Run, RunKey, Weight
from verifier.model.artifact import AccountKind
from verifier.model.evidence import Standing as EvidenceStanding
from verifier.model.standing import Standing

T = TypeVar("T")


@dataclass(frozen=True)
class Listed(Generic[T]):
    """A page of a list. `next` is the address of what follows, null at the end; `total` is null where nobody counts."""

    items: tuple[T, ...]
    next: str | None
    total: int | None = None


@dataclass(frozen=True)
class ArtifactShown:
    """One artifact and how it stands. `problem` says why its registry could not be looked at."""

    purl: str
    type: str
    name: str
    standing: Standing
    versions: int
    counts: Mapping[Standing, int]
    odd: int
    published_at: datetime | None
    polled_at: datetime | None
    problem: str
    repository_id: int | None
    workflows: tuple[str, ...]

    @classmethod
    def of(cls, summary: Summary) -> ArtifactShown:
        """What is said of an artifact."""
        return cls(
            summary.artifact.purl,
            summary.artifact.type,
            summary.artifact.label,
            summary.standing,
            summary.versions,
            {standing: n for standing, n in summary.counts.items() if n},
            summary.odd,
            summary.published_at,
            summary.polled_at,
            summary.problem,
            summary.repository_id,
            summary.workflows,
        )


@dataclass(frozen=True)
class VersionShown:
    """One version in one line. `outcome` and `confidence` are null while there is no verdict."""

    purl: str
    version: str
    line: str
    standing: Standing
    outcome: Outcome | None
    confidence: Confidence | None
    suspect: bool
    odd: bool
    waived: bool
    published_at: datetime | None
    first_seen_at: datetime
    removed_at: datetime | None
    judged_at: datetime | None
    fingerprint: str
    incident_id: str | None

    @classmethod
    def of(cls, dossier: Dossier) -> VersionShown:
        """What is said of a version in a list."""
        version, verdict = dossier.version, dossier.verdict
        return cls(
            version.artifact.purl,
            version.number,
            str(version.line),
            dossier.standing,
            verdict.outcome if verdict is not None else None,
            verdict.confidence if verdict is not None else None,
            verdict is not None and verdict.suspect,
            dossier.odd,
            dossier.waived,
            version.published_at,
            version.first_seen_at,
            version.removed_at,
            dossier.verdict_at,
            version.fingerprint,
            dossier.incident_id,
        )


@dataclass(frozen=True)
class RunNamed:
    """Which attempt of which run."""

    repository_id: int
    run_id: int
    attempt: int

    @classmethod
    def of(cls, key: RunKey | None) -> RunNamed | None:
        """The same, or nothing."""
        return None if key is None else cls(key.repository_id, key.run_id, key.attempt)


@dataclass(frozen=True)
class FindingShown:
    """One rule's answer. `reason` is an id of docs/reasons.md; `sentence` is for people and holds strangers' text."""

    reason: str
    weight: Weight
    confidence: Confidence
    sentence: str
    run: RunNamed | None
    links: tuple[str, ...]

    @classmethod
    def of(cls, finding: Finding) -> FindingShown:
        """What a rule said."""
        run = RunNamed.of(finding.run)
        return cls(finding.reason, finding.weight, finding.confidence, finding.sentence, run, finding.links)


@dataclass(frozen=True)
class EvidenceShown:
    """One attestation after it was checked. Only what is `verified` or `promised` is its signer's word."""

    standing: EvidenceStanding
    source: str
    problem: str
    run: RunNamed | None
    repository: str
    repository_id: int | None
    workflow: str
    called: str
    ref: str
    event: str
    commit: str
    runner: str
    issuer: str
    identity: str
    digests: tuple[str, ...]
    signed_at: datetime | None
    log: str

    @classmethod
    def of(cls, evidence: Evidence) -> EvidenceShown:
        """What an attestation says."""
        e = evidence
        return cls(
            e.standing,
            e.source,
            e.problem,
            RunNamed.of(e.run),
            e.repository,
            e.repository_id,
            e.workflow,
            e.called,
            e.ref,
            e.event,
            e.commit,
            e.runner,
            e.issuer,
            e.identity,
            e.digests,
            e.signed_at,
            e.log,
        )


@dataclass(frozen=True)
class PartShown:
    """One platform of an image."""

    platform: str
    digest: str


@dataclass(frozen=True)
class FileShown:
    """One file of a version, with its digests as `algorithm:hex`."""

    name: str
    digests: tuple[str, ...]
    published_at: datetime | None
    attested: bool
    yanked: bool
    removed: bool
    parts: tuple[PartShown, ...]

    @classmethod
    def of(cls, file: File) -> FileShown:
        """What is said of a file."""
        parts = tuple(PartShown(part.platform, part.digest) for part in file.parts)
        return cls(file.name, file.digests, file.published_at, file.attested, file.yanked, file.removed, parts)


@dataclass(frozen=True)
class AccountShown:
    """Who published it, as its registry states it."""

    name: str
    kind: AccountKind
    approver: str | None


@dataclass(frozen=True)
class VerdictShown:
    """What is concluded of a version, and from what. `recheck_at` null: only something new can change it."""

    outcome: Outcome
    confidence: Confidence
    suspect: bool
    recheck_at: datetime | None
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True)
class VersionInFull:
    """One version with its verdict, findings and evidence. `evidence` null: the attestations are not read yet."""

    summary: VersionShown
    account: AccountShown | None
    files: tuple[FileShown, ...]
    verdict: VerdictShown | None
    evidence: tuple[EvidenceShown, ...] | None

    @classmethod
    def of(cls, dossier: Dossier) -> VersionInFull:
        """Everything that is known of a version."""
        account, verdict, evidence = dossier.version.account, dossier.verdict, dossier.evidence
        return cls(
            VersionShown.of(dossier),
            AccountShown(account.name, account.kind, account.approver) if account is not None else None,
            tuple(FileShown.of(file) for file in dossier.version.files),
            VerdictShown(
                verdict.outcome,
                verdict.confidence,
                verdict.suspect,
                verdict.recheck_at,
                tuple(FindingShown.of(finding) for finding in verdict.findings),
            )
            if verdict is not None
            else None,
            tuple(EvidenceShown.of(one) for one in evidence) if evidence is not None else None,
        )


@dataclass(frozen=True)
class StepShown:
    """A step that publishes, as GitHub shows it."""

    job: str
    name: str
    conclusion: str
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, step: PublishStep) -> StepShown:
        """What is said of a step."""
        return cls(step.job, step.name, step.conclusion, step.started_at, step.completed_at)


@dataclass(frozen=True)
class RunShown:
    """One attempt of one workflow run. `steps` are its publish steps, once its jobs are `read`."""

    repository_id: int
    run_id: int
    attempt: int
    workflow: str
    event: str
    ref: str | None
    commit: str
    status: str
    conclusion: str | None
    actor: str
    triggering_actor: str
    started_at: datetime
    updated_at: datetime
    url: str
    jobs: JobsState
    steps: tuple[StepShown, ...]

    @classmethod
    def of(cls, run: Run) -> RunShown:
        """What is said of a run."""
        return cls(
            run.key.repository_id,
            run.key.run_id,
            run.key.attempt,
            run.workflow,
            run.event,
            run.head_branch,
            run.head_sha,
            run.status,
            run.conclusion,
            run.actor,
            run.triggering_actor,
            run.started_at,
            run.updated_at,
            run.url,
            run.jobs,
            tuple(StepShown.of(step) for step in run.steps),
        )


@dataclass(frozen=True)
class DeedShown:
    """One line of the audit log: who decided what."""

    id: int
    kind: DeedKind
    at: datetime
    by: str
    sentence: str
    repository_id: int | None
    purl: str | None
    version: str | None
    incident_id: str | None

    @classmethod
    def of(cls, deed: Deed) -> DeedShown:
        """What is said of a deed."""
        purl = deed.artifact.purl if deed.artifact is not None else None
        return cls(
            deed.id,
            deed.kind,
            deed.at,
            deed.by,
            deed.sentence,
            deed.repository_id,
            purl,
            deed.number or None,
            deed.incident_id or None,
        )
