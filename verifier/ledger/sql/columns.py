"""How the words of the domain lie in columns, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from verifier.ledger.order import key_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Counter: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""A primary key that counts by itself: SQLite does that only for the type INTEGER."""


Ordered: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
"""ASCII text that is ordered by its characters' numbers everywhere, whatever language PostgreSQL speaks."""


class Moment(TypeDecorator[datetime]):
    """A time, in whole microseconds since 1970 UTC: exact, and ordered alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the column. Raises ValueError on a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the ledger keeps times in UTC")
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the column."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Text that may hold anything: NUL and lone surrogates, which databases refuse, are kept as escapes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the column."""
        return None if value is None else value.encode("unicode_escape").decode("ascii")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """From the column."""
        return None if value is None else value.encode("ascii").decode("unicode_escape")


class Key(TypeDecorator[str]):
    """Text to look rows up by, of any length: a long one is cut and ends in its hash. Never read back."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the column."""
        return None if value is None else key_of(value)
