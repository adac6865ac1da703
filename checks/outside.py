"""The shape every out-of-band channel has: one file per kind of place outside GitHub where we speak.

A channel never dials. `render` turns a message into data that says what is to be sent, and the app sends it:
what goes out is visible in a test, and a channel cannot leak a secret to another host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from checks.message import Message
from verifier.ledger.protocol import Posted
from verifier.model import Filter


@dataclass(frozen=True)
class HttpPost:
    """One POST. Address, headers and body may hold secrets: kept out of `repr`."""

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class SlackCall:
    """One call of Slack's Web API, by the token. `method` is `chat.postMessage` or `chat.update`.

    What the first `chat.postMessage` of a key answers is kept as `Posted.ref`: its `channel` and its `ts` with a slash
    between them, `C0123456789/1767225600.000100`. `chat.update` takes no channel's name.
    """

    token: str = field(repr=False)
    method: str
    arguments: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """One message as RFC 5322 bytes for one envelope. Each recipient gets a mail alone."""

    to: str = field(repr=False)
    content: bytes = field(repr=False)
    message_id: str = ""


@dataclass(frozen=True)
class Lines:
    """Syslog frames for one connection, octet-counted (RFC 6587, section 3.4.1) by who sends them.

    `ca` is the path of a file with the authorities to trust; '' for the usual ones.
    """

    frames: tuple[bytes, ...] = field(repr=False)
    host: str = ""
    port: int = 6514
    tls: bool = True
    ca: str = ""


Sending = HttpPost | SlackCall | Mail | Lines


@dataclass(frozen=True)
class Route:
    """Where an operator wants what told. `target` is the channel's own reading of its fields; secrets are in it.

    `weekly`: a summary once a week in place of single messages.
    """

    name: str
    kind: str
    filter: Filter
    target: Any = field(repr=False)
    weekly: bool = False


class BadRoute(ValueError):
    """A route that cannot be meant; says which field and what to write instead, and never repeats a secret."""


class Outside(Protocol):
    """One kind of place. A module with these names satisfies it. All of it is pure."""

    KIND: str
    """What `kind` says in a route: `slack`, `email`, `syslog`, `splunk`, `webhook`, `teams`, `pagerduty`."""
    GROUPED: bool
    """People read it: a storm of incidents is put together into one message. Machines want every one."""
    UPDATES: bool
    """What was said there can be changed or answered to, by the `ref` of what was posted."""

    def read(self, fields: Mapping[str, Any]) -> Any:
        """The channel's own fields of a route as its target. Raises BadRoute for what is missing, unknown or unfit."""

    def render(self, message: Message, target: Any, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
        """What is to be sent so that the place shows the message; `posted` is what it shows now (None: nothing).

        `now` is the time of sending: some places sign it. Nothing to send: this place does not speak of such a thing.
        """
