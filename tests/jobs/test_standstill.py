"""Mail to subscribers that does not go through: nothing is lost, nobody waits for another, the health page is brief."""

from __future__ import annotations

from typing import Any

import pytest

from app.deeds.subscribing import REFUSED_FOR
from app.jobs.telling import standstill, tell_people
from checks.base import Permanent, Refused, RefusedForNow, Temporary
from tests.subscribers import ALICE, Monitor, incident, told
from tests.verdict.cases import HOUR, MINUTE

BOB = "bob@people.example"


@pytest.mark.parametrize("kind", [Temporary, Permanent])
def test_a_mail_server_that_is_not_well_loses_nothing_says_nothing_twice_and_is_one_problem(kind: Any) -> None:
    """Not one for each subscriber, nor for each stranger that filled in the form."""
    monitor = Monitor()
    for number in range(30):
        told(monitor, f"a{number}@people.example")
    for number in range(5):
        monitor.ask(address=f"b{number}@elsewhere.example")
    monitor.outbound.failing = kind("The mail server does not answer.")
    assert [] == monitor.happen(incident())
    assert {standstill.SUBJECT: "The mail server does not answer."} == monitor.problems()
    assert 1 == monitor.outbound.tried
    monitor.outbound.failing = None
    assert [] == monitor.work()
    monitor.time += HOUR

    assert 35 == len({mail["To"] for mail in monitor.work()}) == len(monitor.outbound.mails)
    assert [] == monitor.work()
    assert {} == monitor.problems()


def test_a_mail_server_that_stays_away_is_tried_ever_more_seldom() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    monitor.outbound.failing = Temporary("The mail server does not answer.")
    monitor.happen(incident())
    for _ in range(24 * 60):
        monitor.time += MINUTE
        monitor.work()

    assert 24 <= monitor.outbound.tried <= 40


def test_somebody_whose_server_takes_nothing_at_present_does_not_hold_up_the_others() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, BOB)
    monitor.outbound.to[ALICE] = RefusedForNow("The mail server does not take mail for this address (450).")
    assert [BOB] == [mail["To"] for mail in monitor.happen(incident())]
    monitor.outbound.to.clear()
    monitor.time += HOUR

    assert [ALICE] == [mail["To"] for mail in monitor.work()]
    assert {} == monitor.problems()


def test_one_address_that_is_refused_does_not_stop_the_others_and_stands_nowhere_by_name() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, BOB)
    monitor.outbound.to[ALICE] = Refused("The mail server does not take mail for this address (550).")
    assert [BOB] == [mail["To"] for mail in monitor.happen(incident())]
    assert 1 == len(monitor.problems())
    assert ALICE not in repr(monitor.problems())


def test_an_address_that_is_refused_for_a_week_is_given_up() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    monitor.outbound.failing = Refused("The mail server does not take mail for this address (550).")
    monitor.happen(incident())
    until = monitor.time + REFUSED_FOR
    while monitor.time < until:
        assert [None] == [one.ended_at for one in monitor.all()]
        monitor.time += 6 * HOUR
        monitor.work()

    assert [monitor.time] == [one.ended_at for one in monitor.all()]
    assert {} == monitor.problems()


def test_a_confirmation_that_is_refused_ends_the_request_and_is_no_problem_of_ours() -> None:
    monitor = Monitor()
    monitor.ask()
    monitor.outbound.failing = Refused("The mail server does not take mail for this address (550).")
    monitor.work()

    assert [None] == [one.confirmed_at for one in monitor.all() if one.ended_at is not None]
    monitor.outbound.failing = None
    assert [] == monitor.work()
    assert {} == monitor.problems()


def test_a_confirmation_that_a_server_does_not_take_at_once_is_sent_later_and_is_no_problem_of_ours() -> None:
    monitor = Monitor()
    monitor.ask()
    monitor.outbound.failing = RefusedForNow("The mail server does not take mail for this address (450).")
    assert [] == monitor.work()
    assert {} == monitor.problems()
    monitor.outbound.failing = None
    monitor.time += tell_people.GREY

    assert [ALICE] == [mail["To"] for mail in monitor.work()]
