"""A monitor with routes, and incidents to tell of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.deps import Deps
from app.jobs import tell
from app.jobs.telling import speak
from checks.outside import Route
from tests.checks.examples import CASES, member
from tests.jobs.parts import Parts
from tests.outside import KINDS, Way
from tests.verdict.cases import REPOSITORY
from verifier.ledger.protocol import Posted
from verifier.model import Incident, IncidentState, Notice, NoticeKind, Outcome

INCIDENT = replace(CASES["rogue"], repository_id=REPOSITORY.id)
RESOLVED = replace(
    INCIDENT,
    state=IncidentState.RESOLVED,
    members=tuple(replace(m, outcome=Outcome.COMPLIANT, suspect=False) for m in INCIDENT.members),
)


class Told(Parts):
    """A monitor with routes."""

    def __init__(self, *routes: Route, channels: dict[str, Any] = KINDS) -> None:
        super().__init__()
        self.routes, self.way, self.channels = routes, Way(), channels
        self.lanes: Any = None

    @property
    def deps(self) -> Deps:
        more = {} if self.lanes is None else {"lanes": self.lanes}
        return replace(super().deps, routes=self.routes, outside=self.channels, outbound=self.way, **more)

    def about(self, *incidents: Incident) -> None:
        """These changed."""
        with self.ledger.writing() as book:
            for incident in incidents:
                book.incidents.put(incident)
                book.incidents.add_notice(Notice(NoticeKind.OPENED, incident.id, None, "", self.now))
                speak.want_told(book, incident.id, self.now)

    def tell(self) -> None:
        tell.run(self.deps)

    def left(self, name: str) -> list[tuple[str, str]]:
        """What is still to be said on a route, and why it was not."""
        with self.ledger.reading() as book:
            return [(task.key, task.problem) for task in book.work.all(f"tell/{name}")]

    def busy(self) -> bool:
        """Something is still to be told to somebody."""
        with self.ledger.reading() as book:
            return book.work.next_due("tell", *(f"tell/{route.name}" for route in self.routes)) is not None

    def posted(self, key: str, name: str) -> Posted | None:
        with self.ledger.reading() as book:
            return book.incidents.posted(key, f"route/{name}")

    def reports(self) -> list[Any]:
        """When GitHub's channels speak."""
        with self.ledger.reading() as book:
            return sorted({task.due_at for task in book.work.all("report")})


def many(count: int, **more: Any) -> list[Incident]:
    """Incidents that have nothing to do with each other."""
    return [replace(INCIDENT, id=f"many-{n}", members=(member(f"1.0.{n}"),), **more) for n in range(count)]
