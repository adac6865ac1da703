"""The tables of looks: which artifacts are hot, which registries silent, how far feeds are read. See `tables`."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from verifier.ledger.sql.columns import Key, Moment, Words
from verifier.ledger.sql.tables import metadata

looks = Table(
    "looks",
    metadata,
    Column("artifact", Key, primary_key=True),
    Column("name", Words, nullable=False),
    Column("registry", Words, nullable=False),
    Column("hot_until", Moment, nullable=False),
    Index(None, "registry", "hot_until"),
)

silences = Table(
    "silences",
    metadata,
    Column("registry", Key, primary_key=True),
    Column("body", Text, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("name", Key, primary_key=True),
    Column("position", Words, nullable=False),
)
