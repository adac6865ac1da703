"""Config: the repository as GitHub has it now, and its `.github/artifact-monitor.yml`."""

from __future__ import annotations

from app.deps import Deps
from app.jobs.installed import github_of, repository_of
from checks.base import Permanent
from handlers.push import CONFIG
from handlers.record import discover_task, list_task
from verifier.discovery.config import read
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book
from verifier.model import Publisher, PublishersSet, RepositorySeen

CONFIG_LIMIT = 65_536


def _claimed_elsewhere(book: Book, publisher: Publisher) -> bool:
    """Another repository publishes it already: a repository may not make itself a second publisher by its own file."""
    known = book.repositories.publishers_of(publisher.artifact)
    here = any(p.repository_id == publisher.repository_id for p in known)
    return bool(known) and not here


def read_config(deps: Deps, repository_id: int) -> None:
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
            book.work.want("inspect", discover_task(repository_id), now)
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
        book.work.want("inspect", discover_task(repository_id), now)
