"""The parts that a step is given, in memory: a clock that is set, a registry of one answer, a GitHub to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from app.deps import Deps
from app.processes.shift import Shift
from app.settings import Settings
from tests.registries.documents import NPM, SCOPED
from tests.verdict.cases import NOON, REPOSITORY
from verifier.ledger import Ledger, memory_ledger
from verifier.model import Publisher, PublishersSet, RepositorySeen
from verifier.registries.base import Absent, Ask, Page, Unreadable

POLL = timedelta(minutes=5)


@dataclass
class Parts:
    """A monitor that watches `@alice/widget` since noon. `answer` is what the registry says next."""

    now: datetime = NOON
    answer: Page | Absent | Unreadable = field(default_factory=lambda: Absent(NPM))
    github: Any = None
    ledger: Ledger = field(default_factory=memory_ledger)
    asked: list[tuple[Ask, str | None]] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    shift: Shift = field(default_factory=Shift)

    def __post_init__(self) -> None:
        with self.ledger.writing() as book:
            book.record(RepositorySeen(REPOSITORY), self.now)
            publisher = Publisher(SCOPED, REPOSITORY.id, REPOSITORY.owner_id, (".github/workflows/publish.yml",))
            book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), self.now)

    @property
    def deps(self) -> Deps:
        return Deps(
            settings=Settings(npm_registry=NPM, poll_interval=POLL),
            ledger=self.ledger,
            fetch=self._fetch,
            github=lambda installation: self.github,
            wake=cast(Any, self),
            now=lambda: self.now,
            shift=self.shift,
        )

    def wake(self, step: str) -> None:
        self.woken.append(step)

    def problems(self) -> dict[str, str]:
        """The health page: what could not be done, by its subject."""
        with self.ledger.reading() as book:
            return {problem.subject: problem.sentence for problem in book.health.problems()}

    def _fetch(self, ask: Ask, etag: str | None = None) -> Page | Absent | Unreadable:
        self.asked.append((ask, etag))
        return self.answer
