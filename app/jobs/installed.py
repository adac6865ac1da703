"""The repositories that the App may read, and the client that reads them."""

from __future__ import annotations

from app.deps import Deps
from app.github import GitHub
from checks.base import Permanent
from verifier.model import Repository


class NotInstalled(Permanent):
    """The App may not read the repository (any more). What is to be asked is wanted anew when it is installed."""


def repository_of(deps: Deps, repository_id: int) -> Repository:
    """The repository, which the App must still be able to read. Raises NotInstalled otherwise."""
    with deps.ledger.reading() as book:
        repository = book.repositories.get(repository_id)
    if repository is None or repository.removed or repository.installation_id is None:
        raise NotInstalled(f"The App is not installed on repository {repository_id}; install it there to watch it.")
    return repository


def github_of(deps: Deps, repository: Repository) -> GitHub:
    """The client of the installation that covers it."""
    return deps.github(repository.installation_id or 0)
