"""The inbox's contract, on every twin."""

from __future__ import annotations

from datetime import timedelta

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger
from verifier.ledger.protocol import Delivery, GivenUp, Hearing


def delivery(n: int) -> Delivery:
    return Delivery(f"d{n}", "push", b'{"n": \x00\xff}', T0 + timedelta(seconds=n))


def keep(ledger: Ledger, *numbers: int) -> None:
    for n in numbers:
        with ledger.writing() as book:
            book.inbox.keep(delivery(n))


def test_a_delivery_is_kept_once(ledger: Ledger) -> None:
    """GitHub may send one delivery twice; it is stored and heard once, even after it was heard."""
    with ledger.writing() as book:
        assert True is book.inbox.keep(delivery(1))
    with ledger.writing() as book:
        assert False is book.inbox.keep(Delivery("d1", "other", b"other", T0))
        assert [delivery(1)] == book.inbox.claim(10, T0, MINUTE)
        book.inbox.settle("d1", T0)
    with ledger.writing() as book:
        assert False is book.inbox.keep(delivery(1))
        assert 0 == book.inbox.waiting()


def test_many_are_kept_in_one_insert_and_those_known_already_are_not_among_the_new(ledger: Ledger) -> None:
    """Whatever their order, and whether they were known before or stand there twice: the first of two is stored."""
    keep(ledger, 2)
    twin = Delivery("d3", "other", b"other", T0)
    large = Delivery("large", "push", b"\x00\xff'\\" * 100_000, T0)
    with ledger.writing() as book:
        assert {"d1", "d3", "large"} == book.inbox.keep_all([large, delivery(3), delivery(2), twin, delivery(1)])
        assert set() == book.inbox.keep_all([delivery(1), delivery(2)])
        assert set() == book.inbox.keep_all([])
        held = {found.id: found for found in book.inbox.claim(10, T0, MINUTE)}
    assert {"d1": delivery(1), "d2": delivery(2), "d3": delivery(3), "large": large} == held


def test_the_oldest_deliveries_are_lent_first(ledger: Ledger) -> None:
    """A batch is the oldest unheard deliveries in the order of their arrival, whatever order they were stored in."""
    keep(ledger, 3, 1, 2)

    with ledger.writing() as book:
        assert [delivery(1), delivery(2)] == book.inbox.claim(2, T0 + HOUR, MINUTE)
        assert [delivery(3)] == book.inbox.claim(2, T0 + HOUR, MINUTE)
        assert [] == book.inbox.claim(2, T0 + HOUR, MINUTE)
        assert 3 == book.inbox.waiting()


def test_a_delivery_whose_lease_ran_out_is_lent_again(ledger: Ledger) -> None:
    """A worker that died loses nothing: its deliveries are lent again when its lease ends, not before."""
    keep(ledger, 1)

    with ledger.writing() as book:
        assert [delivery(1)] == book.inbox.claim(1, T0, MINUTE)
        assert [] == book.inbox.claim(1, T0 + MINUTE - timedelta(microseconds=1), MINUTE)
        assert [delivery(1)] == book.inbox.claim(1, T0 + MINUTE, MINUTE)


def test_a_delivery_given_back_waits_and_counts_its_leases(ledger: Ledger) -> None:
    """What could not be heard is lent again from the time given, and it is known how often it was tried."""
    keep(ledger, 1)

    with ledger.writing() as book:
        book.inbox.claim(1, T0, MINUTE)
        assert 1 == book.inbox.give_back("d1", T0 + HOUR)
        assert [] == book.inbox.claim(1, T0 + 59 * MINUTE, MINUTE)
        assert [delivery(1)] == book.inbox.claim(1, T0 + HOUR, MINUTE)
        assert 2 == book.inbox.give_back("d1", T0 + HOUR)
        assert 0 == book.inbox.give_back("unknown", T0)


def test_a_delivery_given_up_is_shown_with_its_problem(ledger: Ledger) -> None:
    """What could not be heard at all is listed, newest first; what was heard is not."""
    keep(ledger, 1, 2, 3)

    with ledger.writing() as book:
        book.inbox.settle("d1", T0, "not JSON")
        book.inbox.settle("d2", T0 + MINUTE, "no repository")
        book.inbox.settle("d3", T0)
        book.inbox.settle("d1", T0 + HOUR)

        assert 0 == book.inbox.waiting()
        assert [("d2", "no repository"), ("d1", "not JSON")] == book.inbox.given_up(10)
        assert [("d2", "no repository")] == book.inbox.given_up(1)
        assert GivenUp(2, T0, T0 + MINUTE) == book.inbox.unread()


def test_whether_one_came_since_is_known_heard_or_not(ledger: Ledger) -> None:
    keep(ledger, 1, 2)

    with ledger.writing() as book:
        newest = max(one.received_at for one in book.inbox.claim(9, T0 + HOUR, MINUTE))
        before = newest - timedelta(microseconds=1)
        assert (True, False) == (book.inbox.came_since(before), book.inbox.came_since(newest))
        for number in (1, 2):
            book.inbox.settle(f"d{number}", newest + MINUTE)
        assert (True, False) == (book.inbox.came_since(before), book.inbox.came_since(newest))


def test_where_none_is_given_up_there_is_nothing_unread(ledger: Ledger) -> None:
    keep(ledger, 1, 2)

    with ledger.writing() as book:
        book.inbox.settle("d1", T0)
        assert book.inbox.unread() is None


def test_what_became_of_a_delivery_is_known_by_its_id(ledger: Ledger) -> None:
    """Waiting, heard, or given up as unreadable; of others nothing is said."""
    keep(ledger, 1, 2, 3)
    with ledger.writing() as book:
        book.inbox.settle("d2", T0)
        book.inbox.settle("d3", T0, "unreadable")

        found = book.inbox.kept(["d1", "d2", "d3", "d4", *(f"other-{n}" for n in range(1200))])
    assert {"d1": Hearing.WAITING, "d2": Hearing.HEARD, "d3": Hearing.UNREADABLE} == found
