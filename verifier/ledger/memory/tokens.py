"""Tokens, in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.tokens import Token


class Tokens:
    """See `verifier.ledger.tokens.Tokens`."""

    def __init__(self, journal: Journal) -> None:
        self._rows: Table[str, Token] = Table(journal)

    def get(self, key: str) -> Token | None:
        return self._rows.get(key)

    def keep(self, token: Token) -> bool:
        if any(token.key == known.key or token.name == known.name for known in self._rows.values()):
            return False
        self._rows.put(token.key, token)
        return True

    def touch(self, key: str, at: datetime) -> None:
        token = self._rows.get(key)
        if token is not None and (token.used_at is None or token.used_at < at):
            self._rows.put(key, replace(token, used_at=at))

    def drop(self, name: str) -> bool:
        found = [token.key for token in self._rows.values() if token.name == name]
        for key in found:
            self._rows.drop(key)
        return bool(found)

    def all(self) -> list[Token]:
        return sorted(self._rows.values(), key=lambda token: token.name)
