"""What the ledger hands out besides the words of the domain: rows of the inbox, of work, watches, posts and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from verifier.model import Artifact, Comparison, Evidence, Publisher, Verdict, Version
from verifier.model.standing import Standing, is_history, standing_of


@dataclass(frozen=True)
class Delivery:
    """One webhook as it arrived: verified raw bytes, kept before anything reads them. `id` is GitHub's GUID."""

    id: str
    event: str
    body: bytes
    received_at: datetime


class Hearing(Enum):
    """What became of a delivery that was kept."""

    WAITING = "waiting"
    HEARD = "heard"
    UNREADABLE = "unreadable"

    @classmethod
    def of(cls, heard_at: datetime | None, problem: str) -> Hearing:
        """As its row has it."""
        if heard_at is None:
            return cls.WAITING
        return cls.UNREADABLE if problem else cls.HEARD


@dataclass(frozen=True)
class GivenUp:
    """The deliveries that could not be heard and are kept: how many, and when the first and the last was given up."""

    number: int
    first_at: datetime
    last_at: datetime


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
    waived: bool = False
    """An authorised person waived exactly these files, and that holds now."""
    github_asked: bool = False
    """GitHub was asked for attestations about these files; what it gave is in `evidence`."""
    source: Comparison | None = None
    """What comparing these files with their source showed; None: not compared."""

    @property
    def standing(self) -> Standing:
        """How it stands, in the one word that people are shown."""
        if self.verdict is None and is_history(self.version):
            return Standing.UNVERIFIABLE
        return standing_of(self.verdict, waived=self.waived)

    @property
    def odd(self) -> bool:
        """It is compliant and something about it is odd, which nobody waived."""
        found = self.verdict is not None and bool(self.verdict.anomalies)
        return found and self.standing is Standing.COMPLIANT and not self.waived


@dataclass(frozen=True)
class Posted:
    """What one channel holds of one thing: the id and address there, and the hash of the text it shows.

    `incident_id` is an incident, or what else is told: a bulletin, a week (`weekly/2026-03-02`), the check run about a
    config file (`config/ID`) or set-up (`setup/ID`), and how a lane stands (`lane`).
    """

    incident_id: str
    channel: str
    ref: str
    url: str
    digest: str
    open: bool
    posted_at: datetime


@dataclass(frozen=True)
class Queue:
    """How much one step has to do: `wanted` in all, lent or not, of which `due` by now; `due_since` the earliest."""

    step: str
    wanted: int
    due: int
    due_since: datetime | None
    failing: int = 0
    """So many of them failed when they were last tried."""


@dataclass(frozen=True)
class Link:
    """One fact as it is chained: its canonical text, and hashes over the link before it and over itself (hex)."""

    sequence: int
    recorded_at: datetime
    kind: str
    body: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Stood:
    """A config file that could be read, as it stood on the default branch from `since` on, by our clock.

    `text` '' : there was no file. `found` is what discovery said then, `by` who pushed it ('' where that is not known).
    `home` is the id of the owner for whose repositories it is the default; 0: it is the repository's own file. `branch`
    is the default branch that counted with it; of the last one, the one that it is now. `refused_at` is since when, in
    place of the last one, a file stands there that cannot be read; `refused` says which that is.
    """

    since: datetime
    text: str
    found: tuple[Publisher, ...] = ()
    commit: str = ""
    by: str = ""
    url: str = ""
    home: int = 0
    branch: str = ""
    refused_at: datetime | None = None
    refused: str = ""


def branch_in_force(files: Sequence[Stood]) -> str:
    """The default branch that counts: a day after it was switched still the one before. '' where none was ever seen."""
    return files[0].branch if files else ""
