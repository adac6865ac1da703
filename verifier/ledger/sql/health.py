"""The monitor's own problems and heartbeats, and what hosts still grant it, in tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import column, delete, select, table

from verifier.ledger.codec import decode, encode
from verifier.ledger.health import Budget, Problem, Server
from verifier.ledger.sql import health_tables as tables
from verifier.ledger.sql.health_tables import beats
from verifier.ledger.sql.transaction import Transaction


class Health:
    """See `verifier.ledger.health.Health`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def report(self, subject: str, sentence: str, now: datetime) -> None:
        self._transaction.alone()
        columns = tables.problems.c
        row = self._transaction.one(select(columns.body).where(columns.subject == subject))
        since = decode(Problem, row.body).since if row else now
        problem = Problem(subject, sentence, since, now)
        self._transaction.upsert(tables.problems, {"subject": subject, "body": encode(problem)})

    def solve(self, subject: str) -> None:
        self._transaction.alone()
        self._transaction.write(delete(tables.problems).where(tables.problems.c.subject == subject))

    def problems(self) -> list[Problem]:
        rows = self._transaction.rows(select(tables.problems.c.body))
        known = [decode(Problem, row.body) for row in rows]
        return sorted(known, key=lambda problem: (problem.since, problem.subject))

    def beat(self, name: str, now: datetime) -> None:
        self._transaction.upsert(beats, {"name": name, "at": now})

    def last_beat(self, name: str) -> datetime | None:
        row = self._transaction.one(select(beats.c.at).where(beats.c.name == name))
        return row.at if row else None

    def revision(self) -> str:
        if not self._transaction.has_table("alembic_version"):
            return ""
        row = self._transaction.one(select(column("version_num")).select_from(table("alembic_version")))
        return row.version_num if row else ""

    def budgets(self) -> list[Budget]:
        rows = self._transaction.rows(select(tables.budgets.c.body))
        return sorted((decode(Budget, row.body) for row in rows), key=lambda budget: budget.host)

    def put_budget(self, budget: Budget) -> None:
        self._transaction.upsert(tables.budgets, {"host": budget.host, "body": encode(budget)})

    def server(self, api: str) -> Server | None:
        row = self._transaction.one(select(tables.servers.c.body).where(tables.servers.c.api == api))
        return decode(Server, row.body) if row else None

    def put_server(self, server: Server) -> None:
        self._transaction.upsert(tables.servers, {"api": server.api, "body": encode(server)})
