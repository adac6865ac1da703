"""What the bench looks at after a fault, collected as plain data: the checks see nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.chaos.ear import Event
from sandbox.chaos.shelves import Facts
from sandbox.chaos.story import Truth


@dataclass(frozen=True)
class Issue:
    """One issue at the pretend GitHub, whoever closed it."""

    repository: str
    number: int
    text: str


@dataclass(frozen=True)
class CheckRun:
    """One check run at the pretend GitHub."""

    repository: str
    external_id: str
    sha: str
    conclusion: str
    text: str


@dataclass(frozen=True)
class Kept:
    """A delivery in the monitor's inbox."""

    heard: bool
    problem: str = ""


@dataclass(frozen=True)
class Told:
    """One notice of the ledger's history of incidents."""

    kind: str
    incident: str
    version: str
    fingerprint: str = ""


@dataclass(frozen=True)
class Seen:
    """Everything at one moment at which the monitor has come to rest. Versions are named as people call them."""

    at: datetime
    """What was published by then must be judged and reported; what was published later may be."""
    truth: Truth
    """The whole of it, what is still to come as well."""
    accepted: frozenset[str] = frozenset()
    """The ids of the deliveries that were answered 202 and are listened to."""
    undelivered: frozenset[str] = frozenset()
    """Those that never got a 202."""
    inbox: Mapping[str, Kept] = field(default_factory=dict)
    straight: Facts = field(default_factory=dict)
    """What the accepted deliveries give when they are heard once each and in order."""
    heard: Facts = field(default_factory=dict)
    """What the monitor's shelves hold of the same."""
    derived: Facts = field(default_factory=dict)
    rebuilt: Facts = field(default_factory=dict)
    """What the monitor's facts give when they are applied anew."""
    broken: str = ""
    """Where the hash chain does not hold; '' where it does."""
    repeated: tuple[str, ...] = ()
    """Facts that stand there twice, word for word, and may not."""
    verdicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every outcome that was ever said of each version, oldest first."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The versions in each incident."""
    told: tuple[Told, ...] = ()
    issues: tuple[Issue, ...] = ()
    check_runs: tuple[CheckRun, ...] = ()
    events: tuple[Event, ...] = ()
    """Everything that the webhook route's receiver accepted, repetitions too."""
    forged: int = 0
    left: tuple[str, ...] = ()
    """Work that should be done by now and is not."""
    ended: tuple[str, ...] = ()
    """Processes that ended by themselves."""
