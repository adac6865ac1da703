"""The ledger in the words of the domain: one protocol, kept by two twins (`memory`, `sql`), held by one contract.

The truth is the insert-only list of facts; runs, versions, verdicts and all other shelves are derived from it by
`apply` and can be rebuilt. Work to do is rows too, so that a crash loses nothing and a wake-up may be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from verifier.ledger.enrolments import Enrolments
from verifier.ledger.health import Health
from verifier.ledger.inbox import Inbox
from verifier.ledger.looks import Looks
from verifier.ledger.missed import Missed
from verifier.ledger.rows import (
    TWO_CLOCKS,
    Delivery,
    Dossier,
    GivenUp,
    Hearing,
    Link,
    Posted,
    Queue,
    Stood,
    Task,
    Watch,
)
from verifier.ledger.sessions import Sessions
from verifier.ledger.tokens import Tokens
from verifier.ledger.views import Sees, Views
from verifier.ledger.work import Work
from verifier.model import (
    Account,
    Answer,
    Artifact,
    Bulletin,
    Command,
    Conduct,
    Fact,
    ForcedPush,
    Incident,
    Installation,
    Mute,
    Notice,
    Proposal,
    Publisher,
    Ref,
    Release,
    Repository,
    Run,
    RunKey,
    RunRead,
    Subscription,
    Verdict,
    Waiver,
)
from verifier.model.backfill import Gap

__all__ = [
    "TWO_CLOCKS",
    "Book",
    "Delivery",
    "Dossier",
    "Enrolments",
    "GivenUp",
    "Hearing",
    "Inbox",
    "Incidents",
    "Ledger",
    "Link",
    "Missed",
    "Nested",
    "Posted",
    "Queue",
    "ReadOnly",
    "Refs",
    "Repositories",
    "Runs",
    "Sessions",
    "Stood",
    "Subscriptions",
    "Task",
    "Tokens",
    "Unavailable",
    "Versions",
    "Watch",
    "Work",
]


class Unavailable(Exception):
    """The database did not answer or gave the transaction up; nothing of it was kept. Try again later."""


class ReadOnly(RuntimeError):
    """Something was to be written in a transaction opened with `reading`: a fault of the caller."""


class Nested(RuntimeError):
    """A second transaction was opened in a thread that holds one: pass the first one's book on instead."""


class Repositories(Protocol):
    """Installations, repositories and the publishers they name."""

    def installation(self, installation_id: int) -> Installation | None: ...
    def put_installation(self, installation: Installation) -> None: ...
    def installations(self) -> list[Installation]: ...
    def get(self, repository_id: int) -> Repository | None: ...
    def put(self, repository: Repository) -> None: ...
    def all(self) -> list[Repository]: ...
    def some(self, ids: Collection[int]) -> list[Repository]:
        """Those of these that are known, by id."""

    def named(self, full_name: str) -> Repository | None:
        """By name, case-insensitively; the newest seen where a name was used again."""

    def publishers(self, repository_id: int) -> list[Publisher]:
        """All publishers of one repository, from all sources, `server` first."""

    def publishers_from(self, repository_id: int, source: str) -> tuple[Publisher, ...]:
        """What one source says now; empty when it says nothing."""

    def publishers_of(self, artifact: Artifact) -> list[Publisher]: ...
    def put_publishers(self, repository_id: int, source: str, publishers: tuple[Publisher, ...]) -> None: ...
    def publishers_among(self, artifacts: Collection[Artifact]) -> list[Publisher]:
        """The publishers of all these, in the same order."""

    def proposals(self, repository_id: int) -> tuple[Proposal, ...]:
        """The artifacts that it seems to publish, as discovery saw it last."""

    def proposed(self, sees: Sees, limit: int) -> dict[int, tuple[Proposal, ...]]:
        """The same of all repositories that may be seen, by their ids; of more than `limit` the first so many."""

    def put_proposals(self, repository_id: int, proposals: tuple[Proposal, ...]) -> None: ...
    def conduct(self, repository_id: int) -> Conduct:
        """How it wants to be spoken to; what holds for all where it has not said."""

    def put_conduct(self, repository_id: int, conduct: Conduct) -> None: ...
    def stood(self, repository_id: int) -> tuple[Stood, ...]:
        """The config files that still count, oldest first; the last one stands now. Empty: none was ever looked for."""

    def put_stood(self, repository_id: int, files: tuple[Stood, ...]) -> None: ...
    def gap_since(self, repository_id: int) -> datetime | None:
        """Webhooks of this repository may be missing since then; None when nothing is known to be missing."""

    def gap(self, repository_id: int) -> Gap | None:
        """The same with until when something is known to be missing."""

    def put_gap(self, repository_id: int, gap: Gap | None) -> None:
        """Set it; None: nothing is missing."""

    def gaps(self) -> dict[int, Gap]:
        """When webhooks may be missing, by repository; those of which nothing is missing are left out."""


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

    def some(self, ids: Collection[str]) -> list[Incident]:
        """Those of them that there are, newest first, in one query."""

    def recent(self, repository_id: int, since: datetime) -> list[Incident]:
        """Incidents of a repository opened since then, newest first."""

    def add_notice(self, notice: Notice) -> None: ...
    def notices(self, incident_id: str) -> list[Notice]: ...
    def last_said(self, incident_ids: Collection[str]) -> dict[str, datetime]:
        """When something last changed in each of them; those in which nothing ever did are left out."""

    def posted(self, incident_id: str, channel: str) -> Posted | None: ...
    def put_posted(self, posted: Posted) -> None: ...
    def drop_posted(self, prefix: str, before: str, limit: int) -> int:
        """Forget what was posted under keys like `before` that begin with `prefix` and are less: how many.

        Like it: as long as it. `limit` rows at most.
        """

    def all_posted(self, incident_id: str) -> list[Posted]: ...
    def posted_as(self, channel: str, ref: str) -> list[Posted]:
        """What a channel holds under this id, by incident: ids of one repository's issues are another's too."""

    def put_waiver(self, waiver: Waiver) -> None: ...
    def waivers(self, artifact: Artifact, number: str) -> list[Waiver]: ...
    def put_mute(self, mute: Mute) -> None: ...
    def mutes(self, artifact: Artifact) -> list[Mute]:
        """Every mute of its lines, ended ones too, in the order given."""

    def put_command(self, command: Command) -> bool:
        """Keep it; False when it is known by its id."""

    def commands(self, incident_id: str) -> list[Command]:
        """Every command about an incident, oldest first."""

    def put_answer(self, answer: Answer) -> None:
        """Keep it; a later answer to the same command takes its place."""

    def answers(self, incident_id: str) -> dict[str, Answer]:
        """The answers by their commands' ids."""

    def put_bulletin(self, bulletin: Bulletin) -> bool:
        """Keep it; False when it is known by its id."""

    def bulletin(self, bulletin_id: str) -> Bulletin | None: ...
    def bulletins(self, since: datetime, of: str = "", limit: int | None = None) -> list[Bulletin]:
        """Those since then, newest first: of all, or `of` one incident by its id; at most `limit`."""


class Subscriptions(Protocol):
    """People who asked to be told. Not derived from facts: an address is not kept for ever."""

    def get(self, subscription_id: str) -> Subscription | None: ...
    def put(self, subscription: Subscription) -> None: ...
    def drop(self, subscription_id: str) -> None: ...
    def of_address(self, address: str) -> list[Subscription]:
        """Those of one address, without case."""

    def all(self) -> list[Subscription]:
        """Every one, oldest first."""


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
    def enrolments(self) -> Enrolments: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def missed(self) -> Missed: ...
    @property
    def views(self) -> Views: ...
    @property
    def health(self) -> Health: ...
    @property
    def looks(self) -> Looks: ...

    def record(self, fact: Fact, now: datetime) -> None:
        """Append one fact and derive from it (`verifier.ledger.apply`). A fact that adds nothing is not repeated."""

    def facts(self) -> Iterator[tuple[int, datetime, Fact]]:
        """Every fact with its sequence number and when it was recorded, oldest first."""

    def chain(self) -> Iterator[Link]:
        """Every fact as it is chained, oldest first; `verifier.ledger.chain.check` checks it."""

    def last_link(self) -> Link | None:
        """The fact recorded last, as it is chained; None where there is none."""


class Ledger(Protocol):
    """Opens transactions, one at a time in a thread. Raises Nested, Unavailable, and ReadOnly from `reading`.

    `writing` commits on a clean exit and leaves nothing behind on an exception.
    """

    def reading(self) -> AbstractContextManager[Book]: ...
    def writing(self) -> AbstractContextManager[Book]: ...

    def alone(self, name: str) -> AbstractContextManager[bool]:
        """Hold a name until the end, so that nobody else does at the same time; False where somebody does.

        Unlike a lease it does not run out by the clock: it ends with its holder, and with the holder's process. On
        PostgreSQL it holds for all processes, in the other ledgers for this one. It is no transaction. Raises
        Unavailable before it begins.
        """

    def rebuild(self) -> None:
        """Empty every derived shelf and derive it again from the facts.

        What does not come from facts stays: inbox, work, watches, gaps, backfills, config files, incidents with their
        notices and posts, the incident a version belongs to and whether it is waived, bulletins, subscriptions,
        sessions, tokens, health, looks.
        """
