"""The monitor's own problems and heartbeats, and what hosts still grant it, in memory."""

from __future__ import annotations

from datetime import datetime

from verifier.ledger.health import Budget, Problem, Server
from verifier.ledger.memory.table import Journal, Table
from verifier.ledger.revisions import newest


class Health:
    """See `verifier.ledger.health.Health`."""

    def __init__(self, journal: Journal) -> None:
        self._problems: Table[str, Problem] = Table(journal)
        self._beats: Table[str, datetime] = Table(journal)
        self._budgets: Table[str, Budget] = Table(journal)
        self._servers: Table[str, Server] = Table(journal)

    def report(self, subject: str, sentence: str, now: datetime) -> None:
        known = self._problems.get(subject)
        self._problems.put(subject, Problem(subject, sentence, known.since if known else now, now))

    def solve(self, subject: str) -> None:
        self._problems.drop(subject)

    def problems(self) -> list[Problem]:
        return sorted(self._problems.values(), key=lambda problem: (problem.since, problem.subject))

    def beat(self, name: str, now: datetime) -> None:
        self._beats.put(name, now)

    def last_beat(self, name: str) -> datetime | None:
        return self._beats.get(name)

    def revision(self) -> str:
        return newest()

    def budgets(self) -> list[Budget]:
        return sorted(self._budgets.values(), key=lambda budget: budget.host)

    def put_budget(self, budget: Budget) -> None:
        self._budgets.put(budget.host, budget)

    def server(self, api: str) -> Server | None:
        return self._servers.get(api)

    def put_server(self, server: Server) -> None:
        self._servers.put(server.api, server)
