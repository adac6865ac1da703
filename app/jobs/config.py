"""Config: the repository as GitHub has it now, and its `.github/artifact-monitor.yml`."""

from __future__ import annotations

from collections.abc import Sequence

from app.claims import CONFIG, DISCOVERY, SERVER, withdraw_elsewhere
from app.deps import Deps
from app.github import GitHub
from app.jobs.discover import same_to
from app.jobs.installed import github_of, repository_of
from app.origins import origins
from checks.base import Permanent
from handlers import push
from handlers.record import discover_task, list_task
from verifier.discovery.config import read
from verifier.discovery.origin import Word
from verifier.discovery.strict import BadConfig
from verifier.ledger.protocol import Book
from verifier.model import Artifact, Publisher, PublishersSet, Repository, RepositorySeen

CONFIG_LIMIT = 65_536


def read_config(deps: Deps, repository_id: int) -> None:
    """Read the repository as GitHub has it now, and its config file from the default branch.

    A file that cannot be read leaves the last good one in force and is shown on the health page.
    """
    known = repository_of(deps, repository_id)
    github, subject = github_of(deps, known), f"config {repository_id}"
    repository = github.repository(repository_id)
    if repository is None:
        raise Permanent(f"GitHub no longer shows {known.full_name} to the App.")
    text = github.file(repository, push.CONFIG, CONFIG_LIMIT)
    now = deps.now()
    try:
        publishers = read(text, repository) if text is not None else ()
    except BadConfig as error:
        with deps.ledger.writing() as book:
            book.record(RepositorySeen(repository), now)
            book.health.report(subject, f"{repository.full_name}: {push.CONFIG}: {error}", now)
            book.work.want("inspect", discover_task(repository_id), now)
        return
    granted = _granted(deps, github, repository, publishers)
    with deps.ledger.writing() as book:
        book.record(RepositorySeen(repository), now)
        mine = tuple(p for p in publishers if _may_claim(book, p, granted))
        for publisher in mine:
            if publisher.artifact in granted:
                withdraw_elsewhere(book, publisher, (DISCOVERY,), now)
        book.record(PublishersSet(repository_id, CONFIG, mine), now)
        if len(mine) == len(publishers):
            book.health.solve(subject)
        else:
            names = ", ".join(sorted(p.artifact.purl for p in set(publishers) - set(mine)))
            sentence = f"{repository.full_name} says it publishes {names}, which another repository publishes here."
            book.health.report(subject, f"{sentence} `artifact-monitor watch` settles whose it is.", now)
        book.work.want("inspect", list_task(repository_id), now)
        book.work.want("inspect", discover_task(repository_id), now)


def _granted(
    deps: Deps, github: GitHub, repository: Repository, publishers: Sequence[Publisher]
) -> frozenset[Artifact]:
    """What only discovery gives to another repository, and the registry does not: nobody may squat on a name."""
    with deps.ledger.reading() as book:
        squatted = [p.artifact for p in publishers if _elsewhere(book, p) == {DISCOVERY}]
    said = origins(deps, same_to(github, repository)).of(squatted, repository.full_name, deps.now())
    return frozenset(artifact for artifact, answer in said.items() if answer.word not in (Word.OTHER, Word.UNASKED))


def _may_claim(book: Book, publisher: Publisher, granted: frozenset[Artifact]) -> bool:
    """A repository may not make itself a second publisher by its own file; a mere discovery of others yields to it."""
    sources = _elsewhere(book, publisher)
    return not sources or (sources == {DISCOVERY} and publisher.artifact in granted)


def _elsewhere(book: Book, publisher: Publisher) -> set[str]:
    """By which sources other repositories publish it; none where this one publishes it already."""
    known = {p.repository_id for p in book.repositories.publishers_of(publisher.artifact)}
    if publisher.repository_id in known:
        return set()
    return {
        source
        for repository_id in known
        for source in (SERVER, CONFIG, DISCOVERY)
        if any(p.artifact == publisher.artifact for p in book.repositories.publishers_from(repository_id, source))
    }
