"""Whoever takes back that the App may act in their name is logged out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.base import BadPayload
from tests.handlers.deliveries import NOW, delivery, facts, hear, payload
from verifier.ledger import memory_ledger
from verifier.ledger.sessions import Session

MONA = Session("a" * 64, 21031067, "mona", "sealed", NOW, NOW, NOW)
EVENT = "github_app_authorization"


def test_whoever_revoked_it_is_logged_out_everywhere_and_nobody_else() -> None:
    ledger = memory_ledger()
    with ledger.writing() as book:
        for session in (MONA, replace(MONA, key="b" * 64), replace(MONA, key="c" * 64, user_id=8)):
            book.sessions.begin(session)

    hear(delivery(EVENT, payload(f"{EVENT}.revoked")), ledger=ledger)

    with ledger.reading() as book:
        assert [False, False, True] == [book.sessions.get(key * 64) is not None for key in "abc"]
        assert [] == list(book.facts())


@pytest.mark.parametrize("sender", [None, [], {}, {"id": "21031067"}, {"id": 0}])
def test_a_revocation_that_names_nobody_is_refused(sender: object) -> None:
    with pytest.raises(BadPayload, match="sender"):
        facts(EVENT, payload(f"{EVENT}.revoked", sender=sender))
