"""From a comment at the pretended GitHub to our answer, and to the end of the incident: nothing in between is faked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox import people
from sandbox.events import Outage, Remove
from sandbox.play import play
from sandbox.replay import Replay
from sandbox.state import Repo
from tests.sandbox.github import at, scenario
from verifier.model import Bulletin, BulletinKind, Incident, IncidentState, NoticeKind

OUTAGE = Outage(at("2026-03-01T00:00:00"), "github", at("2026-12-01T00:00:00"))
SOON = timedelta(seconds=1)
LATER = timedelta(seconds=31)
SHOWN = timedelta(seconds=11)
"""What was told out of band stands on GitHub after its head start."""


class Told:
    """A monitor that has told of a rogue version, and the repository it is about."""

    def __init__(self) -> None:
        whole = scenario("small-rogue")
        played = replace(whole, events=tuple(event for event in whole.events if not isinstance(event, Remove)))
        self.stage = Replay(played)
        assert () == play(played, self.stage).mismatches
        repo = self.stage.world.repo("octo/widget")
        assert repo is not None
        self.repo: Repo = repo
        self.repo.roles.update(carol="maintain", dave="admin", erin="write", mallory="write", mona="admin")

    def after(self, wait: timedelta = SOON) -> None:
        """Time goes on; GitHub delivers, and the monitor does what is due."""
        for _ in range(3):
            for webhook in self.stage.set_clock(self.stage.deps.now() + wait):
                self.stage.deliver(webhook)
            self.stage.settle()
            wait = SOON

    def say(self, login: str, text: str) -> None:
        people.comment(self.stage.world, self.repo, 1, login, text)
        self.after()
        self.after(SHOWN)

    @property
    def incident(self) -> Incident:
        with self.stage.ledger.reading() as book:
            (incident,) = book.incidents.all()
        return incident

    def state(self) -> IncidentState:
        """Asked anew each time."""
        return self.incident.state

    @property
    def issue(self) -> dict[str, Any]:
        return self.repo.issues[-1]

    @property
    def code(self) -> str:
        found = re.search(r"/artifact-monitor mine ([0-9a-f]{15}) REASON", self.issue["body"])
        assert found is not None
        return found[1]

    @property
    def answers(self) -> str:
        """Our one comment."""
        (ours,) = [comment for comment in self.repo.comments if comment["user"]["type"] == "Bot"]
        return str(ours["body"])

    def bulletins(self, kind: BulletinKind) -> list[Bulletin]:
        opened = self.incident.opened_at
        with self.stage.ledger.reading() as book:
            told = book.incidents.bulletins(opened)
        return [bulletin for bulletin in told if bulletin.kind is kind]


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_maintainers_word_closes_the_incident_and_is_answered_and_told(told: Told) -> None:
    told.say("carol", f"Sorry, the token was mine.\n\n/artifact-monitor mine {told.code} an emergency fix")
    told.after()

    assert IncidentState.RESOLVED is told.state()
    assert "closed" == told.issue["state"]
    assert "✔ Waived until" in told.answers
    (said,) = told.bulletins(BulletinKind.COMMANDED)
    assert ("carol", told.incident.id) == (said.by, said.incident_id)
    assert "an emergency fix" in "".join(said.sentences)
    told.after(LATER)
    assert [] == told.bulletins(BulletinKind.TAMPERED), "our own closing is nobody's act"
    told.after(timedelta(days=31))
    assert IncidentState.OPEN is told.state()
    assert "open" == told.issue["state"]


@pytest.mark.parametrize("login", ["erin", "stranger", "mona"])
def test_who_may_not_say_so_is_refused_and_changes_nothing(told: Told, login: str) -> None:
    """Too little a role, none at all, and the account that published."""
    told.say(login, f"/artifact-monitor mine {told.code} it was me")

    assert IncidentState.OPEN is told.state()
    assert "open" == told.issue["state"]
    assert f"`{login}`" in told.answers
    assert "✘" in told.answers
    assert [] == told.bulletins(BulletinKind.COMMANDED)


def test_a_code_of_other_files_is_refused_with_the_one_that_counts(told: Told) -> None:
    told.say("carol", "/artifact-monitor mine 0123456789abcde it was me")

    assert IncidentState.OPEN is told.state()
    assert f"its code is {told.code}" in told.answers


def test_all_answers_stand_in_one_comment_that_is_made_anew_when_it_was_deleted(told: Told) -> None:
    told.say("carol", "/artifact-monitor help")
    told.say("dave", "/artifact-monitor acknowledge for 3 days I look into it")
    assert 2 == told.answers.count("✔")
    assert IncidentState.ACKNOWLEDGED is told.state()
    told.repo.comments[:] = [c for c in told.repo.comments if c["user"]["type"] != "Bot"]
    told.say("carol", "/artifact-monitor dance")

    assert (2, 1) == (told.answers.count("✔"), told.answers.count("✘"))
    told.after(timedelta(days=3))
    assert IncidentState.OPEN is told.state()


def test_a_pressed_button_is_a_command(told: Told) -> None:
    check = told.repo.checks[-1]
    people.press(told.stage.world, told.repo, check["id"], "This was me", "carol")
    told.after()

    assert IncidentState.RESOLVED is told.state()
    assert [] == check["actions"]


def test_a_line_is_muted_a_day_after_it_was_told(told: Told) -> None:
    told.say("carol", "/artifact-monitor mute for 2 days we publish by hand this week")
    assert (IncidentState.OPEN, 1) == (told.state(), len(told.bulletins(BulletinKind.COMMANDED)))
    told.after(timedelta(hours=24))
    assert IncidentState.RESOLVED is told.state()
    told.after(timedelta(days=2))
    assert IncidentState.OPEN is told.state()


def test_an_issue_that_somebody_closed_without_the_right_is_opened_again_and_told_once(told: Told) -> None:
    people.close(told.stage.world, told.repo, 1, "mallory")
    told.after()
    assert "closed" == told.issue["state"], "it is asked a little later"
    told.after(LATER)
    told.after(SHOWN)

    assert ("open", IncidentState.OPEN) == (told.issue["state"], told.state())
    (said,) = told.bulletins(BulletinKind.TAMPERED)
    assert "mallory" == said.by
    incident_id = told.incident.id
    with told.stage.ledger.reading() as book:
        notices = [n for n in book.incidents.notices(incident_id) if n.kind is NoticeKind.TAMPERED]
    assert [("mallory", "closed the issue")] == [(notice.by, notice.note) for notice in notices]
    told.after(timedelta(hours=1))
    people.close(told.stage.world, told.repo, 1, "mallory")
    told.after(LATER)
    told.after(LATER)
    assert 2 == len(told.bulletins(BulletinKind.TAMPERED)), "an hour later it is told again"


def test_an_issue_that_a_maintainer_closed_stays_closed_for_a_week(told: Told) -> None:
    people.close(told.stage.world, told.repo, 1, "carol")
    told.after()
    told.after(LATER)

    assert ("closed", IncidentState.ACKNOWLEDGED) == (told.issue["state"], told.state())
    assert [] == told.bulletins(BulletinKind.TAMPERED)
    assert "Acknowledged** by `carol`" in told.issue["body"]
    told.after(timedelta(days=7))
    assert ("open", IncidentState.OPEN) == (told.issue["state"], told.state())


def test_an_issue_that_somebody_deleted_without_the_right_is_made_anew_with_its_answers(told: Told) -> None:
    told.say("carol", "/artifact-monitor help")
    people.delete(told.stage.world, told.repo, 1, "mallory")
    told.after()
    assert [] == told.repo.issues
    told.after(LATER)
    told.after(SHOWN)

    assert (2, "open") == (told.issue["number"], told.issue["state"])
    assert "✔ One command a line" in told.answers
    (said,) = told.bulletins(BulletinKind.TAMPERED)
    assert "deleted the issue" in said.title


def test_an_issue_that_a_maintainer_deleted_is_not_made_anew_while_it_is_looked_after(told: Told) -> None:
    people.delete(told.stage.world, told.repo, 1, "dave")
    told.after()
    told.after(LATER)

    assert ([], IncidentState.ACKNOWLEDGED) == (told.repo.issues, told.state())
    told.after(timedelta(days=7))
    assert ("open", IncidentState.OPEN) == (told.issue["state"], told.state())


def test_a_github_that_does_not_answer_is_no_permission_and_no_refusal(told: Told) -> None:
    people.comment(told.stage.world, told.repo, 1, "carol", f"/artifact-monitor mine {told.code} it was me")
    gone, told.stage.world._outages = told.stage.world._outages, [*told.stage.world._outages, OUTAGE]
    told.after()
    incident_id = told.incident.id
    with told.stage.ledger.reading() as book:
        assert {} == book.incidents.answers(incident_id)
    assert IncidentState.OPEN is told.state()
    told.stage.world._outages = gone
    told.after(timedelta(minutes=2))

    assert IncidentState.RESOLVED is told.state()
