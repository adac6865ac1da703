"""What GitHub told us: installations, repositories, runs with their publish steps, refs, releases; and publishers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from verifier.model.artifact import Artifact
from verifier.model.confidence import Confidence
from verifier.model.log import LogClaim, LogState
from verifier.model.source import Vetting

EVENTS = ("push", "release", "workflow_dispatch", "schedule")
"""Events that may publish unless the publisher says otherwise; never a `pull_request*` by default."""


NEVER = datetime.min.replace(tzinfo=UTC)
"""Earlier than anything: the time of what nobody dated."""


@dataclass(frozen=True)
class Installation:
    """One installation of the App on an account. `account_id` is GitHub's numeric id; the login is a label.

    `updated_at` is GitHub's own time of the change, so that late webhooks cannot turn it back.
    """

    id: int
    account_id: int
    account: str
    updated_at: datetime
    suspended: bool = False
    deleted: bool = False


def merge_installations(one: Installation, other: Installation) -> Installation:
    """The later of two sights, whatever order they arrived in; a deletion is final (ids are never used again).

    At one and the same time, not suspended wins: GitHub's own example of `unsuspend` bears the time of its `suspend`.
    """
    return max(one, other, key=lambda i: (i.deleted, i.updated_at, not i.suspended, repr(i)))


@dataclass(frozen=True)
class Repository:
    """One repository, keyed by GitHub's numeric id: names change, ids do not.

    Two groups of fields, each with GitHub's own time: what it is called (`named_at`), and whether we may read it
    (`access_at`). `default_branch` is empty when only a short form of it was seen.
    """

    id: int
    owner_id: int
    full_name: str
    named_at: datetime
    default_branch: str = ""
    private: bool = False
    access_at: datetime = NEVER
    installation_id: int | None = None
    removed: bool = False
    """Deleted, or no longer granted to the App. Its history stays."""


def merge_repositories(one: Repository, other: Repository) -> Repository:
    """Two sights of one repository as one: commutative, associative, idempotent."""
    named = max(
        one,
        other,
        key=lambda r: (r.default_branch != "", r.named_at, r.full_name, r.owner_id, r.private, r.default_branch),
    )
    access = max(
        one,
        other,
        key=lambda r: (r.access_at, r.installation_id is not None, r.installation_id or 0, r.removed),
    )
    return replace(named, access_at=access.access_at, installation_id=access.installation_id, removed=access.removed)


@dataclass(frozen=True, order=True)
class RunKey:
    """One *attempt* of one workflow run. A re-run keeps the run id and raises the attempt (from 1)."""

    repository_id: int
    run_id: int
    attempt: int

    def __str__(self) -> str:
        return f"{self.run_id}/{self.attempt}"


@dataclass(frozen=True, order=True)
class PublishStep:
    """A step that publishes, as GitHub's jobs of that attempt show it. `conclusion` is GitHub's word or ''."""

    job: str
    name: str
    number: int
    conclusion: str = ""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    job_id: int = 0
    """GitHub's id of the job, by which its log is read; 0 where it is not known."""
    types: tuple[str, ...] = ()
    """The purl types it can publish (`npm`, `pypi`, `docker`, …); empty: not known, any."""
    by_file: bool = False
    """The workflow file at the run's commit says that this step publishes; else only its name suggests it."""


class JobsState(StrEnum):
    """Whether we have read the attempt's jobs: not yet, read, or GitHub says they are gone (expired, deleted)."""

    UNREAD = "unread"
    GONE = "gone"
    READ = "read"


@dataclass(frozen=True)
class Run:
    """One attempt of a workflow run, with its publish steps once its jobs are read.

    `workflow` is the path of the workflow file without a trailing `@ref`. `head_branch` holds the tag's name for
    tag pushes and releases. `started_at` is this attempt's start (GitHub resets it on a re-run). `title` is
    GitHub's display title: the head commit's first line, or what the workflow's author chose.
    """

    key: RunKey
    workflow: str
    event: str
    head_sha: str
    started_at: datetime
    updated_at: datetime
    status: str
    conclusion: str | None = None
    head_branch: str | None = None
    head_repository_id: int | None = None
    title: str = ""
    actor: str = ""
    triggering_actor: str = ""
    actor_id: int = 0
    """GitHub's number of the actor, who keeps it under another name; 0 where it is not known."""
    triggering_actor_id: int = 0
    url: str = ""
    called: tuple[str, ...] = ()
    """Reusable workflows it called: `owner/repo/.github/workflows/x.yml@ref`."""
    jobs: JobsState = JobsState.UNREAD
    steps: tuple[PublishStep, ...] = ()
    """Its publish steps. Empty with `jobs` READ: the jobs were read and no step looks like publishing."""
    read_at: datetime | None = None
    log: LogState = LogState.UNREAD
    claims: tuple[LogClaim, ...] = ()
    """What the logs of its publish steps say it published."""
    vetting: Vetting | None = None
    """What GitHub said about its commit and workflow file; None: not asked yet."""

    @property
    def completed(self) -> bool:
        """GitHub says this attempt is over."""
        return self.status == "completed"

    @cached_property
    def workflows(self) -> frozenset[str]:
        """The paths of its own workflow file and of the reusable ones *of the same repository* that it called.

        The repository is known by the name it had in the run's own address, so a later rename changes nothing, and a
        file of the same path in another repository never counts.
        """
        home = "/".join(urlsplit(self.url).path.split("/")[1:3]).lower()
        called = (path.split("@", 1)[0].split("/", 2) for path in self.called)
        own = {parts[2] for parts in called if len(parts) == 3 and home and f"{parts[0]}/{parts[1]}".lower() == home}
        return frozenset({self.workflow, *own})


@dataclass(frozen=True)
class Reading:
    """What one reading of an attempt's jobs and logs gave: its publish steps and what they say they published."""

    jobs: JobsState
    steps: tuple[PublishStep, ...] = ()
    read_at: datetime | None = None
    log: LogState = LogState.UNREAD
    claims: tuple[LogClaim, ...] = ()


def reading_order(reading: Reading) -> tuple[int, int, datetime, str]:
    """How much a reading is worth: the greater one stands.

    Any reading stands above "gone", however late that came: who deletes a run or a log at GitHub deletes nothing here.
    """
    states = list(JobsState).index(reading.jobs), list(LogState).index(reading.log)
    return *states, reading.read_at or NEVER, repr(reading)


def reading_of(run: Run) -> Reading:
    """What is read of an attempt."""
    return Reading(run.jobs, run.steps, run.read_at, run.log, run.claims)


def with_reading(run: Run, reading: Reading) -> Run:
    """The attempt with what is read of it."""
    return replace(
        run,
        jobs=reading.jobs,
        steps=reading.steps,
        read_at=reading.read_at,
        log=reading.log,
        claims=reading.claims,
    )


def vetting_order(vetting: Vetting | None) -> tuple[bool, bool, float, int, str]:
    """How much a vetting is worth: a complete answer before a broken one, then the earlier: refs can be moved later.

    Of one and the same, the one that more approvals were added to.
    """
    if vetting is None:
        return False, False, 0.0, 0, ""
    return True, not vetting.problem, -vetting.asked_at.timestamp(), len(vetting.approvals), repr(vetting)


_PROGRESS = ("requested", "waiting", "pending", "queued", "in_progress", "completed")


def merge_runs(one: Run, other: Run) -> Run:
    """Two sights of the same attempt as one: commutative, associative, idempotent.

    Webhooks arrive late, twice and out of order. The further and later snapshot gives the run's own fields; what
    was read of its jobs is taken from the reading that stands (`reading_order`), whichever snapshot carries it. The
    number of an account, once known, stays known.

    Raises ValueError when the keys differ.
    """
    if one.key != other.key:
        raise ValueError(f"run {one.key} is not run {other.key}")

    def progress(run: Run) -> tuple[int, datetime, str]:
        known = _PROGRESS.index(run.status) if run.status in _PROGRESS else 0
        bare = replace(with_reading(run, Reading(JobsState.UNREAD)), vetting=None, actor_id=0, triggering_actor_id=0)
        return known, run.updated_at, repr(bare)

    latest = max(one, other, key=progress)
    read = max(reading_of(one), reading_of(other), key=reading_order)
    return replace(
        with_reading(latest, read),
        vetting=max(one.vetting, other.vetting, key=vetting_order),
        actor_id=max(one.actor_id, other.actor_id),
        triggering_actor_id=max(one.triggering_actor_id, other.triggering_actor_id),
    )


@dataclass(frozen=True)
class Ref:
    """A tag of a repository. Deleted tags stay, dated.

    `seen_at` is GitHub's time of the push (`repository.pushed_at`), NEVER where no webhook told of one. `sha` is empty
    when only its deletion was seen, or only GitHub's list of tags, which knows no times and no pushers: what stood
    there is `listed_sha`, and when it was read `listed_at`.
    """

    repository_id: int
    name: str
    sha: str
    seen_at: datetime
    pusher: str = ""
    deleted_at: datetime | None = None
    listed_sha: str = ""
    listed_at: datetime | None = None

    @property
    def at(self) -> datetime:
        """When it was last seen to be, or to have been deleted: of a tag never pushed before our eyes, when listed."""
        return self.seen_at if self.seen_at > NEVER else self.listed_at or NEVER

    @property
    def commit(self) -> str:
        """The commit it points at, as far as is known; '' where only its deletion was seen."""
        listed_later = self.listed_at is not None and self.listed_at > self.seen_at
        return self.listed_sha if listed_later else self.sha

    @property
    def gone(self) -> bool:
        """It was deleted and not made again since."""
        return self.deleted_at is not None and self.deleted_at >= max(self.seen_at, self.listed_at or NEVER)


def merge_refs(one: Ref, other: Ref) -> Ref:
    """Two sights of one tag as one: the latest creation, the latest deletion, and the latest list it stood in."""
    made = max(one, other, key=lambda r: (r.sha != "", r.seen_at, r.sha, r.pusher))
    listed = max(one, other, key=lambda r: (r.listed_at or NEVER, r.listed_sha))
    return replace(
        made,
        deleted_at=max(filter(None, (one.deleted_at, other.deleted_at)), default=None),
        listed_sha=listed.listed_sha,
        listed_at=listed.listed_at,
    )


@dataclass(frozen=True)
class Release:
    """A GitHub release. Deleted releases stay, dated. `updated_at` is GitHub's time of what we saw."""

    repository_id: int
    id: int
    tag: str
    author: str
    published_at: datetime | None
    updated_at: datetime
    deleted_at: datetime | None = None


def merge_releases(one: Release, other: Release) -> Release:
    """Two sights of one release as one: the latest state; a deletion is final (ids are never used again)."""
    latest = max(
        one, other, key=lambda r: (r.published_at is not None, r.updated_at, r.tag, r.author, str(r.published_at))
    )
    return replace(latest, deleted_at=min(filter(None, (one.deleted_at, other.deleted_at)), default=None))


@dataclass(frozen=True)
class Publisher:
    """Who may publish an artifact: one repository's workflow files on allowed refs and events.

    Ids, not names: `repository_id` and `owner_id` survive a rename. `refs` are glob patterns on `refs/heads/…` and
    `refs/tags/…`; empty means the default branch and every tag. `manual` True: publishing by hand is allowed (an
    absence never alarms); False: never by hand (an absence always counts); None: learned from the line's habit.
    `environment` is the deployment environment a publish must have been approved for, '' for none. `issuer` and
    `identity` name a signer outside GitHub Actions (GitLab, CircleCI, Google), both compared exactly: then verified
    provenance alone settles a version, because there is no run that we could see.
    """

    artifact: Artifact
    repository_id: int
    owner_id: int
    workflows: tuple[str, ...]
    refs: tuple[str, ...] = ()
    events: tuple[str, ...] = EVENTS
    manual: bool | None = None
    environment: str = ""
    issuer: str = ""
    identity: str = ""
    moving: tuple[str, ...] = ()
    """Of an image: glob patterns of tags that are made to move, beside those that look it."""
    mirrors: tuple[str, ...] = ()
    """Of an image: the purls of others that carry the same releases, beside those that discovery sees."""
    grace: timedelta | None = None
    """How long after a publication a missing run may not count yet; None, and what is shorter: the server's."""
    confidence: Confidence = Confidence.LOW
    """What an explanation must reach to settle a version that this publisher published."""
