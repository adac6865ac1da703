"""Inspect: what GitHub and the registries know beyond webhooks and polls, one question after the other."""

from __future__ import annotations

from datetime import datetime

from app.deps import Deps
from app.github.file_change import Pushed
from app.jobs import missed
from app.jobs.answer import answer
from app.jobs.backfill import backfill
from app.jobs.batch import each
from app.jobs.compare import compare_source
from app.jobs.configuring.config import read_config
from app.jobs.discover import discover
from app.jobs.enrol import enrol
from app.jobs.installation import look_after
from app.jobs.installed import github_of, repository_of
from app.jobs.runs import read_run
from app.jobs.telling import blinded, workflows_told
from app.jobs.telling.touched import touched
from app.jobs.vet import vet
from checks.base import Permanent
from verifier.ledger.protocol import Task
from verifier.model import Artifact, RunKey

BATCH = 10
"""Fewer than elsewhere: each asks GitHub many questions, and an alarm that is due waits for the batch."""


def run(deps: Deps) -> int:
    """Inspect what is due."""
    return each(deps, "inspect", _inspect, BATCH)


def _inspect(deps: Deps, task: Task) -> datetime | None:
    kind, _, what = task.key.partition("/")
    again_at = None
    match kind:
        case "run":
            read_run(deps, _key(what))
        case "vet":
            key = _key(what)
            repository = repository_of(deps, key.repository_id)
            vet(deps, github_of(deps, repository), repository, key)
        case "config":
            read_config(deps, *_config(what))
        case "workflow":
            repository_id, *pushed = what.split("/", 4)
            repository = repository_of(deps, int(repository_id))
            workflows_told.tell(deps, github_of(deps, repository), repository, workflows_told.Push(*pushed))
        case "list":
            again_at = backfill(deps, int(what))
        case "deliveries":
            again_at = missed.sweep(deps)
        case "redeliver":
            missed.redeliver(deps, what)
        case "discover":
            repository = repository_of(deps, int(what))
            discover(deps, github_of(deps, repository), repository)
        case "source":
            purl, _, number = what.partition(" ")
            compare_source(deps, Artifact(purl), number)
        case "installation":
            again_at = look_after(deps, int(what))
            deps.wake.wake("report")
        case "blinded":
            blinded.tell(deps, *what.split("/", 1))
        case "answer":
            again_at = answer(deps, what)
        case "enrol":
            again_at = enrol(deps, what)
        case "touched":
            again_at = touched(deps, what)
        case _:
            raise Permanent(f"There is nothing to inspect called {task.key!r}.")
    deps.wake.wake("examine")
    deps.wake.wake("tell")
    return again_at


def _config(what: str) -> tuple[int, Pushed | None]:
    repository_id, _, pushed = what.partition("/")
    commit, _, by = pushed.partition("/")
    return int(repository_id), Pushed(commit, by) if commit or by else None


def _key(what: str) -> RunKey:
    repository_id, run_id, attempt = map(int, what.split("/"))
    return RunKey(repository_id, run_id, attempt)
