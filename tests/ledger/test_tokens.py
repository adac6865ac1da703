"""The contract of the shelf of tokens, and of what a look at all work and all news costs, on every twin."""

from __future__ import annotations

from dataclasses import replace

from tests.ledger.examples import HOUR, MINUTE, T0
from verifier.ledger import Ledger
from verifier.ledger.protocol import Queue
from verifier.ledger.tokens import Scope, Token
from verifier.model import Notice, NoticeKind

ONE = Token("a" * 64, "ci", Scope.READ, (1, 2), T0, T0 + HOUR)
ALL = Token("b" * 64, "backup", Scope.ACT, None, T0)


def _kept(ledger: Ledger, *tokens: Token) -> list[bool]:
    with ledger.writing() as book:
        return [book.tokens.keep(token) for token in tokens]


def test_a_token_is_found_by_its_key_alone_and_listed_by_name(ledger: Ledger) -> None:
    assert [True, True] == _kept(ledger, ONE, ALL)
    with ledger.reading() as book:
        assert [ONE, ALL] == [book.tokens.get(token.key) for token in (ONE, ALL)]
        assert book.tokens.get("ci") is None
        assert [ALL, ONE] == book.tokens.all()


def test_a_name_is_used_once_and_so_is_a_key(ledger: Ledger) -> None:
    """Nobody replaces a token by another of its name, and what was refused changed nothing."""
    _kept(ledger, ONE)

    assert [False, False] == _kept(ledger, replace(ONE, key="c" * 64), replace(ONE, name="other"))
    with ledger.reading() as book:
        assert [ONE] == book.tokens.all()


def test_a_use_is_noted_and_never_turned_back(ledger: Ledger) -> None:
    _kept(ledger, ONE)
    with ledger.writing() as book:
        book.tokens.touch(ONE.key, T0 + HOUR)
        book.tokens.touch(ONE.key, T0 + MINUTE)
        book.tokens.touch(ALL.key, T0)

    with ledger.reading() as book:
        assert [replace(ONE, used_at=T0 + HOUR)] == book.tokens.all()


def test_a_token_that_was_revoked_does_not_come_back(ledger: Ledger) -> None:
    _kept(ledger, ONE)
    with ledger.writing() as book:
        assert book.tokens.drop("ci")
        assert not book.tokens.drop("ci")
        book.tokens.touch(ONE.key, T0 + HOUR)

    with ledger.reading() as book:
        assert [] == book.tokens.all()


def test_tokens_survive_when_everything_is_derived_again(ledger: Ledger) -> None:
    _kept(ledger, ONE)
    ledger.rebuild()

    with ledger.reading() as book:
        assert ONE == book.tokens.get(ONE.key)


def test_a_token_ends_at_its_time_and_one_without_never() -> None:
    assert [False, True, True] == [ONE.over(T0 + HOUR - MINUTE), ONE.over(T0 + HOUR), ONE.over(T0 + 2 * HOUR)]
    assert not ALL.over(T0 + 100_000 * HOUR)


def test_queues_tell_what_is_wanted_what_is_due_and_since_when(ledger: Ledger) -> None:
    """What somebody is at is counted until it is done."""
    with ledger.writing() as book:
        for step, key, at in (("poll", "a", T0), ("poll", "b", T0 + MINUTE), ("poll", "c", T0 + HOUR)):
            book.work.want(step, key, at)
        book.work.want("tell", "d", T0 + HOUR)
    with ledger.writing() as book:
        book.work.claim("poll", 1, T0, MINUTE)

    with ledger.reading() as book:
        assert [Queue("poll", 3, 2, T0), Queue("tell", 1, 0, None)] == book.work.queues(T0 + MINUTE)
        assert [Queue("poll", 3, 0, None), Queue("tell", 1, 0, None)] == book.work.queues(T0 - MINUTE)


def test_when_an_incident_last_changed_is_asked_for_many_at_once(ledger: Ledger) -> None:
    said = [("i1", T0), ("i1", T0 + HOUR), ("i1", T0 + MINUTE), ("i2", T0), ("i3", T0)]
    with ledger.writing() as book:
        for id_, at in said:
            book.incidents.add_notice(Notice(NoticeKind.OPENED, id_, None, "", at))

    with ledger.reading() as book:
        assert {"i1": T0 + HOUR, "i2": T0} == book.incidents.last_said(["i1", "i2", "i4"])
        assert {} == book.incidents.last_said([])
