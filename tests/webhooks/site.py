"""The web side with a ledger in memory, and GitHub's hand on it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from flask.testing import FlaskClient

from app import create_app
from app.deps import Deps
from app.processes.shift import Shift
from app.settings import Settings
from tests.handlers.deliveries import payload
from verifier.ledger import Book, Ledger, Unavailable, memory_ledger
from verifier.ledger.protocol import Delivery

SECRET = "It's a Secret to Everybody"
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
ID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
RUN = json.dumps(payload("workflow_run.completed")).encode()


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(body: bytes = RUN, **changes: str | None) -> dict[str, str]:
    """GitHub's headers for this body; a change of None leaves one out (`_` stands for `-`)."""
    held = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": ID,
        "X-Hub-Signature-256": sign(body),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return {name: value for name, value in held.items() if value is not None}


def kept(ledger: Ledger) -> list[Delivery]:
    with ledger.writing() as book:
        return book.inbox.claim(100, NOW, timedelta(0))


class DeadLedger:
    """A database that does not answer."""

    @contextmanager
    def reading(self) -> Iterator[Book]:
        raise Unavailable("no answer")
        yield  # a context manager must be a generator

    writing = reading

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        raise Unavailable("no answer")
        yield  # a context manager must be a generator

    def rebuild(self) -> None:
        raise Unavailable("no answer")


@dataclass
class Woken:
    """A wake that notes what it was asked for."""

    steps: list[str] = field(default_factory=list)

    def wake(self, step: str) -> None:
        self.steps.append(step)


@dataclass
class Site:
    """The web side with a ledger in memory and GitHub's hand on the client."""

    ledger: Any = field(default_factory=memory_ledger)
    woken: Woken = field(default_factory=Woken)
    deps: Deps = field(init=False)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        @dataclass(frozen=True)
        class WebDeps:  # all that the web side uses; no client of GitHub's is made
            settings: Settings
            ledger: Ledger
            wake: Woken
            shift: Shift = field(default_factory=Shift)

            def now(self) -> datetime:
                return NOW

        self.deps = cast(Deps, WebDeps(Settings(github_webhook_secret=SECRET), self.ledger, self.woken))
        self.client = create_app(self.deps).test_client()

    def post(self, body: bytes = RUN, **changes: str | None) -> tuple[int, str]:
        answer = self.client.post("/webhooks", data=body, headers=headers(body, **changes))
        return answer.status_code, answer.get_data(as_text=True)
