"""What is done to our issues: who may end an alert by it, and who is told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.jobs import inspect, report
from app.jobs.telling import speak
from tests.jobs.commanded import BOT, IDS, Told, tampered, touch
from tests.verdict.cases import DAY
from verifier.model import (
    IncidentState,
    Verb,
)


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
