"""A monitor beside the pretend GitHub, and what its ledger holds of one repository's past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from app.github.installation import clients
from app.jobs import run_step
from app.jobs.backfill import backfill
from sandbox.app import create
from sandbox.events import Outage
from sandbox.replay import Replay, _kept, _keys
from sandbox.scenario import Scenario
from sandbox.state import Webhook
from tests.handlers.deliveries import EVER
from tests.sandbox.github import at, scenario
from verifier.ledger.protocol import Book
from verifier.model import Publisher, PublishersSet
from verifier.model.backfill import Backfill, Gap

WIDGET = 4711
MISSED = scenario("small-missed")
FILE = ".github/workflows/publish.yml"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Asked(httpx.BaseTransport):
    """Notes every question to the pretend GitHub; `break_at`: the process dies at the question of this number."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.asked: list[str] = []
        self.break_at = -1

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if len(self.asked) == self.break_at:
            raise Killed
        self.asked.append(f"{request.method} {request.url.raw_path.decode().removeprefix('/api/v3')}")
        return self._inner.handle_request(request)

    def lists(self) -> list[str]:
        """The pages of lists of the past that were asked for."""
        return [a for a in self.asked if "created=" in a or "/tags?" in a or "/releases?" in a]


class Killed(BaseException):
    """Nothing catches a kill."""


class Stage(Replay):
    """A replay whose questions to GitHub are seen. `lost`: ids of webhooks that GitHub could not deliver."""

    def __init__(self, played: Scenario = MISSED) -> None:
        super().__init__(played)
        self.transport = Asked(httpx.WSGITransport(app=create(self.world, _keys())))
        self.restarted()

    def restarted(self) -> None:
        """Another process on the same ledger."""
        self.deps = replace(self.deps, github=_kept(clients(self.deps.settings, self.transport)))

    def all_webhooks(self) -> list[Webhook]:
        """Everything that GitHub sends until the end; nothing of it is delivered yet."""
        sent = list(self.set_clock(MISSED.until))
        with self.ledger.writing() as book:
            book.record(self.publishers(), self._now)
        return sent

    def publishers(self) -> PublishersSet:
        """Who publishes, as the operator says."""
        (package,) = MISSED.packages
        return PublishersSet(WIDGET, "server", (Publisher(package.artifact, WIDGET, 1, (FILE,)),))

    def hear(self, webhooks: Iterable[Webhook]) -> None:
        """Deliver and hear these, and do nothing else."""
        for webhook in webhooks:
            self.deliver(webhook)
        while run_step(self.deps, "hear"):
            pass

    def read_past(self) -> int:
        """Read the repository's past to its end; in how many turns."""
        for turn in range(100):
            if backfill(self.deps, WIDGET) is None:
                return turn + 1
        raise AssertionError("it is read for ever")

    def gap(self) -> Gap | None:
        with self.ledger.reading() as book:
            return book.repositories.gap(WIDGET)

    def reading(self) -> Backfill | None:
        with self.ledger.reading() as book:
            return book.missed.backfill(WIDGET)

    def past(self) -> dict[str, Any]:
        """Everything the ledger holds of the repository's past."""
        with self.ledger.reading() as book:
            return past(book)


def past(book: Book) -> dict[str, Any]:
    return {
        "runs": set(book.runs.between(WIDGET, *EVER)),
        "tags": set(book.refs.tags(WIDGET)),
        "releases": set(book.refs.releases(WIDGET)),
        "forced": book.refs.forced(WIDGET, *EVER),
        "repositories": book.repositories.all(),
    }


def during(of: str, since: str, until: str, played: Scenario = MISSED) -> Scenario:
    """The same story with an outage."""
    outage = Outage(at(since), of, at(until))
    return replace(played, events=tuple(sorted((*played.events, outage), key=lambda event: event.at)))
