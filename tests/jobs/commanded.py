"""An incident with its issue, people who command and touch it, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.jobs import inspect, report
from app.jobs.telling import speak
from checks.base import Gone
from tests.jobs.parts import Parts
from tests.jobs.test_report import GitHub, monitor
from tests.registries.documents import SCOPED
from tests.verdict.cases import DAY, REPOSITORY, run, signed, version
from verifier.ledger.protocol import Dossier, Posted
from verifier.model import (
    Account,
    AccountKind,
    Bulletin,
    Command,
    CommandGiven,
    Conduct,
    ConductSet,
    Confidence,
    Incident,
    NoticeKind,
    Outcome,
    Verb,
    Verdict,
    Waiver,
)
from verifier.verdict.commands import code_of
from verifier.verdict.incident import member_of, place

ROGUE = Verdict(Outcome.NON_COMPLIANT, Confidence.HIGH, ())
SUSPECT = Verdict(Outcome.UNVERIFIABLE, Confidence.MEDIUM, (), suspect=True)
IDS = {"carol": 11, "dave": 12, "erin": 13, "mallory": 14, "alice": 15}
BOT = {"login": "artifact-monitor[bot]", "id": 900, "type": "Bot"}


class People(GitHub):
    """GitHub with people in roles."""

    def __init__(self) -> None:
        super().__init__()
        self.roles = {"carol": "maintain", "dave": "admin", "alice": "admin", "erin": "write"}

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if "/collaborators/" not in path:
            made = super().call(method, path, body)
            return made | {"user": BOT} if method == "GET" else made
        self.asked.append((method, path, body))
        login = path.split("/")[-2]
        if login not in self.roles:
            raise Gone(f"404 {path}")
        return {"permission": "write", "role_name": self.roles[login], "user": {"id": IDS[login]}}


class Told:
    """A monitor with one incident that stands open, and its issue unless it is about a suspect alone."""

    def __init__(self, verdict: Verdict = ROGUE) -> None:
        self.parts: Parts = monitor()
        self.parts.github = self.github = People()
        made = replace(version("1.2.3"), artifact=SCOPED, account=Account("Mallory", AccountKind.PERSON))
        about = member_of(made, verdict, self.parts.now, self.parts.now, waived=False)
        self.id = place((), REPOSITORY.id, about, self.parts.now).id
        with self.parts.ledger.writing() as book:
            book.incidents.put(place((), REPOSITORY.id, about, self.parts.now))
            run_ = run(actor="alice", triggering_actor="Bob")
            book.runs.put(run_)
            book.versions.put(Dossier(made, (signed(run=run_.key),), verdict, self.parts.now, incident_id=self.id))
            for channel in ("issue", "check_run"):
                book.work.want("report", f"{self.id} {channel}", self.parts.now)
        report.run(self.parts.deps)
        self.written_early: list[str] = []
        self.code = code_of(self.incident)

    @property
    def incident(self) -> Incident:
        with self.parts.ledger.reading() as book:
            found = book.incidents.get(self.id)
        assert found is not None
        return found

    def say(self, verb: Verb, who: str, id: str = "1", **more: Any) -> None:
        """Somebody gives a command, and the job does what is due."""
        base = Command(f"{who}{id}", self.id, REPOSITORY.id, verb, IDS[who], who, self.parts.now, "because")
        with self.parts.ledger.writing() as book:
            book.record(CommandGiven(replace(base, code=self.code, **more)), self.parts.now)
        self.inspect(f"answer/{self.id}")

    def inspect(self, key: str) -> None:
        """Do what is due, and what is due when those out of band had their head start."""
        before = len(self.writes())
        with self.parts.ledger.writing() as book:
            book.work.want("inspect", key, self.parts.now)
        inspect.run(self.parts.deps)
        self.written_early += self.writes()[before:]
        self.parts.now += speak.HEAD_START
        inspect.run(self.parts.deps)

    def writes(self) -> list[str]:
        """What was written on GitHub."""
        return [path for method, path, _ in self.github.asked if method != "GET"]

    def conduct(self, conduct: Conduct) -> None:
        with self.parts.ledger.writing() as book:
            book.record(ConductSet(REPOSITORY.id, conduct), self.parts.now)

    def waivers(self) -> list[Waiver]:
        with self.parts.ledger.reading() as book:
            return book.incidents.waivers(SCOPED, "1.2.3")

    def bulletins(self) -> list[Bulletin]:
        with self.parts.ledger.reading() as book:
            return book.incidents.bulletins(self.parts.now - DAY)

    def posted(self, channel: str) -> Posted | None:
        with self.parts.ledger.reading() as book:
            return book.incidents.posted(self.id, channel)

    def comments(self) -> list[str]:
        return [comment["body"] for comment in self.github.items["comments"]]

    def edits(self) -> int:
        return sum(method in ("PATCH", "POST") and "comments" in path for method, path, _ in self.github.asked)


def touch(told: Told, who: str, action: str = "closed", at: int = 1) -> None:
    """Somebody does it at GitHub, and the job asks after it."""
    posted = told.posted("issue")
    assert posted is not None
    if action == "closed":
        told.github.items["issues"][-1] |= {"state": "closed", "closed_by": {"login": who, "id": IDS.get(who, 900)}}
    else:
        told.github.items["issues"].clear()
    told.inspect(f"touched/{told.id}/{posted.ref}/{action}/{at}/{IDS.get(who, 900)}/{who}")


def tampered(told: Told) -> int:
    with told.parts.ledger.reading() as book:
        return sum(notice.kind is NoticeKind.TAMPERED for notice in book.incidents.notices(told.id))
