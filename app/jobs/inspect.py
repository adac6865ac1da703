"""Inspect: what GitHub knows beyond its webhooks: a run's jobs, a repository's config file, its list of runs."""

from __future__ import annotations

from datetime import datetime

from app.deps import Deps
from app.github import GitHub
from app.jobs.batch import each
from checks.base import Permanent
from handlers.push import CONFIG
from handlers.record import list_task
from verifier.discovery.config import BadConfig, read
from verifier.discovery.steps import publish_steps
from verifier.ledger.protocol import Book, Task
from verifier.model import (
    JobsState,
    Publisher,
    PublishersSet,
    Repository,
    RepositorySeen,
    RunKey,
    RunRead,
    RunSeen,
    RunsListed,
)
from verifier.verdict.blindness import LOOK_BACK

CONFIG_LIMIT = 65_536


def run(deps: Deps) -> int:
    """Inspect what is due."""
    return each(deps, "inspect", _inspect)


def _inspect(deps: Deps, task: Task) -> datetime | None:
    kind, _, rest = task.key.partition("/")
    match kind, rest.split("/"):
        case "run", [repository_id, run_id, attempt]:
            read_jobs(deps, RunKey(int(repository_id), int(run_id), int(attempt)))
        case "config", [repository_id]:
            _read_config(deps, int(repository_id))
        case "list", [repository_id]:
            list_runs(deps, int(repository_id), deps.now() - LOOK_BACK)
        case _:
            raise Permanent(f"There is nothing to inspect called {task.key!r}.")
    deps.wake.wake("examine")
    return None


def repository_of(deps: Deps, repository_id: int) -> Repository:
    """The repository, which the App must still be able to read. Raises Permanent otherwise."""
    with deps.ledger.reading() as book:
        repository = book.repositories.get(repository_id)
    if repository is None or repository.removed or repository.installation_id is None:
        raise Permanent(f"The App is not installed on repository {repository_id}; install it there to watch it.")
    return repository


def github_of(deps: Deps, repository: Repository) -> GitHub:
    """The client of the installation that covers it."""
    return deps.github(repository.installation_id or 0)


def read_jobs(deps: Deps, key: RunKey) -> None:
    """Read the jobs of one attempt and keep its publish steps."""
    repository = repository_of(deps, key.repository_id)
    jobs = github_of(deps, repository).jobs(repository, key)
    state = JobsState.GONE if jobs is None else JobsState.READ
    with deps.ledger.writing() as book:
        book.record(RunRead(key, state, publish_steps(jobs or ()), deps.now()), deps.now())


def list_runs(deps: Deps, repository_id: int, since: datetime) -> None:
    """Read GitHub's own list of the approved workflows' runs since then; closes a gap of missed webhooks."""
    repository, now = repository_of(deps, repository_id), deps.now()
    with deps.ledger.reading() as book:
        paths = {path for publisher in book.repositories.publishers(repository_id) for path in publisher.workflows}
    runs = github_of(deps, repository).runs(repository, since, now, sorted(paths)) if paths else []
    with deps.ledger.writing() as book:
        for found in runs:
            book.record(RunSeen(found), now)
        book.record(RunsListed(repository_id, since, now), now)
        gap = book.repositories.gap_since(repository_id)
        if gap is not None and since <= max(gap, now - LOOK_BACK):
            book.repositories.put_gap(repository_id, None)


def _claimed_elsewhere(book: Book, publisher: Publisher) -> bool:
    """Another repository publishes it already: a repository may not make itself a second publisher by its own file."""
    known = book.repositories.publishers_of(publisher.artifact)
    here = any(p.repository_id == publisher.repository_id for p in known)
    return bool(known) and not here


def _read_config(deps: Deps, repository_id: int) -> None:
    """Read the repository as GitHub has it now, and its config file from the default branch.

    A file that cannot be read leaves the last good one in force and is shown on the health page.
    """
    known = repository_of(deps, repository_id)
    github, subject = github_of(deps, known), f"config {repository_id}"
    repository = github.repository(repository_id)
    if repository is None:
        raise Permanent(f"GitHub no longer shows {known.full_name} to the App.")
    text = github.file(repository, CONFIG, CONFIG_LIMIT)
    now = deps.now()
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
        try:
            publishers = read(text, repository) if text is not None else ()
        except BadConfig as error:
            book.health.report(subject, f"{repository.full_name}: {CONFIG}: {error}", now)
            return
        mine = tuple(p for p in publishers if not _claimed_elsewhere(book, p))
        book.record(PublishersSet(repository_id, "config", mine), now)
        if len(mine) == len(publishers):
            book.health.solve(subject)
        else:
            names = ", ".join(sorted(p.artifact.purl for p in set(publishers) - set(mine)))
            sentence = f"{repository.full_name} says it publishes {names}, which another repository publishes here."
            book.health.report(subject, f"{sentence} `artifact-monitor watch` settles whose it is.", now)
        book.work.want("inspect", list_task(repository_id), now)
