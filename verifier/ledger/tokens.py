"""Tokens: by what programs are known to the API. Not derived from facts; who reads the ledger cannot use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """What a token is good for, and nothing else."""

    READ = "read"
    """Reading what belongs to its repositories."""
    ACT = "act"
    """The same, and to have versions looked at again, and incidents acknowledged, taken on and muted."""
    METRICS = "metrics"
    """The monitor's own figures, of everything together and of nothing by name."""


@dataclass(frozen=True)
class Token:
    """One token. `key` is the SHA-256 of it, in hex: the token itself is shown once and kept nowhere."""

    key: str
    name: str
    scope: Scope
    repositories: tuple[int, ...] | None
    """The ids of the repositories that it is for; None: all, those that come later too."""
    made_at: datetime
    expires_at: datetime | None = None
    """None: it does not end by itself."""
    used_at: datetime | None = None
    """When it was used last, to the hour or so; None: never."""

    def over(self, now: datetime) -> bool:
        """It has run out."""
        return self.expires_at is not None and self.expires_at <= now


class Tokens(Protocol):
    """Which tokens there are."""

    def get(self, key: str) -> Token | None:
        """The token of this key."""

    def keep(self, token: Token) -> bool:
        """Keep a new one; False, and nothing is kept, where its name or its key is taken."""

    def touch(self, key: str, at: datetime) -> None:
        """It was used then; earlier times change nothing, and one that is gone does not come back."""

    def drop(self, name: str) -> bool:
        """End it for good; False: there was none of this name."""

    def all(self) -> list[Token]:
        """Every one, by name."""
