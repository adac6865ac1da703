"""Who hears what: severities, filters, people who subscribed, and what is told besides incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How loud a message is; ordered."""

    INFO = 1
    """Worth knowing: a changed config, an incident that is settled."""
    LOW = 2
    """A valid run published something odd."""
    MEDIUM = 3
    """Suspect: was this you?"""
    HIGH = 4
    """Non-compliant with less than high confidence, or tampering with what we said."""
    CRITICAL = 5
    """Non-compliant with high confidence."""

    @property
    def word(self) -> str:
        """In lower case."""
        return self.name.lower()


OUTCOMES = ("non_compliant", "suspect", "anomaly", "notice")
"""What a filter may ask for. `notice` is a bulletin: what is told besides incidents."""


@dataclass(frozen=True)
class Filter:
    """What a route or a subscription wants to hear. An empty list excludes nothing; names are globs, without case.

    `outcomes` are some of `OUTCOMES`.
    """

    organisations: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    """On `owner/name`."""
    artifacts: tuple[str, ...] = ()
    """On the purl without a version."""
    outcomes: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    """The least that is heard."""


@dataclass(frozen=True)
class Subscription:
    """One address that asked to be told. It hears nothing before `confirmed_at`, and nothing from `ended_at` on.

    The secret in its links is kept as a hash (`sha256:hex`), so that whoever reads the ledger cannot end it. `older`
    are hashes of secrets in mails that went out before the links were made anew; they open it too.
    """

    id: str
    address: str
    filter: Filter
    secret: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    weekly: bool = False
    """A summary once a week in place of single messages."""
    refused_since: datetime | None = None
    """Since when its mail server refuses the address for good; None: it does not."""
    older: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """It hears."""
        return self.confirmed_at is not None and self.ended_at is None


class BulletinKind(StrEnum):
    """What is told besides incidents."""

    CONFIG_CHANGED = "config_changed"
    CONFIG_REFUSED = "config_refused"
    """The config file cannot be read; the last good one stays in force."""
    CONFIG_LOOSENS = "config_loosens"
    """What the config file loosens acts a day later."""
    WORKFLOW_CHANGED = "workflow_changed"
    """A workflow file that may publish was changed on the default branch."""
    BRANCH_CHANGED = "branch_changed"
    """Another branch is the default one, from which configuration is read and runs may publish."""
    BLINDED = "blinded"
    """The App may read a watched repository no more: suspended, uninstalled, or the repository was taken from it."""
    TAMPERED = "tampered"
    """What we said on GitHub was closed or deleted by somebody without the right."""
    COMMANDED = "commanded"
    """Somebody's command was obeyed: an incident acknowledged, a version waived, a line muted."""


@dataclass(frozen=True)
class Bulletin:
    """One thing about a repository that is told once, out of band, and has no life of its own. Text is unescaped."""

    id: str
    kind: BulletinKind
    repository_id: int
    at: datetime
    title: str
    sentences: tuple[str, ...]
    by: str = ""
    url: str = ""
    incident_id: str = ""
