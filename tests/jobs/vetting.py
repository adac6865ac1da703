"""A repository on a pretend GitHub and a monitor that vets its runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.jobs.vet import vet
from tests.github_api.git import Git
from tests.github_api.pretend import repository_json
from tests.jobs.parts import Parts
from tests.registries.documents import SCOPED
from tests.verdict.cases import NOON, REPOSITORY, WORKFLOW, run
from verifier.model import (
    Publisher,
    PublishersSet,
    Ref,
    RefSeen,
    Run,
    RunSeen,
    Vetting,
)


class World:
    """A repository on GitHub whose publish workflow was edited once, and a monitor that watches it."""

    def __init__(self, **changes: Any) -> None:
        self.git = Git(repository_json(REPOSITORY.id, REPOSITORY.full_name, **changes))
        self.old = self.git.commit(files={WORKFLOW: "old"})
        self.tip = self.git.commit(self.old, files={WORKFLOW: "new"})
        self.git.branches = {"main": self.tip}
        self.parts = Parts(now=NOON, github=self.git.github)

    def vetted(self, commit: str, branch: str = "main", **changes: Any) -> Vetting | None:
        """What is kept of a run on this commit after it was vetted."""
        made = replace(run(), head_sha=commit, head_branch=branch, status="in_progress", conclusion=None)
        return self.again(replace(made, **changes))

    def again(self, made: Run) -> Vetting | None:
        with self.parts.ledger.writing() as book:
            book.record(RunSeen(made), self.parts.now)
        self.git.requests.clear()
        vet(self.parts.deps, self.git.github, REPOSITORY, made.key)
        with self.parts.ledger.reading() as book:
            found = book.runs.get(made.key)
        assert found is not None
        return found.vetting

    def configured(self, *refs: str) -> None:
        publisher = Publisher(SCOPED, REPOSITORY.id, REPOSITORY.owner_id, (WORKFLOW,), refs=refs)
        with self.parts.ledger.writing() as book:
            book.record(PublishersSet(REPOSITORY.id, "server", (publisher,)), self.parts.now)

    def tagged(self, name: str, commit: str) -> None:
        with self.parts.ledger.writing() as book:
            book.record(RefSeen(Ref(REPOSITORY.id, name, commit, NOON)), self.parts.now)


def heads(*names: str) -> tuple[str, ...]:
    return tuple(f"refs/heads/{name}" for name in names)
