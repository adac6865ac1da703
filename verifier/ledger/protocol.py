"""The ledger in the words of the domain: one protocol, kept by two twins (`memory`, `sql`), held by one contract.

The truth is the insert-only list of facts; runs, versions, verdicts and all other shelves are derived from it by
`apply` and can be rebuilt. Work to do is rows too, so that a crash loses nothing and a wake-up may be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from verifier.ledger.health import Health
from verifier.model import (
    Account,
    Artifact,
    Comparison,
    Evidence,
    Fact,
    ForcedPush,
    Incident,
    Installation,
    Notice,
    Proposal,
    Publisher,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
    RunRead,
    Verdict,
    Version,
    Waiver,
)


class Unavailable(Exception):
    """The database did not answer or gave the transaction up; nothing of it was kept. Try again later."""


class ReadOnly(RuntimeError):
    """Something was to be written in a transaction opened with `reading`: a fault of the caller."""


class Nested(RuntimeError):
    """A second transaction was opened in a thread that holds one: pass the first one's book on instead."""


@dataclass(frozen=True)
class Delivery:
    """One webhook as it arrived: verified raw bytes, kept before anything reads them. `id` is GitHub's GUID."""

    id: str
    event: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True)
class Task:
    """One piece of work, claimed for a while. `wanted` counts the calls to `want` that changed it.

    `lent_until` is when the lease ends (None: not lent). With `wanted` it names the lease, so that a worker whose
    lease ran out cannot end another worker's.
    """

    step: str
    key: str
    due_at: datetime
    attempts: int
    wanted: int
    problem: str = ""
    lent_until: datetime | None = None


TWO_CLOCKS = timedelta(minutes=2)
"""How far a registry's clock may differ from ours at first contact."""


@dataclass(frozen=True)
class Watch:
    """What we remember of polling one artifact. `validators` maps an address to its ETag.

    `preview` is True until the first full pass is done: history is shown, nobody is alarmed.
    """

    artifact: Artifact
    first_contact: datetime
    preview: bool = True
    polled_at: datetime | None = None
    validators: tuple[tuple[str, str], ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    """Moving names of the registry and the version each points at: npm dist-tags."""
    problem: str = ""
    cursor: str = ""
    """The registry's own note about where its next look goes on."""

    learned_at: datetime | None = None
    """When the first full pass was done."""

    def since(self, version: Version) -> datetime:
        """What was published before this is history.

        First contact for what the first pass showed; a little earlier for what came later, because two clocks differ.
        """
        first_pass = self.learned_at is None or version.first_seen_at <= self.learned_at
        return self.first_contact if first_pass else self.first_contact - TWO_CLOCKS


@dataclass(frozen=True)
class Dossier:
    """A version with everything that hangs on it. `verdict_at` is when the verdict that stands was reached."""

    version: Version
    evidence: tuple[Evidence, ...] | None = None
    """None: not read for these files yet."""
    verdict: Verdict | None = None
    verdict_at: datetime | None = None
    judged: str = ""
    """The fingerprint of the files that the standing verdict is about."""
    incident_id: str | None = None
    github_asked: bool = False
    """GitHub was asked for attestations about these files; what it gave is in `evidence`."""
    source: Comparison | None = None
    """What comparing these files with their source showed; None: not compared."""


@dataclass(frozen=True)
class Posted:
    """What one channel holds of one incident: the id and address there, and the hash of the text it shows."""

    incident_id: str
    channel: str
    ref: str
    url: str
    digest: str
    open: bool
    posted_at: datetime


@dataclass(frozen=True)
class Link:
    """One fact as it is chained: its canonical text, and hashes over the link before it and over itself (hex)."""

    sequence: int
    recorded_at: datetime
    kind: str
    body: str
    previous: str
    hash: str


class Inbox(Protocol):
    """Webhooks accepted and not yet heard."""

    def keep(self, delivery: Delivery) -> bool:
        """Store it in one insert. False when this id is already known; nothing is stored then."""

    def claim(self, limit: int, now: datetime, lease: timedelta) -> list[Delivery]:
        """The oldest unheard deliveries, lent until `now + lease`; oldest first."""

    def settle(self, delivery_id: str, now: datetime, problem: str = "") -> None:
        """It is heard (or, with a problem, given up and shown on the health page)."""

    def give_back(self, delivery_id: str, until: datetime) -> int:
        """Not heard: lend it again from `until` on. Returns how often it has been lent."""

    def waiting(self) -> int:
        """How many are not heard yet."""

    def given_up(self, limit: int) -> list[tuple[str, str]]:
        """Deliveries settled with a problem: (id, problem), newest first."""


class Work(Protocol):
    """Everything that is to be done, in rows: one per (step, key)."""

    def want(self, step: str, key: str, at: datetime) -> None:
        """It shall be done at `at` or earlier: an earlier date wins, attempts and problem start anew."""

    def claim(self, step: str, limit: int, now: datetime, lease: timedelta) -> list[Task]:
        """What is due and not lent, earliest first, lent until `now + lease`, with `attempts` raised.

        Claim in a transaction of its own: rows stay locked until it ends.
        """

    def done(self, task: Task, again_at: datetime | None = None) -> None:
        """It is done. If it was wanted again meanwhile it is due as wanted then; else gone, or due at `again_at`.

        Changes nothing when the lease has passed to another worker; so does `failed`.
        """

    def failed(self, task: Task, again_at: datetime, problem: str) -> None:
        """It could not be done; try at `again_at`. The problem is shown on the health page."""

    def next_due(self, *steps: str) -> datetime | None:
        """The earliest due date among these steps (all if none is named), lent or not."""

    def all(self, step: str) -> list[Task]:
        """Everything of one step, earliest first."""


class Repositories(Protocol):
    """Installations, repositories and the publishers they name."""

    def installation(self, installation_id: int) -> Installation | None: ...
    def put_installation(self, installation: Installation) -> None: ...
    def installations(self) -> list[Installation]: ...
    def get(self, repository_id: int) -> Repository | None: ...
    def put(self, repository: Repository) -> None: ...
    def all(self) -> list[Repository]: ...
    def named(self, full_name: str) -> Repository | None:
        """By name, case-insensitively; the newest seen where a name was used again."""

    def publishers(self, repository_id: int) -> list[Publisher]:
        """All publishers of one repository, from all sources, `server` first."""

    def publishers_from(self, repository_id: int, source: str) -> tuple[Publisher, ...]:
        """What one source says now; empty when it says nothing."""

    def publishers_of(self, artifact: Artifact) -> list[Publisher]: ...
    def put_publishers(self, repository_id: int, source: str, publishers: tuple[Publisher, ...]) -> None: ...
    def proposals(self, repository_id: int) -> tuple[Proposal, ...]:
        """The artifacts that it seems to publish, as discovery saw it last."""

    def put_proposals(self, repository_id: int, proposals: tuple[Proposal, ...]) -> None: ...
    def gap_since(self, repository_id: int) -> datetime | None:
        """Webhooks of this repository may be missing since then; None when nothing is known to be missing."""

    def put_gap(self, repository_id: int, since: datetime | None) -> None: ...


class Runs(Protocol):
    """Attempts of workflow runs, and when GitHub's own list of them was read."""

    def get(self, key: RunKey) -> Run | None: ...
    def put(self, run: Run) -> None: ...
    def reading(self, key: RunKey) -> RunRead | None:
        """What was read of the jobs of an attempt that is not seen yet."""

    def put_reading(self, key: RunKey, reading: RunRead | None) -> None:
        """Keep it until the attempt is seen; None: it was seen."""

    def between(self, repository_id: int, since: datetime, until: datetime) -> list[Run]:
        """Attempts active at any time from `since` to `until` (an attempt that is not completed is still active)."""

    def unread(self, repository_id: int) -> list[Run]:
        """Completed attempts whose jobs are not read."""

    def listed_at(self, repository_id: int, at: datetime) -> datetime | None:
        """The latest `until` among the complete lists whose span covers `at`; None when none covers it."""

    def put_listed(self, repository_id: int, since: datetime, until: datetime) -> None: ...


class Refs(Protocol):
    """Tags and releases, deleted ones included, and pushes that rewrote a branch."""

    def tag(self, repository_id: int, name: str) -> Ref | None: ...
    def put_tag(self, ref: Ref) -> None: ...
    def tags(self, repository_id: int) -> list[Ref]: ...
    def release(self, repository_id: int, release_id: int) -> Release | None: ...
    def put_release(self, release: Release) -> None: ...
    def releases(self, repository_id: int) -> list[Release]: ...
    def forced(self, repository_id: int, since: datetime, until: datetime) -> list[ForcedPush]:
        """The pushes that rewrote a branch from `since` to `until`, oldest first."""

    def put_forced(self, push: ForcedPush) -> bool:
        """Keep it; False when it is known. The same commits pushed again later are another push."""


class Versions(Protocol):
    """Watched artifacts, their versions, evidence and standing verdicts."""

    def watch(self, artifact: Artifact) -> Watch | None: ...
    def put_watch(self, watch: Watch) -> None: ...
    def watches(self) -> list[Watch]: ...
    def get(self, artifact: Artifact, number: str) -> Dossier | None: ...
    def put(self, dossier: Dossier) -> None: ...
    def of(self, artifact: Artifact) -> list[Dossier]:
        """Every version of one artifact, in order of publication."""

    def put_earlier(self, dossier: Dossier) -> None:
        """Keep what a tag held before, under its fingerprint; what it held twice is kept as it was held last."""

    def earlier(self, artifact: Artifact, number: str) -> list[Dossier]:
        """What a tag held before, oldest first."""

    def saw(self, artifact: Artifact, numbers: Iterable[str], at: datetime) -> None:
        """A look that began at `at` showed these versions as they stand; one that began later is not forgotten."""

    def seen(self, artifact: Artifact) -> dict[str, datetime]:
        """When each version was last seen as it stands; those never said to be are left out."""

    def judged_as(self, artifact: Artifact, fingerprint: str) -> list[tuple[str, datetime, Verdict]]:
        """Every verdict ever about these very files, under whatever number: (number, when, it), oldest first."""

    def by_account(self, account: Account, since: datetime, until: datetime) -> list[Dossier]:
        """Versions of any artifact that this account published in that span."""

    def in_scope(self, scope: str, since: datetime, until: datetime) -> list[Dossier]:
        """Versions of any artifact of that registry scope (`@scope`) published in that span."""

    def verdicts(self, artifact: Artifact, number: str) -> list[tuple[datetime, str, Verdict]]:
        """Every verdict this version ever had with the fingerprint judged, oldest first."""

    def put_verdict(self, artifact: Artifact, number: str, fingerprint: str, verdict: Verdict, at: datetime) -> None:
        """Append to the history; the standing verdict is put with `put`."""


class Incidents(Protocol):
    """Incidents, notices, waivers, and what each channel holds of an incident."""

    def get(self, incident_id: str) -> Incident | None: ...
    def put(self, incident: Incident) -> None: ...
    def all(self) -> list[Incident]:
        """Every incident, newest first."""

    def recent(self, repository_id: int, since: datetime) -> list[Incident]:
        """Incidents of a repository opened since then, newest first."""

    def add_notice(self, notice: Notice) -> None: ...
    def notices(self, incident_id: str) -> list[Notice]: ...
    def posted(self, incident_id: str, channel: str) -> Posted | None: ...
    def put_posted(self, posted: Posted) -> None: ...
    def all_posted(self, incident_id: str) -> list[Posted]: ...
    def put_waiver(self, waiver: Waiver) -> None: ...
    def waivers(self, artifact: Artifact, number: str) -> list[Waiver]: ...


class Book(Protocol):
    """The ledger within one transaction."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def work(self) -> Work: ...
    @property
    def repositories(self) -> Repositories: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def refs(self) -> Refs: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def incidents(self) -> Incidents: ...
    @property
    def health(self) -> Health: ...

    def record(self, fact: Fact, now: datetime) -> None:
        """Append one fact and derive from it (`verifier.ledger.apply`). A fact that adds nothing is not repeated."""

    def facts(self) -> Iterator[tuple[int, datetime, Fact]]:
        """Every fact with its sequence number and when it was recorded, oldest first."""

    def chain(self) -> Iterator[Link]:
        """Every fact as it is chained, oldest first; `verifier.ledger.chain.broken` checks it."""


class Ledger(Protocol):
    """Opens transactions, one at a time in a thread. Raises Nested, Unavailable, and ReadOnly from `reading`.

    `writing` commits on a clean exit and leaves nothing behind on an exception.
    """

    def reading(self) -> AbstractContextManager[Book]: ...
    def writing(self) -> AbstractContextManager[Book]: ...

    def rebuild(self) -> None:
        """Empty every derived shelf and derive it again from the facts.

        What does not come from facts stays: inbox, work, watches, gaps, incidents with their notices and posts,
        the incident a version belongs to, health.
        """
