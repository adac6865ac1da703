"""The API in front of a ledger that has something of everything, and those who ask it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from flask.testing import FlaskClient

from app import create_app
from app.api.pace import EACH
from app.deeds import tokens
from app.deps import Deps
from app.settings import Settings
from tests.ledger.examples import (
    GADGET,
    HOUR,
    MINUTE,
    STEP,
    T0,
    WIDGET,
    answer,
    command,
    evidence,
    mute,
    publisher,
    repository,
    run,
    verdict,
    version,
    waiver,
)
from tests.webhooks.site import SECRET, Woken
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Dossier, Watch
from verifier.ledger.tokens import Scope
from verifier.model import (
    Artifact,
    CommandAnswered,
    CommandGiven,
    Incident,
    IncidentState,
    JobsState,
    LineMuted,
    Notice,
    NoticeKind,
    Outcome,
    PublishersSet,
    RepositorySeen,
    WaiverGiven,
)
from verifier.verdict.incident import member_of

NOW = T0 + 2 * HOUR
PUBLIC, PRIVATE = 7, 8
SECRET_THING = Artifact("pkg:npm/secret-thing")
EVIL = "1.0.0-<img src=x>&\"'\u202e"
"""A version as nobody honest calls one."""


def fill(ledger: Ledger) -> None:
    """Repository 7 is public and publishes a package that is non-compliant; 8 is private and so is what it publishes.

    The incident of 7 is about a version that its CI did not publish; the one of 8 is a suspicion.
    """
    rogue = Dossier(version("1.1.0"), (evidence(),), verdict(), T0, "fp", "i7")
    odd = Dossier(version(EVIL, WIDGET, rank=(0,)), None, verdict(), T0, incident_id="i7")
    fine = Dossier(version("1.0.0"), (), verdict(Outcome.COMPLIANT), T0)
    suspect = replace(verdict(Outcome.UNVERIFIABLE), suspect=True)
    quiet = Dossier(version("2.0.0", SECRET_THING), None, suspect, T0, incident_id="i8")
    with ledger.writing() as book:
        for id_, name, private in ((PUBLIC, "acme/widget", False), (PRIVATE, "acme/secret-thing", True)):
            book.record(RepositorySeen(repository(id_, name, private=private, installation_id=1)), T0)
        book.record(PublishersSet(PUBLIC, "config", (publisher(),)), T0)
        secret = publisher(SECRET_THING, repository_id=PRIVATE)
        book.record(PublishersSet(PRIVATE, "config", (secret, replace(secret, artifact=GADGET))), T0)
        for artifact in (WIDGET, SECRET_THING, GADGET):
            book.versions.put_watch(Watch(artifact, T0, preview=False, polled_at=NOW - MINUTE))
        for dossier in (rogue, odd, fine, quiet, Dossier(version("3.0.0", GADGET))):
            book.versions.put(dossier)
        for id_, dossiers in ((PUBLIC, (rogue, odd)), (PRIVATE, (quiet,))):
            members = tuple(member_of(d.version, cast(Any, d.verdict), T0, T0, waived=False) for d in dossiers)
            made = Incident(f"i{id_}", id_, T0 + id_ * MINUTE, IncidentState.OPEN, id_ == PUBLIC, members)
            book.incidents.put(made)
            book.incidents.add_notice(Notice(NoticeKind.OPENED, made.id, None, "", T0 + HOUR))
            book.runs.put(run(100 + id_, repository_id=id_, jobs=JobsState.READ, steps=(STEP,)))
        book.record(WaiverGiven(waiver()), T0)
        book.record(LineMuted(mute()), T0)
        book.record(CommandGiven(replace(command(), incident_id="i7")), T0)
        book.record(CommandAnswered(replace(answer(), incident_id="i7")), T0)
        book.work.want("poll", "a", T0)
        book.health.report("registry x", "no answer", T0)
        book.health.beat("clock", NOW - MINUTE)


@dataclass
class Api:
    """The web side where people log in, and a client that asks with a token."""

    data_dir: Path
    ledger: Ledger = field(default_factory=memory_ledger)
    changes: dict[str, Any] = field(default_factory=dict)
    woken: Woken = field(default_factory=Woken)
    now: datetime = NOW
    paced: bool = True
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        login = {"github_client_id": "Iv23", "github_client_secret": "s", "base_url": "http://localhost"}
        settings = Settings(**{"data_dir": self.data_dir, "github_webhook_secret": SECRET, **login, **self.changes})
        nothing = cast(Any, None)
        self.deps = Deps(settings, self.ledger, nothing, nothing, cast(Any, self.woken), self.clock)
        fill(self.ledger)
        self.client = create_app(self.deps).test_client()

    def token(self, scope: Scope = Scope.READ, *names: str, everything: bool = False, days: int = 90) -> str:
        """A new token of that scope; where nothing is said, for both repositories."""
        names = names or (() if everything or scope is Scope.METRICS else ("acme/widget", "acme/secret-thing"))
        name = f"t{len(self.tokens())}"
        text, _ = tokens.create(self.ledger, name, scope, names, everything, days, self.now)
        return text

    @cached_property
    def reader(self) -> str:
        return self.token()

    def tokens(self) -> list[Any]:
        with self.ledger.reading() as book:
            return list(book.tokens.all())

    def get(self, path: str, token: str = "", **headers: str) -> Any:
        return self.client.get(path, headers=said(token) | headers)

    def post(self, path: str, token: str = "", body: Any = None) -> Any:
        return self.client.post(path, headers=said(token), **({} if body is None else {"json": body}))

    def clock(self) -> datetime:
        """Stands still; or goes so fast that nobody is too quick."""
        self.now += timedelta(0) if self.paced else EACH
        return self.now

    def wait(self, span: timedelta) -> None:
        self.now += span


def said(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
