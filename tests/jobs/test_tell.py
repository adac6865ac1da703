"""Tell: everybody who wants to hear it hears it, once, and nobody waits for anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.jobs import tell
from app.jobs.telling import lane, speak
from app.jobs.telling.storm import ALONE
from app.processes.lanes import Lanes
from checks import CHANNELS
from checks.base import Permanent, Temporary
from tests.jobs.telling import INCIDENT, RESOLVED, Told, many
from tests.outside import MACHINE, PEOPLE, SIEM, Place, route
from tests.verdict.cases import DAY, HOUR, MINUTE, REPOSITORY
from verifier.model import Bulletin, BulletinKind, Filter, IncidentState, Severity


def test_every_route_hears_what_it_asked_for_and_nothing_else() -> None:
    parts = Told(
        route("all"),
        route("ours", filter=Filter(organisations=("ALICE",), outcomes=("non_compliant",))),
        route("theirs", filter=Filter(organisations=("bob",))),
        route("loud", filter=Filter(severity=Severity.CRITICAL)),
        route("odd", filter=Filter(outcomes=("anomaly",))),
    )
    parts.about(INCIDENT)
    parts.tell()

    assert ["all", "loud", "ours"] == sorted(place for place, _ in parts.way.sent)
    assert [] == [parts.left(r.name) for r in parts.routes if parts.left(r.name)]
    assert {} == parts.problems()


def test_the_same_is_never_said_twice_and_a_change_is_said() -> None:
    parts = Told(route("all"))
    for _ in range(3):
        parts.about(INCIDENT)
        parts.tell()
        parts.now += MINUTE
    assert 3 == len(parts.way.at("all"))  # each time something more happened to it, which is told

    with parts.ledger.writing() as book:
        speak.want_told(book, INCIDENT.id, parts.now)
    parts.tell()
    assert 3 == len(parts.way.at("all"))
    assert [] == parts.left("all")


@pytest.mark.parametrize("had_it", [False, True])
def test_a_turn_that_a_killed_worker_left_behind_is_put_away_by_the_next(had_it: bool) -> None:
    """It was about to take the turn, or had it and everything was said; nothing else will ask for that turn."""
    parts = Told(route("all"))
    with parts.ledger.writing() as book:
        book.work.want("lane/all", lane.TURN, parts.now)
        if had_it:
            book.work.claim("lane/all", 1, parts.now, lane.LEASE)
    parts.tell()
    with parts.ledger.reading() as book:
        assert had_it == bool(book.work.all("lane/all")), "it may still be at it"
    parts.now += lane.LEASE
    parts.tell()
    with parts.ledger.reading() as book:
        assert [] == book.work.all("lane/all")


def test_the_end_is_heard_by_whom_the_beginning_reached_and_by_nobody_else() -> None:
    parts = Told(route("loud", filter=Filter(severity=Severity.CRITICAL)))
    parts.about(INCIDENT)
    parts.tell()
    parts.routes = (*parts.routes, route("new"))
    parts.now += HOUR
    parts.about(RESOLVED)
    parts.tell()

    assert [" open ", " resolved "] == [
        w for text in parts.way.at("loud") for w in (" open ", " resolved ") if w in text
    ]
    assert [] == parts.way.at("new")


@pytest.mark.parametrize("how", ["waived", "muted", "gone"])
def test_what_was_ended_unheard_by_anything_but_its_verdict_is_told(how: str) -> None:
    filters = (Filter(outcomes=("non_compliant",)), Filter(severity=Severity.HIGH))
    parts = Told(*(route(f"r{n}", filter=wanted) for n, wanted in enumerate(filters)))
    for place in ("r0", "r1"):
        parts.way.failing[place] = Temporary("It asks to come again later (429).", 600)
    parts.about(INCIDENT)
    parts.tell()
    parts.now += MINUTE
    ended = tuple(
        replace(m, waived=how == "waived", muted=how == "muted", gone=how == "gone") for m in INCIDENT.members
    )
    parts.about(replace(INCIDENT, state=IncidentState.RESOLVED, members=ended))
    parts.way.failing.clear()
    for _ in range(15):
        parts.tell()
        parts.now += MINUTE

    assert [1, 1] == [len(parts.way.at(place)) for place in ("r0", "r1")]
    assert parts.posted(INCIDENT.id, "r0") is not None


def test_a_new_route_is_told_of_what_changes_from_then_on_only() -> None:
    parts = Told(route("old"))
    other = replace(INCIDENT, id="other")
    parts.about(INCIDENT, other)
    parts.tell()
    parts.routes = (*parts.routes, route("new"))
    parts.tell()
    assert [] == parts.way.at("new")
    parts.now += HOUR
    parts.about(other)
    parts.tell()
    assert 1 == len(parts.way.at("new"))


def test_a_bulletin_is_told_once() -> None:
    parts = Told(route("all"), route("quiet", filter=Filter(outcomes=("non_compliant",))))
    bulletin = Bulletin(
        "b1", BulletinKind.WORKFLOW_CHANGED, REPOSITORY.id, parts.now, "Somebody closed it", ("They did.",)
    )
    for _ in range(2):
        with parts.ledger.writing() as book:
            speak.announce(book, bulletin, parts.now)
            book.work.want("tell", bulletin.id, parts.now)
        parts.tell()
    assert 1 == len(parts.way.at("all"))
    assert [] == parts.way.at("quiet")


def test_a_dead_route_delays_no_other() -> None:
    parts = Told(route("dead"), route("alive"))
    parts.way.failing["dead"] = Temporary("It did not answer in time.")
    parts.about(*many(3))
    parts.tell()

    assert 3 == len(parts.way.at("alive"))
    assert ["dead"] == [place for place in parts.way.tried if place == "dead"], "the lane waits after the first"
    assert {"route dead": "It did not answer in time."} == parts.problems()
    assert 3 == len(parts.left("dead"))


def test_what_was_put_off_is_said_in_full_when_the_receiver_is_back_and_its_problem_goes() -> None:
    parts = Told(route("all"))
    parts.way.failing["all"] = Temporary("It has a problem of its own (500).")
    parts.about(*many(3))
    parts.tell()
    parts.way.failing.clear()
    parts.tell()
    assert [] == parts.way.sent, "the lane waits"
    parts.now += MINUTE
    parts.tell()
    parts.now += MINUTE
    parts.tell()

    assert 3 == len(parts.way.at("all"))
    assert {} == parts.problems()


def test_a_lane_waits_as_long_as_it_is_asked_to_whatever_else_happens() -> None:
    parts = Told(route("all"))
    parts.way.failing["all"] = Temporary("It asks to come again later (429).", 600)
    parts.about(INCIDENT)
    parts.tell()
    parts.way.failing.clear()
    for _ in range(9):
        parts.now += MINUTE
        parts.about(*many(1))
        parts.tell()
    assert [] == parts.way.sent
    assert {"route all"} == parts.problems().keys()
    parts.now += 2 * MINUTE
    parts.tell()
    assert 2 == len(parts.way.sent)


def test_a_failing_lane_waits_longer_each_time() -> None:
    parts = Told(route("all"))
    parts.way.failing["all"] = Temporary("It did not answer in time.")
    parts.about(INCIDENT)
    waits = []
    for _ in range(5):
        before = len(parts.way.tried)
        start = parts.now
        while len(parts.way.tried) == before:
            parts.now += timedelta(seconds=5)
            parts.about(*many(1))  # new alerts must not shorten it
            parts.tell()
        waits.append(parts.now - start)
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[1]


@pytest.mark.parametrize("count", [1000])
def test_a_thousand_incidents_are_a_handful_of_messages_for_people_and_each_one_for_machines(count: int) -> None:
    parts = Told(route("people"), route("machine", MACHINE), route("siem", SIEM))
    parts.about(*many(count))
    while parts.busy():
        parts.tell()
        parts.now += timedelta(seconds=1)
    people = parts.way.at("people")
    assert ALONE == sum(text.startswith("incident ") for text in people)
    assert len(people) <= ALONE + 2
    assert count == len(set(parts.way.at("machine")))
    assert count == len(set(parts.way.at("siem.example")))
    assert all(parts.posted(f"many-{n}", "people") is not None for n in range(count))
    assert parts.way.connections <= count + len(people) + count / 10, "lines share a connection"


def test_a_thousand_incidents_spread_over_an_hour_are_few_messages_too() -> None:
    parts = Told(route("people"))
    for incident in many(1000):
        parts.about(incident)
        parts.tell()
        parts.now += timedelta(seconds=3.6)
    parts.now += 5 * MINUTE
    parts.tell()
    assert [] == parts.left("people")
    assert len(parts.way.at("people")) < 70


def test_after_a_storm_alerts_come_one_by_one_again() -> None:
    parts = Told(route("people"))
    parts.about(*many(50))
    parts.tell()
    before = len(parts.way.sent)
    parts.now += DAY
    parts.about(replace(INCIDENT, id="later"))
    parts.tell()
    assert before + 1 == len(parts.way.sent)
    assert "incident incident:later" in parts.way.sent[-1][1]


def test_what_was_told_in_a_group_is_told_again_when_it_changes() -> None:
    kind = Place(UPDATES=True)
    parts = Told(route("people", kind), channels={"place": kind})
    parts.about(*many(20))
    parts.tell()
    parts.now += DAY
    parts.about(many(20)[-1])
    parts.tell()
    assert "incident incident:many-19" in parts.way.sent[-1][1]


def test_github_speaks_as_soon_as_every_route_was_tried() -> None:
    parts = Told(route("dead"), route("alive"))
    parts.way.failing["dead"] = Temporary("It did not answer in time.")
    parts.about(INCIDENT)
    assert [parts.now + speak.HEAD_START] == parts.reports()
    parts.tell()
    assert [parts.now] == parts.reports()
    assert "report" in parts.woken


def test_github_speaks_at_once_where_nobody_else_hears_it() -> None:
    parts = Told()
    parts.about(INCIDENT)
    parts.tell()
    assert [parts.now] == parts.reports()


def test_github_is_not_pressed_about_what_failed_there() -> None:
    parts = Told(route("all"))
    parts.about(INCIDENT)
    later = parts.now + HOUR
    with parts.ledger.writing() as book:
        for task in book.work.claim("report", 10, parts.now + MINUTE, MINUTE):
            book.work.failed(task, later, "It asks for fewer requests (429).")
    parts.tell()
    assert [later] == parts.reports()
    with parts.ledger.reading() as book:
        assert {1} == {task.attempts for task in book.work.all("report")}
        assert len(CHANNELS) == len(book.work.all("report"))


def test_two_processes_say_it_once() -> None:
    """The turn is one process's at a time; the other one does not even try."""
    parts = Told(route("all"))
    parts.about(INCIDENT)
    with parts.ledger.writing() as book:
        book.work.want("lane/all", lane.TURN, parts.now)
    with parts.ledger.writing() as book:
        assert 1 == len(book.work.claim("lane/all", 1, parts.now, lane.LEASE))
    parts.tell()
    assert [] == parts.way.tried
    parts.now += lane.LEASE
    parts.tell()
    assert 1 == len(parts.way.sent), "the other one died"


def test_a_message_that_cannot_be_made_stops_no_other() -> None:
    def make(message: Any, target: Any) -> Any:
        if message.key == "incident:many-0":
            raise RuntimeError("no")
        return PEOPLE.make(message, target)

    parts = Told(route("all", Place(make=make)), channels={"place": Place(make=make)})
    parts.about(*many(3))
    parts.tell()
    assert 2 == len(parts.way.sent)
    assert "RuntimeError" in parts.problems()["route all"]


def test_a_message_that_cannot_even_be_begun_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.jobs.telling import said

    make = said.message

    def broken(deps: Any, book: Any, key: str, told: Any) -> Any:
        if key == "many-0" and begun:
            raise RuntimeError("no")
        return make(deps, book, key, told)

    begun: list[bool] = []
    monkeypatch.setattr("app.jobs.telling.said.message", broken)
    parts = Told(route("all"))
    parts.about(*many(3))
    parts.way.failing["all"] = Temporary("It did not answer in time.")
    parts.tell()
    begun.append(True)
    parts.way.failing.clear()
    parts.now += HOUR
    parts.tell()
    assert 2 == len(parts.way.sent)
    assert "RuntimeError" in parts.problems()["route all"]


def test_what_was_wrong_with_a_route_goes_with_the_route() -> None:
    parts = Told(route("gone"), route("here"))
    for name in ("gone", "here"):
        parts.way.failing[name] = Permanent("It refuses us (403).")
    parts.about(INCIDENT)
    parts.tell()
    parts.routes = parts.routes[1:]
    tell.tidy(parts.deps)
    assert {"route here"} == parts.problems().keys()


def test_lanes_run_beside_the_step_that_starts_them() -> None:
    parts = Told(route("slow"), route("quick"))
    import threading

    gate, way = threading.Event(), parts.way
    send = way.send

    def slow(sending: Any, ref: str = "") -> Any:
        if "slow" in sending.url:
            assert gate.wait(30)
        return send(sending, ref)

    way.send = slow  # type: ignore[method-assign]  # a place that hangs
    parts.lanes = Lanes()
    parts.about(INCIDENT)
    parts.tell()  # returns although slow hangs
    for _ in range(3000):
        if way.at("quick"):
            break
        threading.Event().wait(0.01)
    assert ["quick"] == [place for place, _ in way.sent]
    gate.set()
    parts.lanes.stop(30)
    assert ["quick", "slow"] == [place for place, _ in way.sent]
