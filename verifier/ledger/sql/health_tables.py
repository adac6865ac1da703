"""The tables of the monitor's own health."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from verifier.ledger.sql.columns import Key, Moment
from verifier.ledger.sql.tables import metadata

problems = Table("problems", metadata, Column("subject", Key, primary_key=True), Column("body", Text, nullable=False))

beats = Table("beats", metadata, Column("name", Key, primary_key=True), Column("at", Moment, nullable=False))

budgets = Table("budgets", metadata, Column("host", Key, primary_key=True), Column("body", Text, nullable=False))

servers = Table("servers", metadata, Column("api", Key, primary_key=True), Column("body", Text, nullable=False))
