"""Tokens, in a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from verifier.ledger.codec import decode, encode
from verifier.ledger.sql.tables import tokens
from verifier.ledger.sql.transaction import Transaction
from verifier.ledger.tokens import Token


class Tokens:
    """See `verifier.ledger.tokens.Tokens`. Rows are changed one by one and wait for nobody else's."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, key: str) -> Token | None:
        row = self._transaction.one(select(tokens.c.body, tokens.c.used_at).where(tokens.c.key == key))
        return None if row is None else _token(row.body, row.used_at)

    def keep(self, token: Token) -> bool:
        row = {"key": token.key, "name": token.name, "used_at": token.used_at, "body": encode(token)}
        return self._transaction.insert_new(tokens, row)

    def touch(self, key: str, at: datetime) -> None:
        its = tokens.c
        earlier = or_(its.used_at.is_(None), its.used_at < at)
        self._transaction.write(update(tokens).where(its.key == key, earlier).values(used_at=at))

    def drop(self, name: str) -> bool:
        found = self._transaction.rows(select(tokens.c.key).where(tokens.c.name == name))
        self._transaction.write(delete(tokens).where(tokens.c.name == name))
        return bool(found)

    def all(self) -> list[Token]:
        rows = self._transaction.rows(select(tokens.c.body, tokens.c.used_at))
        return sorted((_token(row.body, row.used_at) for row in rows), key=lambda token: token.name)


def _token(body: str, used_at: datetime | None) -> Token:
    return replace(decode(Token, body), used_at=used_at)
