"""Answer and touched: what people command is asked after at GitHub, done once, and shown once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs import inspect, report
from app.jobs.answer import answer, answered, matter_of
from app.jobs.telling import speak
from tests.checks.fake import APP
from tests.jobs.commanded import IDS, SUSPECT, Told, touch
from tests.registries.documents import SCOPED
from tests.verdict.cases import DAY, REPOSITORY
from verifier.model import (
    Command,
    CommandGiven,
    Conduct,
    IncidentState,
    NoticeKind,
    Verb,
)
from verifier.verdict.commands import STRANGERS


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
