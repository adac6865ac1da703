"""Tell: what a receiver refuses keeps nothing else back, and a dead mailbox nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.jobs import tell
from app.jobs.telling import lane
from app.jobs.telling.sending import TRIES
from app.jobs.telling.storm import ALONE
from checks.base import Permanent, RefusedForNow, Temporary
from checks.message import Kind, Message
from checks.outside import HttpPost, Sending
from tests.jobs.telling import INCIDENT, RESOLVED, Told, many
from tests.outside import MACHINE, POST, Place, route
from tests.verdict.cases import HOUR, MINUTE


def test_what_a_receiver_refuses_is_tried_every_hour_and_stops_nothing_else() -> None:
    parts = Told(route("all"))
    poison, *others = many(3)
    parts.way.failing[poison.id + " "] = Permanent("It refused the message (400).")
    parts.about(poison, *others)
    parts.tell()
    assert 2 == len(parts.way.at("all"))
    assert [(poison.id, "It refused the message (400).")] == parts.left("all")
    assert {"route all": "It refused the message (400)."} == parts.problems()

    parts.now += 30 * MINUTE
    parts.about(replace(INCIDENT, id="fresh"))
    parts.tell()
    assert 3 == len(parts.way.at("all")), "the lane is not put off by it"
    assert {"route all"} == parts.problems().keys(), "what is stuck stays shown while others go through"

    parts.way.failing.clear()
    parts.now += 31 * MINUTE
    parts.tell()
    assert 4 == len(parts.way.at("all"))
    assert {} == parts.problems()


def test_a_receiver_that_refuses_everything_is_not_asked_a_thousand_times() -> None:
    parts = Told(route("siem", MACHINE))
    parts.way.failing["siem"] = Permanent("It refuses us (403).")
    parts.about(*many(50))
    parts.tell()
    assert lane.STRIKES == len(parts.way.tried)


def test_a_recipient_of_mail_that_fails_stops_no_other_and_nobody_gets_it_twice() -> None:
    parts = Told(route("team", POST, to=("a@x.example", "b@x.example", "c@x.example")))
    parts.way.failing["b@x.example"] = Permanent("The mail server does not take mail for this address (550).")
    parts.about(INCIDENT)
    parts.tell()
    for _ in range(3):
        parts.now += HOUR + MINUTE
        parts.tell()
    assert ["a@x.example", "c@x.example"] == [place for place, _ in parts.way.sent]
    assert 1 == parts.way.tried.count("b@x.example"), "not tried again with this message"
    assert parts.posted(INCIDENT.id, "team") is not None
    assert [] == parts.left("team")
    (subject, sentence), *more = parts.problems().items()
    assert ("route team: recipients", []) == (subject, more)
    assert "1 of 3" in sentence
    assert "x.example" not in sentence
    tell.tidy(parts.deps)
    assert [subject] == list(parts.problems())

    parts.way.failing.clear()
    parts.about(INCIDENT)
    parts.tell()
    assert ["a@x.example", "b@x.example", "c@x.example"] == [place for place, _ in parts.way.sent][2:]
    assert {} == parts.problems()


def test_a_dead_mailbox_delays_no_alert_and_its_end_is_told() -> None:
    parts = Told(route("team", POST, to=("a@x.example", "dead@x.example")))
    parts.way.failing["dead@x.example"] = Permanent("The mail server does not take mail for this address (550).")
    for incident in many(ALONE):
        parts.about(incident)
        parts.tell()
        parts.now += MINUTE
    assert ALONE == len(parts.way.at("a@x.example")), "no strikes: others took it"

    parts.now += HOUR
    parts.about(INCIDENT)
    parts.tell()
    parts.now += MINUTE
    parts.about(RESOLVED)
    parts.tell()
    assert [" open ", " resolved "] == [
        word for text in parts.way.at("a@x.example")[ALONE:] for word in (" open ", " resolved ") if word in text
    ]


def test_a_mailbox_that_puts_mail_off_keeps_nobody_waiting_and_is_given_up_after_a_while() -> None:
    parts = Told(route("team", POST, to=("a@x.example", "full@x.example")))
    parts.way.failing["full@x.example"] = RefusedForNow("The mail server does not take mail for this address (452).")
    parts.about(*many(2))
    parts.tell()
    assert 2 == len(parts.way.at("a@x.example"))
    for _ in range(30):
        parts.now += MINUTE
        parts.tell()
    assert [] == parts.left("team")
    assert 2 == len(parts.way.at("a@x.example"))
    assert 2 * TRIES == parts.way.tried.count("full@x.example")


def test_where_no_recipient_takes_it_it_is_not_told() -> None:
    parts = Told(route("team", POST, to=("a@x.example", "b@x.example")))
    for place in ("a@x.example", "b@x.example"):
        parts.way.failing[place] = Permanent("The mail server does not take mail for this address (550).")
    parts.about(INCIDENT)
    parts.tell()
    assert parts.posted(INCIDENT.id, "team") is None
    assert 1 == len(parts.left("team"))


def test_what_is_new_is_said_before_what_was_refused() -> None:
    parts = Told(route("siem", MACHINE))
    parts.way.failing["many-0"] = Permanent("It refuses us (413).")
    old, new = many(2)
    parts.about(old)
    parts.tell()
    parts.now += 2 * HOUR
    parts.about(new)
    parts.tell()
    assert ["many-1"] == [text.split()[1].removeprefix("incident:") for text in parts.way.at("siem")]
    assert 1 == len(parts.left("siem"))
    with parts.ledger.writing() as book:
        parts.now += 2 * HOUR
        book.work.want("tell/siem", "new", parts.now)
        (first,) = book.work.claim("tell/siem", 1, parts.now, MINUTE, untried_first=True)
    assert "new" == first.key


def test_the_same_holds_for_a_message_about_many() -> None:
    parts = Told(route("team", POST, to=("a@x.example", "b@x.example")))
    parts.way.failing["b@x.example"] = Temporary("The mail server does not take mail for this address (450).")
    parts.about(*many(ALONE + 20))
    for _ in range(30):
        parts.tell()
        parts.now += MINUTE
    parts.way.failing.clear()
    for _ in range(120):
        parts.tell()
        parts.now += MINUTE
    assert [] == parts.left("team")
    for person in ("a@x.example", "b@x.example"):
        texts = parts.way.at(person)
        assert len(texts) == len(set(texts))
        assert len(texts) <= 2 * (ALONE + 1)


def test_a_message_about_many_that_is_refused_keeps_back_only_what_is_to_blame() -> None:
    def made(message: Message, target: Any) -> tuple[Sending, ...]:
        total = f"about {message.title.split()[0]}" if message.kind is Kind.GROUP else message.key
        return (HttpPost(target["url"], (), total.encode()),)

    parts = Told(route("all"), channels={"place": Place(make=made)})
    parts.way.failing["about 20"] = Permanent("It is too long (413).")
    parts.about(*many(ALONE + 20))
    parts.tell()

    assert [] == parts.left("all")
    assert ["about 10", "about 10"] == parts.way.at("all")[ALONE:]


def test_a_place_that_refuses_all_is_not_asked_for_each_of_many() -> None:
    parts = Told(route("all"))
    parts.about(*many(ALONE))
    parts.tell()
    before = len(parts.way.tried)
    parts.way.failing["all"] = Permanent("It refuses us (403).")
    parts.about(*[replace(incident, id=f"more-{n}") for n, incident in enumerate(many(40))])
    parts.tell()

    assert 40 == len(parts.left("all"))
    assert len(parts.way.tried) - before < 20
