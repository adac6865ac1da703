"""Report: what stands in the ledger is said once, and stays said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.jobs import report
from checks import CHANNELS, issue
from checks.base import Channel
from tests.checks.examples import CASES, SHA, member
from tests.checks.examples import incident as incident_of
from tests.checks.fake import FakeGitHub
from tests.jobs.parts import Parts
from tests.verdict.cases import HOUR, REPOSITORY
from verifier.ledger.protocol import Posted
from verifier.model import Conduct, ConductSet, Incident, Outcome, Repository, RepositorySeen

INCIDENT = replace(CASES["rogue"], repository_id=REPOSITORY.id)
every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.NAME)


class GitHub(FakeGitHub):
    """The channels' GitHub, which also knows the head of the default branch."""

    def head_sha(self, repository: object) -> str:
        return SHA

    def still_there(self, repository: object) -> None:
        """It is."""


def monitor() -> Parts:
    parts = Parts(github=GitHub())
    renamed = replace(REPOSITORY, full_name="axios/axios", named_at=parts.now)
    with parts.ledger.writing() as book:
        book.record(RepositorySeen(renamed), parts.now)
    return parts


def said(parts: Parts, channel: Channel, incident: Incident) -> Posted | None:
    """What the channel shows, after it was asked to speak about the incident as it is now."""
    with parts.ledger.writing() as book:
        book.incidents.put(incident)
        book.work.want("report", f"{incident.id} {channel.NAME}", parts.now)
    assert 1 == report.run(parts.deps)
    with parts.ledger.reading() as book:
        return book.incidents.posted(incident.id, channel.NAME)


def changed(incident: Incident) -> Incident:
    """One more version in it."""
    return replace(incident, members=(*incident.members, member("1.14.2")))


def items(parts: Parts) -> list[dict[str, Any]]:
    """Everything that stands at GitHub, of all kinds."""
    return [item for kind in parts.github.items.values() for item in kind]


@every_channel
def test_an_incident_is_said_once_and_kept_up_to_date(channel: Channel) -> None:
    parts = monitor()
    first = said(parts, channel, INCIDENT)
    again = said(parts, channel, INCIDENT)
    assert first == again
    later = said(parts, channel, changed(INCIDENT))

    assert first is not None
    assert later is not None
    assert (first.ref, first.posted_at) == (later.ref, later.posted_at)
    assert first.digest != later.digest
    assert 1 == len(items(parts))
    assert {} == parts.problems()


@every_channel
def test_a_second_worker_says_nothing_while_the_first_whose_lease_ran_out_still_speaks(channel: Channel) -> None:
    """The clock jumped, or the machine stood still: neither would find what the other is about to make."""
    parts = monitor()
    call, amid = parts.github.call, list[str]()

    def slow(method: str, path: str, body: Any = None) -> Any:
        if method == "POST" and not amid:
            amid.append(path)
            parts.now += HOUR
            assert 1 == report.run(parts.deps)
        return call(method, path, body)

    parts.github.call = slow
    first = said(parts, channel, INCIDENT)
    parts.now += HOUR
    assert 1 == report.run(parts.deps)

    assert amid
    assert first is not None
    assert 1 == len(items(parts))
    assert 0 == report.run(parts.deps)
    assert {} == parts.problems()


@pytest.mark.parametrize("channel", [issue, *(c for c in CHANNELS if c.NAME == "check_run")], ids=lambda c: c.NAME)
def test_what_somebody_deleted_is_said_anew(channel: Channel) -> None:
    """Whoever holds a maintainer's account could otherwise silence us with one click."""
    parts = monitor()
    first = said(parts, channel, INCIDENT)
    for kind in parts.github.items.values():
        kind.clear()
    parts.now += HOUR
    second = said(parts, channel, changed(INCIDENT))

    assert first is not None
    assert second is not None
    assert first.ref != second.ref
    assert (parts.now, True) == (second.posted_at, second.open)
    (shown,) = items(parts)
    assert str(shown["number"]) == second.ref
    assert "1.14.2" in str(shown)
    assert second == said(parts, channel, changed(INCIDENT))
    assert 1 == len(items(parts))
    assert {} == parts.problems()


def test_what_was_deleted_and_is_settled_since_is_not_said_anew() -> None:
    parts = monitor()
    said(parts, issue, INCIDENT)
    parts.github.items["issues"].clear()
    cleared = replace(CASES["cleared"], repository_id=REPOSITORY.id)
    kept = said(parts, issue, cleared)

    assert kept is not None
    assert not kept.open
    assert [] == items(parts)
    parts.github.asked.clear()
    assert kept == said(parts, issue, cleared)
    assert [] == parts.github.asked


def test_what_was_deleted_where_issues_are_switched_off_stands_on_the_health_page() -> None:
    parts = monitor()
    first = said(parts, issue, INCIDENT)
    parts.github.items["issues"].clear()
    parts.github.call = _refusing(parts.github.call)

    assert first == said(parts, issue, changed(INCIDENT))
    (sentence,) = parts.problems().values()
    assert "has no issues; switch them on" in sentence


def test_what_github_still_lists_although_it_is_gone_is_tried_again() -> None:
    parts = monitor()
    said(parts, issue, INCIDENT)
    ghost = dict(parts.github.items["issues"][0])
    parts.github.items["issues"].clear()
    listed = parts.github.list
    parts.github.list = lambda path, limit=500: [ghost]
    said(parts, issue, changed(INCIDENT))

    with parts.ledger.reading() as book:
        (task,) = book.work.all("report")
    assert "was deleted" in task.problem
    parts.github.list, parts.now = listed, task.due_at
    assert 1 == report.run(parts.deps)
    assert 1 == len(items(parts))
    assert {} == parts.problems()


def test_what_a_process_that_died_had_made_is_found_and_not_made_twice() -> None:
    parts = monitor()
    first = said(parts, issue, INCIDENT)
    assert first is not None
    fresh = monitor()
    fresh.github = parts.github
    second = said(fresh, issue, INCIDENT)

    assert second is not None
    assert first.ref == second.ref
    assert 1 == len(items(parts))


def test_a_settled_incident_that_was_never_said_stays_unsaid() -> None:
    parts = monitor()
    settled = incident_of(member(outcome=Outcome.COMPLIANT), rogue=True, repository_id=REPOSITORY.id)

    assert said(parts, issue, settled) is None
    assert [] == items(parts)


OFF = Conduct(check_runs=False, issues=False, advisories=False)


def conduct(parts: Parts, wanted: Conduct) -> None:
    with parts.ledger.writing() as book:
        book.record(ConductSet(REPOSITORY.id, wanted), parts.now)


@every_channel
def test_a_repository_that_switched_a_channel_off_is_left_alone(channel: Channel) -> None:
    parts = monitor()
    conduct(parts, OFF)

    assert said(parts, channel, INCIDENT) is None
    assert [] == items(parts)


@every_channel
@pytest.mark.parametrize("later", [OFF, Conduct(preview=True)], ids=["off", "preview"])
def test_what_was_posted_before_a_switch_was_turned_off_is_kept_up_to_date_and_closed(
    channel: Channel, later: Conduct
) -> None:
    parts = monitor()
    first = said(parts, channel, INCIDENT)
    conduct(parts, later)
    second = said(parts, channel, changed(INCIDENT))
    third = said(parts, channel, replace(CASES["cleared"], id=INCIDENT.id, repository_id=REPOSITORY.id))

    assert first is not None
    assert second is not None
    assert third is not None
    assert first.digest != second.digest
    assert (True, False) == (second.open, third.open)
    assert 1 == len(items(parts))


@pytest.mark.parametrize("channel", [issue, *(c for c in CHANNELS if c.NAME == "check_run")], ids=lambda c: c.NAME)
def test_what_somebody_deleted_is_not_said_anew_where_it_is_no_longer_wanted(channel: Channel) -> None:
    parts = monitor()
    first = said(parts, channel, INCIDENT)
    for kind in parts.github.items.values():
        kind.clear()
    conduct(parts, OFF)
    second = said(parts, channel, changed(INCIDENT))

    assert first is not None
    assert second is not None
    assert first.ref == second.ref
    assert [] == items(parts)
    assert {} == parts.problems()


def test_the_issue_stands_where_the_owner_wants_all_of_them() -> None:
    parts = monitor()
    tracker = replace(REPOSITORY, id=99, full_name="axios/alerts", named_at=parts.now)
    with parts.ledger.writing() as book:
        book.record(RepositorySeen(tracker), parts.now)
    conduct(parts, Conduct(issue_repository="Axios/alerts"))
    first = said(parts, issue, INCIDENT)
    second = said(parts, issue, changed(INCIDENT))

    assert first is not None
    assert second is not None
    assert ("axios/alerts#1", "axios/alerts#1") == (first.ref, second.ref)
    (shown,) = items(parts)
    assert "axios/alerts" == shown["repository"]
    assert "1.14.2" in shown["body"]


@pytest.mark.parametrize("foreign", [None, Repository(99, 4711, "axios/alerts", REPOSITORY.named_at)])
def test_an_issue_repository_that_is_not_the_owners_stands_on_the_health_page(foreign: Repository | None) -> None:
    parts = monitor()
    if foreign is not None:
        with parts.ledger.writing() as book:
            book.record(RepositorySeen(foreign), parts.now)
    conduct(parts, Conduct(issue_repository="axios/alerts"))

    assert said(parts, issue, INCIDENT) is None
    (sentence,) = parts.problems().values()
    assert "no repository of the same owner" in sentence
    assert [] == items(parts)


def _refusing(call: Any) -> Any:
    def refuse(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        from checks.base import NoLonger

        if method == "POST":
            raise NoLonger("410 Issues are disabled")
        return call(method, path, body)

    return refuse
