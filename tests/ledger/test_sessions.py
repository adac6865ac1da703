"""The contract of the shelf of who is logged in, on every twin."""

from __future__ import annotations

from dataclasses import replace

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger
from verifier.ledger.sessions import Right, Session

ONE = Session("a" * 64, 7, "mona", "sealed", T0, T0, T0, (Right(1, "read"), Right(2, "admin")))


def _began(ledger: Ledger, *sessions: Session) -> None:
    with ledger.writing() as book:
        for session in sessions:
            book.sessions.begin(session)


def _get(ledger: Ledger, key: str = ONE.key) -> Session | None:
    with ledger.reading() as book:
        return book.sessions.get(key)


def test_a_session_is_found_by_its_key_alone(ledger: Ledger) -> None:
    _began(ledger, ONE)

    assert ONE == _get(ledger)
    assert _get(ledger, "b" * 64) is None
    assert "sealed" not in repr(ONE)


def test_a_use_is_noted_and_never_turned_back(ledger: Ledger) -> None:
    _began(ledger, ONE)
    with ledger.writing() as book:
        book.sessions.touch(ONE.key, T0 + HOUR)
        book.sessions.touch(ONE.key, T0 + MINUTE)
        book.sessions.touch("b" * 64, T0)

    assert replace(ONE, used_at=T0 + HOUR) == _get(ledger)


def test_one_at_a_time_asks_github_for_a_session(ledger: Ledger) -> None:
    """Whoever comes while the lease lasts is told that somebody asks; afterwards the next may."""
    _began(ledger, ONE)
    with ledger.writing() as book:
        claimed = book.sessions.claim(ONE.key, T0, MINUTE)
        assert replace(ONE, asking_until=T0 + MINUTE) == claimed
        assert book.sessions.claim(ONE.key, T0 + MINUTE / 2, MINUTE) is None
        assert book.sessions.claim("b" * 64, T0, MINUTE) is None
        assert book.sessions.claim(ONE.key, T0 + MINUTE, MINUTE) is not None


def test_what_github_said_is_kept_by_the_holder_of_the_lease_alone(ledger: Ledger) -> None:
    """A use that was noted meanwhile stays."""
    _began(ledger, ONE)
    with ledger.writing() as book:
        claimed = book.sessions.claim(ONE.key, T0, MINUTE)
        assert claimed is not None
        book.sessions.touch(ONE.key, T0 + MINUTE / 2)
        said = replace(claimed, tokens="new", rights=(), asked_at=T0 + MINUTE / 2)
        assert book.sessions.renew(said, T0 + 2 * MINUTE)
        assert not book.sessions.renew(said, None)
        assert book.sessions.renew(replace(said, asking_until=T0 + 2 * MINUTE), None)

    assert replace(said, used_at=T0 + MINUTE / 2, asking_until=None) == _get(ledger)


def test_a_session_that_ended_does_not_come_back(ledger: Ledger) -> None:
    """Access was revoked while somebody still asked GitHub for it."""
    _began(ledger, ONE)
    with ledger.writing() as book:
        claimed = book.sessions.claim(ONE.key, T0, MINUTE)
        assert claimed is not None
        book.sessions.drop(ONE.key)
        book.sessions.touch(ONE.key, T0 + MINUTE)
        assert not book.sessions.renew(claimed, None)

    assert _get(ledger) is None


def test_every_session_of_an_account_ends_at_once(ledger: Ledger) -> None:
    _began(ledger, ONE, replace(ONE, key="b" * 64), replace(ONE, key="c" * 64, user_id=8))
    with ledger.writing() as book:
        assert 2 == book.sessions.drop_of(7)
        assert 0 == book.sessions.drop_of(7)

    assert [None, None] == [_get(ledger, key * 64) for key in "ab"]
    assert _get(ledger, "c" * 64) is not None


def test_what_ran_out_is_swept_away(ledger: Ledger) -> None:
    idle, old = replace(ONE, key="b" * 64, used_at=T0 - HOUR), replace(ONE, key="c" * 64, begun_at=T0 - HOUR)
    _began(ledger, ONE, idle, old)
    with ledger.writing() as book:
        book.sessions.sweep(T0, T0, T0)

    assert [ONE, None, None] == [_get(ledger, key * 64) for key in "abc"]


def test_what_may_be_used_once_is_used_once(ledger: Ledger) -> None:
    """It is remembered until its time is over, and forgotten then."""
    with ledger.writing() as book:
        assert book.sessions.spend("x" * 64, T0 + MINUTE)
        assert not book.sessions.spend("x" * 64, T0 + HOUR)
        book.sessions.sweep(T0, T0, T0)
        assert not book.sessions.spend("x" * 64, T0 + MINUTE)
        book.sessions.sweep(T0, T0, T0 + MINUTE)
        assert book.sessions.spend("x" * 64, T0 + HOUR)


def test_sessions_survive_when_everything_is_derived_again(ledger: Ledger) -> None:
    _began(ledger, ONE)
    ledger.rebuild()

    assert ONE == _get(ledger)
