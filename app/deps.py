"""Everything the five steps, the pages and the commands are given. `app.build` wires the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.github import GitHub
from app.settings import Settings
from app.trust import shipped
from app.wake import Wake
from checks.base import Permanent
from checks.outside import Sending
from verifier.ledger.protocol import Ledger
from verifier.registries.base import Absent, Answer, Ask, Call, Page, Unreadable

if TYPE_CHECKING:
    from verifier.evidence import Trust


class Fetch(Protocol):
    """One guarded question, GET or HEAD (`app.http`), by somebody logged in where that is needed (`app.login`)."""

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask once; with an ETag, only for what changed. Never raises: what went wrong is an answer."""


class Outbound(Protocol):
    """The way out."""

    def send(self, sending: Sending, ref: str = "", plain: bool = False) -> object:
        """Send once. Raises Temporary and Permanent."""


class _Nowhere:
    def send(self, sending: Sending, ref: str = "", plain: bool = False) -> object:
        raise Permanent("Nothing is set up here to send anything.")


nowhere: Outbound = _Nowhere()


def no_aws(call: Call) -> Answer:
    """Where no Amazon account is set up."""
    return Unreadable(call.service, "Nothing is set up here to ask Amazon; see docs/install.md.")


@dataclass(frozen=True)
class Deps:
    """The machine room's parts. `github` gives the client of an installation id; it is made on first use.

    `aws` makes one call of Amazon's API. `trust` gives the trust root in force, and raises Permanent where its files
    cannot be used.
    """

    settings: Settings
    ledger: Ledger
    fetch: Fetch
    github: Callable[[int], GitHub]
    wake: Wake
    now: Callable[[], datetime]
    trust: Callable[[], Trust] = shipped
    aws: Callable[[Call], Answer] = no_aws
    outbound: Outbound = nowhere
