"""What GitHub tells us: one file per event, listed by hand."""

from handlers import (
    check_run,
    create,
    delete,
    github_app_authorization,
    installation,
    installation_repositories,
    issue_comment,
    issues,
    ping,
    push,
    registry_package,
    release,
    repository,
    workflow_run,
)
from handlers.base import Handler

_ALL: tuple[Handler, ...] = (
    installation,
    installation_repositories,
    repository,
    workflow_run,
    release,
    push,
    create,
    delete,
    check_run,
    issue_comment,
    issues,
    registry_package,
    github_app_authorization,
    ping,
)

HANDLERS: dict[str, Handler] = {handler.EVENT: handler for handler in _ALL}
"""Every event we know, by GitHub's name for it."""
