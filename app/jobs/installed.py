"""The repositories that the App may read, and the client that reads them."""

from __future__ import annotations

from app.deps import Deps
from app.github.installation import GitHub
from checks.base import NotInstalled
from verifier.model import Repository

__all__ = ["NotInstalled", "github_of", "repository_of"]


def repository_of(deps: Deps, repository_id: int) -> Repository:
    """The repository, which the App must still be able to read. Raises NotInstalled otherwise."""
    with deps.ledger.reading() as book:
        repository = book.repositories.get(repository_id)
        by = repository.installation_id if repository is not None else None
        installation = book.repositories.installation(by) if by is not None else None
    if repository is None or repository.removed or by is None or (installation is not None and installation.deleted):
        raise NotInstalled(f"The App is not installed on repository {repository_id}; install it there to watch it.")
    if installation is not None and installation.suspended:
        raise NotInstalled(f"The App is suspended on {installation.account}; its owner can end that in its settings.")
    return repository


def github_of(deps: Deps, repository: Repository) -> GitHub:
    """The client of the installation that covers it."""
    return deps.github(repository.installation_id or 0)
