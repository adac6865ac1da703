"""Tokens for programs: made and ended by who runs the monitor, shown once, kept as a hash.

A token is `amon_`, 64 hexadecimal digits from the machine's own randomness, and 8 of a checksum: one that was typed
wrongly is told from one that does not exist without a look at the ledger, and scanners for secrets know the shape.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from verifier.ledger.protocol import Book, Ledger
from verifier.ledger.tokens import Scope, Token

log = structlog.get_logger()

PREFIX = "amon_"
DAYS = 90
"""How long a token holds, if nothing else is said."""
LONGEST_DAYS = 3650
TOUCH = timedelta(hours=1)
"""How exactly it is known when a token was used last."""

_SHAPE = re.compile(rf"{PREFIX}([0-9a-f]{{64}})([0-9a-f]{{8}})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def fresh() -> str:
    """A new one, of 256 random bits."""
    digits = secrets.token_hex(32)
    return f"{PREFIX}{digits}{_checksum(digits)}"


def key_of(text: str) -> str:
    """What the ledger knows of a token, by which nobody can use it; '' for what is none by its shape."""
    found = _SHAPE.fullmatch(text)
    if found is None or _checksum(found[1]) != found[2]:
        return ""
    return hashlib.sha256(text.encode()).hexdigest()


def create(
    ledger: Ledger, name: str, scope: Scope, repositories: Sequence[str], everything: bool, days: int, now: datetime
) -> tuple[str, Token]:
    """Make one and keep its hash; the token itself is known here and nowhere else.

    Raises ValueError for a name that is taken or has no such shape, a repository that is not known here, a span that is
    too long, and where it is not said which repositories it is for.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("A token's name has 1 to 64 letters, digits, dots, dashes and underscores.")
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"A token lasts 1 to {LONGEST_DAYS} days.")
    if scope is Scope.METRICS and (repositories or everything):
        raise ValueError("A token for metrics is for no repository: leave out --repo and --all.")
    if scope is not Scope.METRICS and bool(repositories) == everything:
        raise ValueError("Say which repositories it is for: --repo OWNER/NAME, once for each, or --all.")
    text = fresh()
    with ledger.writing() as book:
        ids = tuple(sorted({_repository(book, full_name) for full_name in repositories}))
        token = Token(key_of(text), name, scope, None if everything else ids, now, now + timedelta(days=days))
        if not book.tokens.keep(token):
            raise ValueError(f"There is a token called {name} already; revoke it first, or take another name.")
    log.info("token.created", name=name, scope=scope.value, repositories=len(ids), everything=everything)
    return text, token


def revoke(ledger: Ledger, name: str) -> None:
    """End one at once. Raises ValueError where there is none of this name."""
    with ledger.writing() as book:
        if not book.tokens.drop(name):
            raise ValueError(f"There is no token of that name; 'artifact-monitor token list' lists them: {name[:64]!r}")
    log.info("token.revoked", name=name)


def find(ledger: Ledger, text: str, now: datetime) -> Token | None:
    """The token that this is, if it holds now; its use is noted. None: nobody's."""
    key = key_of(text)
    if not key:
        return None
    with ledger.reading() as book:
        token = book.tokens.get(key)
    if token is None or token.over(now):
        return None
    if token.used_at is None or now - token.used_at >= TOUCH:
        with ledger.writing() as book:
            book.tokens.touch(key, now)
    return token


def as_text(tokens: Sequence[Token], names: dict[int, str], now: datetime) -> str:
    """A table of them; nothing in it lets anybody in."""
    if not tokens:
        return "There is no token; 'artifact-monitor token create' makes one."
    rows = [("NAME", "SCOPE", "UNTIL", "LAST USED", "REPOSITORIES")]
    for token in tokens:
        ids = token.repositories
        for_ = "all" if ids is None else ", ".join(names.get(id_, str(id_)) for id_ in ids) or "-"
        until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at is not None else "-"
        used = f"{token.used_at:%Y-%m-%d %H:00}" if token.used_at is not None else "never"
        rows.append((token.name, token.scope.value, f"{until} (over)" if token.over(now) else until, used, for_))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return "\n".join("  ".join([*(c.ljust(w) for c, w in zip(row[:4], widths, strict=True)), row[4]]) for row in rows)


def _repository(book: Book, full_name: str) -> int:
    found = book.repositories.named(full_name)
    if found is None:
        raise ValueError(f"{full_name[:200]!r} is not known here; install the App on it first.")
    return found.id


def _checksum(digits: str) -> str:
    return f"{zlib.crc32(digits.encode()):08x}"
