"""The contract of the shelf of wishes about what is watched, and of what is read for the page to add, on every twin."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger
from verifier.model import (
    Act,
    Artifact,
    ArtifactsProposed,
    Enrolment,
    EnrolmentAnswered,
    EnrolmentAsked,
    Proposal,
    Publisher,
    PublishersSet,
    Reply,
)

GADGET, OTHER = Artifact("pkg:npm/gadget"), Artifact("pkg:npm/other")


def enrolment(id_: str = "page/11/a", at: datetime = T0, **changes: Any) -> Enrolment:
    wish = Enrolment(id_, Act.WATCH, GADGET, "alice/widget", 7, 11, "carol", at, workflows=("publish.yml",))
    return replace(wish, **changes)


def reply(wish: Enrolment, **changes: Any) -> Reply:
    return replace(Reply(wish.id, True, "It is watched.", T0, acts_at=T0, repository_ids=(7,)), **changes)


def test_a_wish_is_kept_once_and_answered_once(ledger: Ledger) -> None:
    wish = enrolment()
    with ledger.writing() as book:
        for fact in (EnrolmentAsked(wish), EnrolmentAsked(replace(wish, reason="another"))):
            book.record(fact, T0)
        for said in (reply(wish), reply(wish, accepted=False), reply(enrolment("page/11/none"))):
            book.record(EnrolmentAnswered(wish, said), T0)
        number = len(list(book.facts()))
    ledger.rebuild()

    with ledger.reading() as book:
        assert (wish, reply(wish)) == book.enrolments.get(wish.id)
        assert book.enrolments.get("page/12/a") is None
        assert 2 == number


def test_an_accepted_wish_to_watch_has_the_registry_read_and_one_to_stop_has_not(ledger: Ledger) -> None:
    watch, stop = enrolment(), enrolment("page/11/b", act=Act.STOP, artifact=OTHER)
    with ledger.writing() as book:
        for wish in (watch, stop):
            book.record(EnrolmentAsked(wish), T0)
            book.record(EnrolmentAnswered(wish, reply(wish)), T0)

        assert [GADGET.purl] == [task.key for task in book.work.all("poll")]


def test_wishes_are_found_by_artifact_and_counted_by_account(ledger: Ledger) -> None:
    wishes = [
        enrolment("page/11/late", T0 + HOUR),
        enrolment(),
        enrolment("page/12/x", T0 + MINUTE, actor_id=12),
        enrolment("page/11/other", artifact=OTHER),
    ]
    with ledger.writing() as book:
        for wish in wishes:
            book.record(EnrolmentAsked(wish), T0)

        assert ["page/11/a", "page/12/x", "page/11/late"] == [wish.id for wish, _ in book.enrolments.about([GADGET])]
        assert [4, 0] == [len(book.enrolments.about(those)) for those in ([GADGET, OTHER], [])]
        assert [3, 1, 0] == [
            book.enrolments.given(11, T0),
            book.enrolments.given(11, T0 + MINUTE),
            book.enrolments.given(13, T0),
        ]


def test_what_was_found_is_read_for_the_repositories_that_may_be_seen(ledger: Ledger) -> None:
    found = (Proposal(GADGET.purl, ("publish.yml",), "package.json"),)
    with ledger.writing() as book:
        for id_, proposals in ((7, found), (8, ()), (9, found)):
            book.record(ArtifactsProposed(id_, found), T0)
            book.record(ArtifactsProposed(id_, proposals), T0)
        book.record(PublishersSet(7, "people", (Publisher(GADGET, 7, 1, ("publish.yml",)),)), T0)

        shelf = book.repositories
        assert [{7: found, 9: found}, {9: found}, {7: found}, {}] == [
            shelf.proposed(None, 5),
            shelf.proposed(frozenset({8, 9}), 5),
            shelf.proposed(None, 1),
            shelf.proposed(frozenset(), 5),
        ]
        assert [[7], []] == [[p.repository_id for p in shelf.publishers_among([one])] for one in (GADGET, OTHER)]


def test_what_is_left_to_do_is_counted_by_how_its_key_begins(ledger: Ledger) -> None:
    purl = "pkg:oci/a_b%25?repository_url=x/a_b"
    with ledger.writing() as book:
        for key, at in ((f"{purl} 1", T0), (f"{purl} 2", T0 + HOUR), (f"{purl.replace('_', 'x')} 1", T0), ("x", T0)):
            book.work.want("examine", key, at)

        waiting = book.work.waiting
        assert [1, 2, 0] == [
            waiting("examine", f"{purl} ", T0),
            waiting("examine", f"{purl} ", T0 + HOUR),
            waiting("poll", f"{purl} ", T0),
        ]
