"""The facts the ledger keeps: an insert-only list from which everything else in it is derived.

A fact says what was seen, never what to do about it. Deletions are facts too: nothing is ever taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verifier.model.artifact import Artifact, Version
from verifier.model.command import Answer, Command
from verifier.model.conduct import Conduct
from verifier.model.enrolment import Enrolment, Reply
from verifier.model.evidence import Evidence
from verifier.model.github import (
    Installation,
    JobsState,
    Publisher,
    PublishStep,
    Reading,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
)
from verifier.model.incident import Mute, Waiver
from verifier.model.log import LogClaim, LogState
from verifier.model.source import Comparison, ForcedPush, Proposal, Vetting
from verifier.model.verdict import Verdict


@dataclass(frozen=True)
class InstallationSeen:
    """The App was installed, suspended, unsuspended or deleted on an account."""

    installation: Installation


@dataclass(frozen=True)
class RepositorySeen:
    """A repository as GitHub shows it now: granted, renamed, transferred, privatized, removed."""

    repository: Repository


@dataclass(frozen=True)
class PublishersSet:
    """Who may publish, as one source says it (`config` in the repository, `server`): replaces what it said before."""

    repository_id: int
    source: str
    publishers: tuple[Publisher, ...]


@dataclass(frozen=True)
class RunSeen:
    """One sight of one attempt of a run, from a webhook or from GitHub's list."""

    run: Run


@dataclass(frozen=True)
class RunRead:
    """What the jobs and logs of one attempt said: its publish steps and claims, or that GitHub no longer has them."""

    key: RunKey
    jobs: JobsState
    steps: tuple[PublishStep, ...]
    read_at: datetime
    log: LogState = LogState.UNREAD
    claims: tuple[LogClaim, ...] = ()

    @property
    def reading(self) -> Reading:
        """The same without the key."""
        return Reading(self.jobs, self.steps, self.read_at, self.log, self.claims)


@dataclass(frozen=True)
class RunVetted:
    """What GitHub said about an attempt's commit and workflow file."""

    key: RunKey
    vetting: Vetting


@dataclass(frozen=True)
class RunsListed:
    """GitHub's list of runs of one repository was read completely for runs active between `since` and `until`."""

    repository_id: int
    since: datetime
    until: datetime


@dataclass(frozen=True)
class RefSeen:
    """A tag was created, moved or (with `deleted_at`) deleted."""

    ref: Ref


@dataclass(frozen=True)
class ForcedPushSeen:
    """A branch's history was rewritten."""

    push: ForcedPush


@dataclass(frozen=True)
class ReleaseSeen:
    """A release was created, edited, published or (with `deleted_at`) deleted."""

    release: Release


@dataclass(frozen=True)
class VersionSeen:
    """A version as its registry showed it, merged with what we knew; `removed_at` set when it is gone."""

    version: Version


@dataclass(frozen=True)
class EvidenceRead:
    """What attestations say about a version with exactly these files. `github`: GitHub's own were asked for too."""

    artifact: Artifact
    number: str
    fingerprint: str
    evidence: tuple[Evidence, ...]
    github: bool = False


@dataclass(frozen=True)
class SourceCompared:
    """What comparing a version with exactly these files with its source showed."""

    artifact: Artifact
    number: str
    fingerprint: str
    comparison: Comparison


@dataclass(frozen=True)
class ArtifactsProposed:
    """What a repository seems to publish, as far as its files, workflows and the registries tell: replaces the last."""

    repository_id: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class VerdictReached:
    """A verdict that differs from the one before it."""

    artifact: Artifact
    number: str
    fingerprint: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True)
class WaiverGiven:
    """A version was waived by an authorised person."""

    waiver: Waiver


@dataclass(frozen=True)
class LineMuted:
    """A release line was muted by an authorised person."""

    mute: Mute


@dataclass(frozen=True)
class ConductSet:
    """How a repository wants to be spoken to: replaces what it said before."""

    repository_id: int
    conduct: Conduct


@dataclass(frozen=True)
class CommandGiven:
    """Somebody asked something of us at GitHub."""

    command: Command


@dataclass(frozen=True)
class CommandAnswered:
    """What became of it."""

    answer: Answer


@dataclass(frozen=True)
class EnrolmentAsked:
    """Somebody asked to watch an artifact otherwise than before."""

    enrolment: Enrolment


@dataclass(frozen=True)
class EnrolmentAnswered:
    """What became of it."""

    enrolment: Enrolment
    reply: Reply


Fact = (
    InstallationSeen
    | RepositorySeen
    | PublishersSet
    | RunSeen
    | RunRead
    | RunVetted
    | RunsListed
    | RefSeen
    | ForcedPushSeen
    | ReleaseSeen
    | VersionSeen
    | EvidenceRead
    | SourceCompared
    | ArtifactsProposed
    | VerdictReached
    | WaiverGiven
    | LineMuted
    | ConductSet
    | CommandGiven
    | CommandAnswered
    | EnrolmentAsked
    | EnrolmentAnswered
)
