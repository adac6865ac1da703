"""What is said out of band: one message about one thing as it stands. Pure; every channel renders the same one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verifier.model import Bulletin, Incident, Notice, Repository, Severity


class Kind(StrEnum):
    """What a message is about."""

    INCIDENT = "incident"
    BULLETIN = "bulletin"
    GROUP = "group"
    """Many incidents at once, put together so that nobody is flooded."""
    DIGEST = "digest"
    """What a week brought."""
    TEST = "test"


class State(StrEnum):
    """Where what it is about stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    SAID = "said"
    """It has no life of its own: a bulletin, a digest, a test."""


@dataclass(frozen=True)
class Part:
    """One part under its heading. `lines` are finished Markdown as `checks.report` makes it: lists, code blocks."""

    heading: str
    lines: tuple[str, ...]
    aside: bool = False
    """The whole of what another part says in short: it stands last, and is the first to give way."""


@dataclass(frozen=True)
class Message:
    """One message. `title` is plain text on one line, harmless; `lead` and `parts` are finished, harmless Markdown.

    `key` is what it is about: messages of one key belong together (a thread, one alert that is updated). `digest` is
    the hash of all that a reader would see: with the key it is the idempotency key. `change` is one plain line about
    what is new since the key was spoken of last ('' for the first time).
    """

    key: str
    kind: Kind
    state: State
    severity: Severity
    title: str
    lead: str
    parts: tuple[Part, ...]
    digest: str
    began_at: datetime
    at: datetime
    change: str = ""
    url: str = ""
    """Our own page about it, '' when none is configured."""
    repository: Repository | None = None
    incident: Incident | None = None
    bulletin: Bulletin | None = None
    history: tuple[Notice, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Where it stands elsewhere: (channel, address) of the issue, the check run, the advisory."""

    @property
    def id(self) -> str:
        """The idempotency key: the same for the same text about the same thing, however often it is sent (hex)."""
        return _hash(f"{self.key}\0{self.digest}")

    @property
    def thread(self) -> str:
        """What all messages of its key have in common, in a form that every receiver takes (hex)."""
        return _hash(self.key)


def news(message: Message) -> str:
    """What is new, as a line of its own; what says by itself that it is an end needs no word before it."""
    ended = message.change.startswith("Resolved")
    return message.change if ended or not message.change else f"New: {message.change}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]
