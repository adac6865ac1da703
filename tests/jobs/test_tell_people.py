"""Subscribers are told what they may hear and want to, each alone, once, and without being flooded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs import batch
from app.jobs.telling import storm, tell_people
from app.processes.week import after
from tests.checks.examples import HOSTILE, member
from tests.subscribers import ALICE, SETTINGS, STRANGER, Monitor, end_link, incident, link, text, told
from tests.verdict.cases import DAY, MINUTE, NOON, REPOSITORY
from verifier.ledger.protocol import Posted
from verifier.model import (
    Acknowledgement,
    Bulletin,
    BulletinKind,
    IncidentState,
    Notice,
    NoticeKind,
    Outcome,
    RepositorySeen,
)

BOB = "bob@people.example"
SUSPECT = member("0.30.4", outcome=Outcome.UNVERIFIABLE, suspect=True, sentences=("Nobody knows who it was.",))
LOOSENED = Bulletin("b1", BulletinKind.CONFIG_LOOSENS, REPOSITORY.id, NOON, "The config loosens.", ("It does.",))


@dataclass
class Counting:
    """A ledger that counts the transactions that write."""

    ledger: Any
    writings: int = 0

    def writing(self) -> Any:
        self.writings += 1
        return self.ledger.writing()

    def reading(self) -> Any:
        return self.ledger.reading()

    def alone(self, name: str) -> Any:
        return self.ledger.alone(name)

    def rebuild(self) -> Any:
        return self.ledger.rebuild()


def announced(monitor: Monitor, bulletin: Bulletin) -> list[str]:
    """Who is mailed about a bulletin."""
    with monitor.ledger.writing() as book:
        book.incidents.put_bulletin(bulletin)
        tell_people.fan_out(monitor.deps, book, bulletin.id, monitor.time)
    return [mail["To"] for mail in monitor.work()]


def test_everybody_who_hears_it_gets_a_mail_of_their_own_and_learns_of_nobody_else() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, BOB)
    mails = monitor.happen(incident())

    assert [ALICE, BOB] == sorted(mail["To"] for mail in mails)
    assert 2 == len({end_link(mail) for mail in mails})
    for mail in mails:
        other = BOB if mail["To"] == ALICE else ALICE
        assert other not in mail.as_string()
        assert not (mail["Cc"] or mail["Bcc"])


def test_a_mail_says_why_one_gets_it_and_how_to_end_it() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    (mail,) = monitor.happen(incident())

    assert "this address subscribed" in text(mail)
    assert "List-Unsubscribe=One-Click" == mail["List-Unsubscribe-Post"]
    assert 200 == monitor.client.post(end_link(mail)).status_code


def test_the_same_is_told_once_and_what_changed_in_the_same_thread() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    (first,) = monitor.happen(incident())
    assert [] == monitor.happen(incident())
    (second,) = monitor.happen(incident(member(), member("1.14.2")))

    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]
    assert "1.14.2" in text(second)


def test_how_it_ends_is_told_to_those_who_heard_it_and_to_no_others() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    monitor.happen(incident())
    told(monitor, BOB)
    settled = incident(member(outcome=Outcome.COMPLIANT), rogue=True, state=IncidentState.RESOLVED)

    assert [ALICE] == [mail["To"] for mail in monitor.happen(settled)]


def test_what_somebody_said_was_theirs_before_the_mail_went_out_is_told() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, STRANGER)
    waived = incident(member(waived=True), rogue=True, state=IncidentState.RESOLVED)

    assert [ALICE, STRANGER] == sorted(mail["To"] for mail in monitor.happen(waived))


@pytest.mark.parametrize(
    ("wanted", "hears"),
    [
        ({}, True),
        ({"organisations": ("ALICE",)}, True),
        ({"organisations": ("bob",)}, False),
        ({"repositories": ("alice/*",)}, True),
        ({"repositories": ("alice/other",)}, False),
        ({"artifacts": ("pkg:npm/axios",)}, True),
        ({"artifacts": ("pkg:npm/axio?",)}, True),
        ({"artifacts": ("pkg:pypi/*",)}, False),
        ({"outcomes": ("non_compliant",)}, True),
        ({"outcomes": ("suspect", "notice", "anomaly")}, False),
        ({"organisations": ("alice",), "artifacts": ("pkg:pypi/*",)}, False),
    ],
)
def test_somebody_hears_what_they_asked_for(wanted: dict[str, Any], hears: bool) -> None:
    monitor = Monitor()
    told(monitor, ALICE, **wanted)

    assert hears == bool(monitor.happen(incident()))


def test_people_inside_hear_of_private_repositories_and_of_suspicions_and_strangers_do_not() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, STRANGER)
    assert [ALICE] == [mail["To"] for mail in monitor.happen(incident(SUSPECT))]
    monitor.repository(private=True)

    assert [ALICE] == [mail["To"] for mail in monitor.happen(incident(id="i2"))]


def test_strangers_are_told_what_is_non_compliant_and_nothing_about_persons_or_suspects() -> None:
    monitor = Monitor()
    told(monitor, STRANGER)
    given = Acknowledgement("carol", "We know her.", NOON, NOON + DAY)
    loud = member(account="stolen-account", odd=("force-push",), anomalies=("It was pushed over.",))
    (mail,) = monitor.happen(incident(loud, SUSPECT, acknowledged=given, state=IncidentState.ACKNOWLEDGED))

    assert "1.14.1" in text(mail)
    assert "Do not install" in text(mail)
    for secret in ("0.30.4", "Nobody knows", "carol", "We know her", "stolen-account", "pushed over", "#incident"):
        assert secret not in text(mail)


def test_a_suspect_more_is_no_news_for_strangers() -> None:
    monitor = Monitor()
    told(monitor, STRANGER)
    assert 1 == len(monitor.happen(incident()))

    assert [] == monitor.happen(incident(member(), SUSPECT))


def test_strangers_who_heard_it_hear_that_it_was_taken_back() -> None:
    monitor = Monitor()
    told(monitor, STRANGER)
    rogue = Notice(NoticeKind.ROGUE, "i1", member().artifact, member().number, NOON)
    with monitor.ledger.writing() as book:
        book.incidents.add_notice(rogue)
    monitor.happen(incident())
    cleared = incident(member(outcome=Outcome.COMPLIANT), rogue=True, state=IncidentState.RESOLVED)
    (mail,) = monitor.happen(cleared)

    assert "Settled" in text(mail)


def test_a_repository_that_became_private_is_heard_no_more_by_strangers_not_even_what_was_on_its_way() -> None:
    monitor = Monitor()
    told(monitor, STRANGER)
    assert 1 == len(monitor.happen(incident()))
    with monitor.ledger.writing() as book:
        book.incidents.put(incident(member(), member("1.14.2")))
        tell_people.fan_out(monitor.deps, book, "i1", monitor.time)
    batch.each(monitor.deps, "tell/~people", tell_people.do, 1)
    (stranger,) = monitor.all()
    with monitor.ledger.reading() as book:
        assert [] != book.work.all(tell_people.channel_of(stranger.id))
    monitor.repository(private=True)

    assert [] == monitor.work()


def test_a_domain_that_the_operator_takes_away_hears_no_more() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    less = Monitor(replace(SETTINGS, subscribe_domains=("other.example",)), ledger=monitor.ledger)

    assert [] == less.happen(incident())


def test_many_people_are_wanted_told_in_small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is killed half-way is done again from the start, and tells nobody twice."""
    monkeypatch.setattr(tell_people, "AT_ONCE", 3)
    monitor = Monitor()
    for number in range(7):
        told(monitor, f"p{number}@people.example")
    with monitor.ledger.writing() as book:
        book.incidents.put(incident())
        tell_people.fan_out(monitor.deps, book, "i1", monitor.time)
        assert [("fan i1", "")] == [(t.key, t.problem) for t in book.work.all("tell/~people") if t.due_at <= NOON]

    counted = Counting(monitor.ledger)
    batch.each(replace(monitor.deps, ledger=counted), "tell/~people", tell_people.do, 1)
    assert 3 + 2 == counted.writings, "three of them, one claim and one end"
    assert 7 == len({mail["To"] for mail in monitor.work()})


@pytest.mark.parametrize(("private", "shown"), [(True, False), (False, True), (None, False)])
def test_strangers_are_shown_an_issue_elsewhere_only_where_that_is_public(private: bool | None, shown: bool) -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    told(monitor, STRANGER)
    tracker = replace(REPOSITORY, id=77, full_name="alice/embargo", private=bool(private))
    with monitor.ledger.writing() as book:
        if private is not None:
            book.record(RepositorySeen(tracker), monitor.time)
        url = "https://github.example/alice/embargo/issues/5"
        book.incidents.put_posted(Posted("i1", "issue", "alice/embargo#5", url, "", True, monitor.time))
    mails = {mail["To"]: text(mail) for mail in monitor.happen(incident())}

    assert "embargo" in mails[ALICE]
    assert shown == ("embargo" in mails[STRANGER])


def test_during_preview_strangers_hear_nothing() -> None:
    monitor = Monitor()
    told(monitor, STRANGER)
    told(monitor, ALICE)
    with monitor.ledger.writing() as book:
        conduct = book.repositories.conduct(REPOSITORY.id)
        book.repositories.put_conduct(REPOSITORY.id, replace(conduct, preview=True))

    assert [ALICE] == [mail["To"] for mail in monitor.happen(incident())]


def test_bulletins_are_for_people_inside_who_want_notices() -> None:
    monitor = Monitor()
    told(monitor, ALICE, outcomes=("notice",))
    told(monitor, BOB, outcomes=("suspect",))
    told(monitor, STRANGER)

    assert [ALICE] == announced(monitor, LOOSENED)
    assert [] == announced(monitor, LOOSENED)


def test_somebody_who_ended_it_gets_nothing_that_was_on_its_way() -> None:
    monitor = Monitor()
    one = told(monitor, ALICE)
    with monitor.ledger.writing() as book:
        book.incidents.put(incident())
        tell_people.fan_out(monitor.deps, book, "i1", monitor.time)
        book.subscriptions.put(replace(one, ended_at=monitor.time))

    assert [] == monitor.work()
    assert {} == monitor.problems()


def test_a_storm_becomes_a_few_mails_to_each_and_nothing_in_it_is_lost() -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    with monitor.ledger.writing() as book:
        for number in range(200):
            held = incident(member(f"1.0.{number}"), id=f"i{number}")
            book.incidents.put(held)
            tell_people.fan_out(monitor.deps, book, held.id, monitor.time)
    mails = monitor.work()
    for _ in range(10):
        monitor.time += MINUTE
        mails += monitor.work()
    with monitor.ledger.reading() as book:
        channel = tell_people.channel_of(book.subscriptions.all()[0].id)
        known = [book.incidents.posted(f"i{number}", channel) for number in range(200)]

    assert storm.ALONE + 1 == len(mails)
    assert "195 alerts" in text(mails[-1])
    assert None not in known
    assert all(link(mail) for mail in mails)


def test_a_summary_comes_on_monday_with_what_one_may_hear_and_nothing_in_between() -> None:
    monitor = Monitor()
    subscriber = monitor.subscribe(pace="weekly", outcomes=["non_compliant", "suspect", "notice"])
    assert [] == monitor.happen(incident())
    assert [] == announced(monitor, LOOSENED)
    monitor.time = after(monitor.time)
    (mail,) = monitor.work()

    assert "Summary" in mail["Subject"]
    assert "axios" in text(mail)
    assert "The config loosens" in text(mail)
    assert subscriber.id in end_link(mail)
    assert [] == monitor.work()


def test_a_summary_holds_only_what_was_asked_for() -> None:
    monitor = Monitor()
    monitor.subscribe(pace="weekly", outcomes=["suspect"])
    monitor.happen(incident(member(detected_at=monitor.time)))
    announced(monitor, LOOSENED)
    monitor.time = after(monitor.time)
    assert [] == monitor.work()
    monitor.happen(incident(SUSPECT, id="i2", opened_at=monitor.time))
    announced(monitor, replace(LOOSENED, id="b2", at=monitor.time))
    monitor.time = after(monitor.time)
    (mail,) = monitor.work()

    assert "0.30.4" in text(mail)
    assert "1.14.1" not in text(mail)
    assert "loosens" not in text(mail)


def test_a_week_in_which_nothing_happened_is_not_written_about() -> None:
    monitor = Monitor()
    monitor.subscribe(pace="weekly")
    monitor.time = after(monitor.time)

    assert [] == monitor.work()


def test_a_strangers_summary_holds_nothing_that_they_would_not_have_been_told() -> None:
    monitor = Monitor()
    monitor.subscribe(STRANGER, pace="weekly")
    monitor.happen(incident(SUSPECT, id="i2"))
    announced(monitor, LOOSENED)
    monitor.time = after(monitor.time)
    assert [] == monitor.work()
    monitor.happen(incident(member(detected_at=monitor.time), SUSPECT))
    monitor.time = after(monitor.time)
    (mail,) = monitor.work()

    assert "1.14.1" in text(mail)
    assert "0.30.4" not in text(mail)
    assert "#incident" not in text(mail)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_a_hostile_version_makes_no_header_and_no_second_recipient(name: str) -> None:
    monitor = Monitor()
    told(monitor, ALICE)
    (mail,) = monitor.happen(incident(member(name + "\r\nBcc: mallory@elsewhere.example")))

    assert mail["Bcc"] is None
    assert ALICE == mail["To"]


@given(
    private=st.booleans(),
    removed=st.booleans(),
    suspects=st.integers(0, 2),
    rogues=st.integers(0, 2),
    outcomes=st.sets(st.sampled_from(["non_compliant", "suspect", "anomaly", "notice"])).map(tuple),
)
def test_a_stranger_hears_exactly_the_non_compliant_versions_of_repositories_that_are_public(
    private: bool, removed: bool, suspects: int, rogues: int, outcomes: tuple[str, ...]
) -> None:
    monitor = Monitor()
    told(monitor, STRANGER, outcomes=outcomes)
    monitor.repository(private=private, removed=removed)
    members = [
        *(replace(SUSPECT, number=f"0.{n}.7") for n in range(suspects)),
        *(member(f"1.{n}.8") for n in range(rogues)),
    ]
    mails = monitor.happen(replace(incident(), members=tuple(members), rogue=bool(rogues)))
    hears = rogues > 0 and not private and not removed and (not outcomes or "non_compliant" in outcomes)

    assert hears == bool(mails)
    for mail in mails:
        assert all(f"1.{n}.8" in text(mail) for n in range(rogues))
        assert all(f"0.{n}.7" not in text(mail) for n in range(suspects))
