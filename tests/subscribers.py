"""A monitor that people may subscribe to: its pages, its work, and every mail that it sent."""

from __future__ import annotations

import email
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, cast

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.deps import Deps
from app.jobs.telling import tell_people
from app.mail_server import MailServer
from app.settings import Settings
from checks.outside import Mail, Sending
from tests.checks.examples import member
from tests.verdict.cases import NOON, REPOSITORY
from tests.webhooks.site import Woken
from verifier.ledger import Ledger, memory_ledger
from verifier.model import Filter, Incident, IncidentState, Member, RepositorySeen, Subscription

BASE = "https://monitor.example"
KEY = "correct-horse-battery-staple-again"
ALICE = "alice@people.example"
STRANGER = "mallory@elsewhere.example"
FORM = {"address": ALICE, "outcomes": ["non_compliant", "suspect"], "pace": "once"}
SETTINGS = Settings(
    github_webhook_secret="x",
    base_url=BASE,
    smtp_url=MailServer("127.0.0.1", 25, tls=False),
    mail_from="alerts@monitor.example",
    subscribe_domains=("people.example", "*"),
    subscribe_secret=KEY,
)


@dataclass
class Outbox:
    """Takes mail; raises what `failing` holds instead, while it holds something, and for some what `to` holds."""

    mails: list[Mail] = field(default_factory=list)
    failing: Exception | None = None
    to: dict[str, Exception] = field(default_factory=dict)
    tried: int = 0

    def send(self, sending: Sending, ref: str = "", plain: bool = False) -> object:
        assert isinstance(sending, Mail)
        self.tried += 1
        if failing := self.failing or self.to.get(sending.to):
            raise failing
        self.mails.append(sending)
        return None


@dataclass
class Monitor:
    """The parts, in memory, with a clock that is set."""

    settings: Settings = SETTINGS
    time: datetime = NOON
    ledger: Ledger = field(default_factory=memory_ledger)
    outbound: Any = field(default_factory=Outbox)
    wake: Woken = field(default_factory=Woken)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        with self.ledger.writing() as book:
            book.record(RepositorySeen(REPOSITORY), self.time)
        self.client = create_app(self.deps).test_client()

    def now(self) -> datetime:
        return self.time

    @property
    def deps(self) -> Deps:
        nothing = cast(Any, None)
        return Deps(
            self.settings, self.ledger, nothing, nothing, cast(Any, self.wake), self.now, outbound=self.outbound
        )

    def ask(self, headers: Mapping[str, str] | None = None, **changes: Any) -> TestResponse:
        """Send the form; a change of None leaves a field out."""
        form = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
        return self.client.post("/subscribe", data=form, headers=dict(headers or {}))

    def work(self) -> list[EmailMessage]:
        """Do everything that is due now; returns the mails that were sent meanwhile."""
        before = len(self.outbound.mails)
        tell_people.drive(self.deps, lambda: False)
        return [read(mail) for mail in self.outbound.mails[before:]]

    def subscribe(self, address: str = ALICE, **changes: Any) -> Subscription:
        """Somebody who asked and confirmed."""
        assert 200 == self.ask(address=address, **changes).status_code
        (mail,) = self.work()
        assert 200 == self.client.post(f"{link(mail)}/confirm").status_code
        with self.ledger.reading() as book:
            return book.subscriptions.of_address(address)[-1]

    def all(self) -> list[Subscription]:
        with self.ledger.reading() as book:
            return book.subscriptions.all()

    def happen(self, incident: Incident) -> list[EmailMessage]:
        """The incident stands so; returns the mails that come of it."""
        with self.ledger.writing() as book:
            book.incidents.put(incident)
            tell_people.fan_out(self.deps, book, incident.id, self.time)
        return self.work()

    def problems(self) -> dict[str, str]:
        with self.ledger.reading() as book:
            return {problem.subject: problem.sentence for problem in book.health.problems()}

    def repository(self, **changes: Any) -> None:
        """The repository is another one by now."""
        self.time += timedelta(seconds=1)
        with self.ledger.writing() as book:
            seen = replace(REPOSITORY, named_at=self.time, access_at=self.time, **changes)
            book.record(RepositorySeen(seen), self.time)


def incident(*members: Member, id: str = "i1", **changes: Any) -> Incident:
    """An incident in Alice's repository."""
    held = members or (member(),)
    rogue = any(m.outcome.value == "non_compliant" for m in held)
    return replace(Incident(id, REPOSITORY.id, NOON, IncidentState.OPEN, rogue, held), **changes)


def read(mail: Mail) -> EmailMessage:
    made = email.message_from_bytes(mail.content, policy=SMTP)
    assert isinstance(made, EmailMessage)
    return made


def text(mail: EmailMessage) -> str:
    """Everything that a reader of the mail could see, in either form."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), *parts])


def end_link(mail: EmailMessage) -> str:
    """Where one click ends it, without our host."""
    found = re.fullmatch(rf"<{re.escape(BASE)}(/subscriptions/[0-9a-f]+/[0-9a-f]+/end)>", mail["List-Unsubscribe"])
    assert found is not None
    return found[1]


def link(mail: EmailMessage) -> str:
    """The page of the subscription, without our host."""
    return end_link(mail).removesuffix("/end")


def person(address: str = ALICE, wanted: Filter | None = None, **changes: Any) -> Subscription:
    """Somebody who confirmed, straight into the ledger."""
    made = Subscription("p1", address, wanted or Filter(), "sha256:00", NOON, confirmed_at=NOON)
    return replace(made, **changes)


def put(monitor: Monitor, people: Iterable[Subscription]) -> None:
    with monitor.ledger.writing() as book:
        for one in people:
            book.subscriptions.put(one)


def told(monitor: Monitor, address: str, **wanted: Any) -> Subscription:
    """Somebody who hears since noon."""
    one = person(address, Filter(**wanted), id=f"{len(monitor.all()):032x}")
    put(monitor, [one])
    return one
