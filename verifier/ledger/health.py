"""What the monitor remembers of its own state: its problems, its processes, and what registries still grant it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Problem:
    """Something the monitor itself could not do, for the health page. One row per subject until it is solved."""

    subject: str
    sentence: str
    since: datetime
    last_at: datetime


@dataclass(frozen=True)
class Budget:
    """What a host last said about how much it may be asked: `left` requests until then.

    `refused`: it asked to be left alone (429), and means every request; a count may mean some kinds only.
    """

    host: str
    left: int
    until: datetime
    refused: bool = False


@dataclass(frozen=True)
class Server:
    """Which GitHub answers at an API's address: an Enterprise Server's version (`3.17.2`), '' for any other."""

    api: str
    version: str
    read_at: datetime


class Health(Protocol):
    """What the monitor itself could not do, when its processes were last alive, and what registries still grant it."""

    def report(self, subject: str, sentence: str, now: datetime) -> None:
        """Open or refresh the problem of this subject; `since` stays that of the first report."""

    def solve(self, subject: str) -> None:
        """The problem of this subject is gone, if there was one."""

    def problems(self) -> list[Problem]:
        """Every open problem, oldest first."""

    def beat(self, name: str, now: datetime) -> None:
        """This process is alive."""

    def last_beat(self, name: str) -> datetime | None:
        """When this process was last alive; None: never seen."""

    def revision(self) -> str:
        """The newest migration of the database, '' where it has no tables (`verifier.ledger.revisions`)."""

    def budgets(self) -> list[Budget]:
        """The last word of every host that has limited us, by host."""

    def put_budget(self, budget: Budget) -> None:
        """Keep the newest word of its host."""

    def server(self, api: str) -> Server | None:
        """Which GitHub answered at this address last; None: it was never asked."""

    def put_server(self, server: Server) -> None:
        """Keep what was read last of its address."""
