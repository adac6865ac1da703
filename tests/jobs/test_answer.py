"""Answer and touched: what people command is asked after at GitHub, done once, and shown once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.jobs import inspect, report, speak
from app.jobs.answer import answer, answered, matter_of
from checks.base import Gone
from tests.checks.fake import APP
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
    IncidentState,
    NoticeKind,
    Outcome,
    Verb,
    Verdict,
    Waiver,
)
from verifier.verdict.commands import STRANGERS, code_of
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

    def still_there(self, repository: object) -> None:
        """It is."""

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


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_command_is_done_and_answered_once_however_often_it_is_heard(told: Told) -> None:
    for _ in range(2):
        told.say(Verb.MINE, "carol")

    assert ["carol"] == [waiver.by for waiver in told.waivers()]
    assert 1 == len(told.bulletins())
    assert (1, 1) == (len(told.comments()), told.edits())
    (said,) = told.bulletins()
    with told.parts.ledger.reading() as book:
        assert book.work.get("examine", f"{SCOPED.purl} 1.2.3") is not None
        assert book.work.get("tell", said.id) is not None
    assert {} == told.parts.problems()


def test_with_four_eyes_two_people_waive_together_and_both_are_answered(told: Told) -> None:
    told.conduct(Conduct(four_eyes=True))
    told.say(Verb.MINE, "carol")
    assert ([], []) == (told.waivers(), told.bulletins())
    told.say(Verb.MINE, "carol", "2")
    assert [] == told.waivers()
    told.say(Verb.MINE, "dave")

    assert ["carol and dave"] == [waiver.by for waiver in told.waivers()]
    assert ["carol and dave"] == [bulletin.by for bulletin in told.bulletins()]
    (text,) = told.comments()
    assert 3 == text.count("✔")


def test_whoever_lost_the_role_meanwhile_is_no_second_pair_of_eyes(told: Told) -> None:
    told.conduct(Conduct(four_eyes=True))
    told.say(Verb.MINE, "carol")
    del told.github.roles["carol"]
    told.say(Verb.MINE, "dave")

    assert [] == told.waivers()


@pytest.mark.parametrize("who", ["mallory", "alice"])
def test_neither_the_publishing_account_nor_who_started_the_run_may_say_so(told: Told, who: str) -> None:
    told.github.roles["mallory"] = "admin"
    told.say(Verb.MINE, who)
    incident = told.incident
    with told.parts.ledger.reading() as book:
        names = matter_of(book, incident).publishers

    assert {"mallory", "alice", "bob"} == names
    assert [] == told.waivers()
    assert "cannot speak for it" in told.comments()[0]


@pytest.mark.parametrize("act", ["obeyed", "closed", "deleted"])
def test_nothing_is_written_on_github_before_those_out_of_band_had_their_head_start(told: Told, act: str) -> None:
    if act == "obeyed":
        told.say(Verb.MINE, "dave")
    else:
        touch(told, "erin", action=act)

    assert [] == told.written_early
    assert 1 == len(told.bulletins())
    assert [] != told.writes()[-1:]


def test_what_is_told_to_nobody_is_answered_at_once(told: Told) -> None:
    told.say(Verb.RECHECK, "erin")
    assert [] != told.written_early


def test_an_account_that_was_renamed_is_still_who_published(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub keeps the number and the role; whoever took the old name since published nothing."""
    with told.parts.ledger.writing() as book:
        (dossier,) = book.versions.of(SCOPED)
        assert dossier.evidence and dossier.evidence[0].run is not None
        started = book.runs.get(dossier.evidence[0].run)
        assert started is not None
        book.runs.put(replace(started, actor_id=IDS["alice"], triggering_actor="alice", triggering_actor_id=15))
    monkeypatch.setitem(IDS, "alice2", IDS["alice"])
    told.github.roles["alice2"] = "admin"
    told.say(Verb.MINE, "alice2")
    assert [] == told.waivers()

    monkeypatch.setitem(IDS, "alice", 99)
    told.say(Verb.MINE, "alice")
    assert ["alice"] == [waiver.by for waiver in told.waivers()]


def test_a_suspect_has_no_issue_and_is_answered_in_its_check_run() -> None:
    told = Told(SUSPECT)
    told.say(Verb.ACKNOWLEDGE, "carol", days=2)
    report.run(told.parts.deps)

    assert ([], None) == (told.comments(), told.posted("answers"))
    (check,) = told.github.items["check-runs"]
    assert "`carol`, `acknowledge`: ✔ carol looks after it" in check["output"]["text"]
    assert IncidentState.ACKNOWLEDGED is told.incident.state


def test_other_files_under_an_acknowledged_version_stand_open_and_are_told(told: Told) -> None:
    told.say(Verb.ACKNOWLEDGE, "carol", days=30)
    states = [told.incident.state]
    told.parts.now += timedelta(hours=5)
    with told.parts.ledger.writing() as book:
        dossier = book.versions.get(SCOPED, "1.2.3")
        assert dossier is not None
        evil = replace(dossier.version.files[0], name="evil.tgz", digests=("sha256:" + "e" * 64,))
        other = replace(dossier, version=replace(dossier.version, files=(*dossier.version.files, evil)))
        heard = len(book.incidents.notices(told.id))
        speak.about(book, other, told.parts.now)
        new = [notice.kind for notice in book.incidents.notices(told.id)[heard:]]

    assert [IncidentState.ACKNOWLEDGED, IncidentState.OPEN] == [*states, told.incident.state]
    assert [NoticeKind.CHANGED, NoticeKind.REOPENED] == new


def test_a_recheck_looks_at_every_version_and_tells_nobody(told: Told) -> None:
    told.say(Verb.RECHECK, "erin")

    with told.parts.ledger.reading() as book:
        assert book.work.get("examine", f"{SCOPED.purl} 1.2.3") is not None
    assert [] == told.bulletins()


def test_an_answer_that_a_process_that_died_had_written_is_found_and_not_written_twice(told: Told) -> None:
    told.say(Verb.HELP, "erin")
    lost = told.github.items["comments"][0]
    with told.parts.ledger.writing() as book:
        posted = book.incidents.posted(told.id, "answers")
        assert posted is not None
        book.incidents.put_posted(replace(posted, ref="999", digest=""))
    told.say(Verb.HELP, "carol")

    assert [lost] == told.github.items["comments"]
    assert APP == lost["performed_via_github_app"]
    assert 2 == told.comments()[0].count("✔")


def questions(told: Told) -> int:
    """How often GitHub was asked which role somebody has."""
    return sum("/collaborators/" in path for _, path, _ in told.github.asked)


def give(told: Told, who: str, verbs: list[Verb], start: int = 0) -> None:
    """Commands are kept as they would be if nobody had counted them at the door."""
    with told.parts.ledger.writing() as book:
        for number, verb in enumerate(verbs, start):
            base = Command(f"{who}{number}", told.id, REPOSITORY.id, verb, IDS[who], who, told.parts.now, "because")
            book.record(CommandGiven(replace(base, code=told.code)), told.parts.now)
        book.work.want("inspect", f"answer/{told.id}", told.parts.now)


def test_github_is_asked_once_for_the_role_of_an_account_however_much_it_commands(told: Told) -> None:
    give(told, "carol", [Verb.RECHECK] * 8)
    inspect.run(told.parts.deps)

    assert 1 == questions(told)
    assert 8 == told.comments()[0].count("✔")


def test_a_stranger_is_asked_after_and_answered_once_and_not_again_that_day(told: Told) -> None:
    give(told, "mallory", [Verb.HELP, Verb.MINE, Verb.RECHECK] * 3)
    inspect.run(told.parts.deps)
    told.say(Verb.MINE, "mallory", "later")

    assert 1 == questions(told)
    assert (1, 1) == (told.comments()[0].count("`mallory`"), told.edits())
    told.parts.now += DAY
    told.github.roles["mallory"] = "triage"
    told.say(Verb.RECHECK, "mallory", "with a role")
    assert 2 == told.comments()[0].count("`mallory`")


def test_after_ten_commands_other_work_has_its_turn_and_the_rest_follows(told: Told) -> None:
    give(told, "carol", [Verb.RECHECK] * 15)

    def answers() -> int:
        with told.parts.ledger.reading() as book:
            return len(book.incidents.answers(told.id))

    assert (told.parts.now, 10) == (answer(told.parts.deps, told.id), answers())
    assert (None, 15) == (answer(told.parts.deps, told.id), answers())
    give(told, "dave", [Verb.RECHECK] * 15)
    inspect.run(told.parts.deps)
    assert 30 == answers()


def test_of_very_many_strangers_twenty_are_answered_and_a_maintainer_after_them_still_is(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(STRANGERS + 10):
        monkeypatch.setitem(IDS, f"s{number}", 1000 + number)
        give(told, f"s{number}", [Verb.RECHECK] * 2)
    give(told, "carol", [Verb.ACKNOWLEDGE])
    while inspect.run(told.parts.deps):
        pass

    with told.parts.ledger.reading() as book:
        shown = [command.actor for command, _ in answered(book, told.id)]
    assert STRANGERS + 1 == len(shown)
    assert ["carol"] == [who for who in shown if who in told.github.roles]
    assert IncidentState.ACKNOWLEDGED is told.incident.state


# What is done to our issue.


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


@pytest.mark.parametrize("who", ["erin", "mallory", "alice", "stale[bot]"])
def test_who_may_not_end_it_is_told_of_once_and_the_issue_is_opened_again(told: Told, who: str) -> None:
    """Too little a role, none, the account that started the run, and another App."""
    IDS.setdefault("stale[bot]", 77)
    for _ in range(2):
        touch(told, who)

    assert "open" == told.github.items["issues"][-1]["state"]
    assert (1, [who]) == (tampered(told), [bulletin.by for bulletin in told.bulletins()])
    assert IncidentState.OPEN is told.incident.state


def test_who_closes_it_again_and_again_is_told_of_once_an_hour_and_it_is_opened_every_time(told: Told) -> None:
    for at in range(5):
        touch(told, "erin", at=at)
        assert "open" == told.github.items["issues"][-1]["state"]
    assert (1, 1) == (tampered(told), len(told.bulletins()))

    touch(told, "mallory", at=6)
    assert 2 == len(told.bulletins())
    told.parts.now += timedelta(hours=1)
    touch(told, "erin", at=7)
    assert 3 == len(told.bulletins())


def test_a_maintainer_who_closes_it_looks_after_it_for_a_week(told: Told) -> None:
    now = told.parts.now
    touch(told, "carol")

    given = told.incident.acknowledged
    assert given is not None
    assert ("carol", "closed the issue", now + 7 * DAY) == (given.by, given.reason, given.until)
    assert ("closed", 0) == (told.github.items["issues"][-1]["state"], tampered(told))


def test_a_longer_acknowledgement_is_not_cut_short_by_closing(told: Told) -> None:
    now = told.parts.now
    told.say(Verb.ACKNOWLEDGE, "dave", days=30)
    touch(told, "carol")

    given = told.incident.acknowledged
    assert given is not None
    assert ("dave", now + 30 * DAY) == (given.by, given.until)


def test_what_we_closed_ourselves_is_nobodys_act(told: Told) -> None:
    touch(told, BOT["login"])  # type: ignore[arg-type]  # a login

    assert (0, []) == (tampered(told), told.bulletins())


def test_who_closed_and_opened_it_again_without_the_right_is_told_of_all_the_same(told: Told) -> None:
    """Our own next text may have opened it again before we asked."""
    posted = told.posted("issue")
    assert posted is not None
    told.inspect(f"touched/{told.id}/{posted.ref}/closed/1/{IDS['erin']}/erin")
    told.inspect(f"touched/{told.id}/{posted.ref}/closed/2/{IDS['carol']}/carol")

    assert (1, IncidentState.OPEN) == (tampered(told), told.incident.state)


def test_an_issue_that_was_made_anew_meanwhile_is_not_made_twice(told: Told) -> None:
    posted = told.posted("issue")
    assert posted is not None
    told.github.items["issues"].clear()
    with told.parts.ledger.writing() as book:
        book.incidents.put_posted(replace(posted, digest=""))
        book.work.want("report", f"{told.id} issue", told.parts.now)
    report.run(told.parts.deps)
    told.inspect(f"touched/{told.id}/{posted.ref}/deleted/0/{IDS['erin']}/erin")

    assert (1, 1) == (len(told.github.items["issues"]), tampered(told))


def test_what_github_still_shows_although_it_was_deleted_is_asked_after_again(told: Told) -> None:
    posted = told.posted("issue")
    assert posted is not None
    key = f"touched/{told.id}/{posted.ref}/deleted/0/{IDS['erin']}/erin"
    told.inspect(key)
    with told.parts.ledger.reading() as book:
        task = book.work.get("inspect", key)

    assert task is not None
    assert "still shows" in task.problem
    told.github.items["issues"].clear()
    told.parts.now = task.due_at + timedelta(seconds=1)
    inspect.run(told.parts.deps)
    told.parts.now += speak.HEAD_START
    inspect.run(told.parts.deps)
    assert (1, 1) == (len(told.github.items["issues"]), tampered(told))


@pytest.mark.parametrize("key", ["", "x", "x/1/closed/0/no/erin", "x/1/opened/0/1/erin"])
def test_a_key_that_names_nothing_stands_on_the_health_page(told: Told, key: str) -> None:
    told.inspect(f"touched/{key}")

    (sentence,) = told.parts.problems().values()
    assert "names nothing that happened" in sentence
