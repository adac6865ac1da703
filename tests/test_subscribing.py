"""Who is written to how often, what is kept for how long, and which address is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.deeds import subscribing
from app.deeds.subscribe_form import Wish
from app.deeds.subscribing import MOST_PENDING, REFUSED_FOR, VALID, digest_of, secret_of
from tests.subscribers import ALICE, KEY, person
from tests.verdict.cases import DAY, HOUR, NOON
from verifier.ledger import Ledger, memory_ledger, migrate, open_ledger
from verifier.model import Filter

WISH = Wish(ALICE, Filter(outcomes=("suspect",)), weekly=False)


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    if request.param == "memory":
        return memory_ledger()
    address = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite3'}"
    migrate(address)
    return open_ledger(address)


def test_two_requests_at_the_same_moment_make_one_subscription_and_one_mail(ledger: Ledger) -> None:
    """Two processes may both have seen that there was none yet."""
    other = memory_ledger()
    with ledger.writing() as book, other.writing() as second:
        assert subscribing.ask(book, WISH, KEY, NOON)
        assert subscribing.ask(second, WISH, KEY, NOON + timedelta(seconds=1))
        (one,), (same,) = book.subscriptions.all(), second.subscriptions.all()

    assert one.id == same.id


def test_what_is_asked_is_kept_without_its_secret_until_it_is_confirmed_or_a_day_is_over(ledger: Ledger) -> None:
    with ledger.writing() as book:
        subscribing.ask(book, WISH, KEY, NOON)
        (one,) = book.subscriptions.all()
        assert subscribing.opened(book, one.id, secret_of(KEY, one.id), NOON + VALID) is None
        assert one == subscribing.opened(book, one.id, secret_of(KEY, one.id), NOON)
        assert subscribing.opened(book, one.id, one.secret, NOON) is None
        assert NOON + VALID == subscribing.forget(book, one.id, NOON)
        assert [one] == book.subscriptions.all()
        assert subscribing.forget(book, one.id, NOON + VALID) is None
        assert [] == book.subscriptions.all()

    assert digest_of(secret_of(KEY, one.id)) == one.secret


def test_what_is_confirmed_is_never_forgotten_by_itself(ledger: Ledger) -> None:
    with ledger.writing() as book:
        subscribing.ask(book, WISH, KEY, NOON)
        (one,) = book.subscriptions.all()
        subscribing.confirm(book, one, NOON + HOUR)
        assert subscribing.forget(book, one.id, NOON + 1000 * DAY) is None

        assert [NOON + HOUR] == [kept.confirmed_at for kept in book.subscriptions.all()]


def test_refusing_what_one_did_not_ask_for_does_not_open_the_way_for_more_mails(ledger: Ledger) -> None:
    with ledger.writing() as book:
        for hour in range(MOST_PENDING):
            assert subscribing.ask(book, WISH, KEY, NOON + hour * HOUR)
            subscribing.end(book, book.subscriptions.all()[-1], NOON + hour * HOUR)

        assert not subscribing.ask(book, WISH, KEY, NOON + MOST_PENDING * HOUR)


def test_a_tag_after_a_plus_is_no_other_mailbox(ledger: Ledger) -> None:
    with ledger.writing() as book:
        assert subscribing.ask(book, replace(WISH, address="alice+1@people.example"), KEY, NOON)
        for address in ("alice+2@people.example", "ALICE@people.example", "alice@people.example"):
            assert not subscribing.ask(book, replace(WISH, address=address), KEY, NOON + HOUR / 2)
        for address in ("bob+1@people.example", "alice+1@elsewhere.example", "+alice@people.example"):
            assert subscribing.ask(book, replace(WISH, address=address), KEY, NOON)


def test_an_address_that_is_refused_for_a_week_is_given_up_and_not_before(ledger: Ledger) -> None:
    one = person()
    with ledger.writing() as book:
        book.subscriptions.put(one)
        assert not subscribing.refused(book, one.id, NOON)
        assert not subscribing.refused(book, one.id, NOON + REFUSED_FOR - timedelta(seconds=1))
        assert subscribing.refused(book, one.id, NOON + REFUSED_FOR)
        assert [NOON + REFUSED_FOR] == [kept.ended_at for kept in book.subscriptions.all()]
        assert subscribing.refused(book, one.id, NOON + 2 * REFUSED_FOR)


def test_an_address_that_took_a_mail_in_between_is_not_given_up(ledger: Ledger) -> None:
    one = person()
    with ledger.writing() as book:
        book.subscriptions.put(one)
        subscribing.refused(book, one.id, NOON)
        subscribing.accepted(book, one.id)
        assert not subscribing.refused(book, one.id, NOON + REFUSED_FOR)

        assert [None] == [kept.ended_at for kept in book.subscriptions.all()]


def test_taking_a_mail_does_not_bring_back_what_was_ended_meanwhile(ledger: Ledger) -> None:
    one = person()
    with ledger.writing() as book:
        book.subscriptions.put(one)
        subscribing.end(book, one, NOON)
        subscribing.accepted(book, one.id)
        subscribing.with_fresh_links(book, one.id, KEY)

        assert [NOON] == [kept.ended_at for kept in book.subscriptions.all()]
