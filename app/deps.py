"""Everything the six steps, the pages and the commands are given. `app.build` wires the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.outbound import Outbound, nowhere
from app.pacing import LocalPace, Pace
from app.polling.rhythm import Rhythm
from app.processes.lanes import Inline, Lanes
from app.processes.shift import Shift
from app.settings import Settings
from app.trust.root import shipped
from app.wake import Wake
from checks import OUTSIDE
from checks.outside import Outside, Route
from verifier.ledger.protocol import Ledger
from verifier.registries.base import Absent, Answer, Ask, Call, Page, Unreadable

if TYPE_CHECKING:
    from app.github.installation import GitHub
    from verifier.evidence import Trust


class Fetch(Protocol):
    """One guarded question, GET or HEAD (`app.network.http`), logged in where needed (`app.network.login`)."""

    def __call__(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        """Ask once; with an ETag, only for what changed. Never raises: what went wrong is an answer."""


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
    routes: tuple[Route, ...] = ()
    """Who is told what out of band, as the operator says."""
    outside: Mapping[str, Outside] = field(default_factory=lambda: OUTSIDE)
    outbound: Outbound = nowhere
    lanes: Lanes | Inline = field(default_factory=Inline)
    pace: Pace = field(default_factory=LocalPace)
    """Whose turn it is: of all workers where they share a Redis."""
    rhythm: Rhythm = field(default_factory=Rhythm)
    shift: Shift = field(default_factory=Shift)
    """What this process is at."""
