"""Told out of band: a push to the default branch changed a workflow file that publishes."""

from __future__ import annotations

from dataclasses import dataclass

from app.deps import Deps
from app.github.files import checked_sha, file_at
from app.github.installation import GitHub, path_of
from app.jobs.telling import speak
from checks.base import Permanent
from verifier.discovery.yaml_in import BYTES
from verifier.model import Bulletin, BulletinKind, Repository

MOST = 20
"""The most files that one push is compared for."""


@dataclass(frozen=True)
class Push:
    """One push to the default branch: from which commit to which, when (GitHub's time, in seconds), and by whom."""

    before: str
    after: str
    at: str
    by: str


def tell(deps: Deps, github: GitHub, repository: Repository, push: Push) -> None:
    """Compare the publishers' workflow files before and after the push, and tell once which are different.

    A file that cannot be read on one side counts as different: a rewritten branch may hide what it was. Raises
    Temporary when GitHub did not answer.
    """
    changed = different(deps, github, repository, push.before, push.after)
    if not changed:
        return
    now, names = deps.now(), ", ".join(changed)
    bulletin = Bulletin(
        f"workflow/{repository.id}/{push.before}/{push.after}/{push.at}",
        BulletinKind.WORKFLOW_CHANGED,
        repository.id,
        now,
        f"{repository.full_name}: a workflow that publishes was changed",
        (
            f"{names} changed on the default branch.",
            "Whoever can change it can publish with it. If nobody of you did this, put it back, and look at the runs "
            "since then.",
        ),
        push.by,
        address(github, repository, push.after),
    )
    with deps.ledger.writing() as book:
        speak.announce(book, bulletin, now)
    deps.wake.wake("tell")


def different(deps: Deps, github: GitHub, repository: Repository, before: str, after: str) -> list[str]:
    """The publishers' workflow files that are not the same at both commits, in their order. Raises Temporary."""
    with deps.ledger.reading() as book:
        publishers = book.repositories.publishers(repository.id)
    paths = sorted({path for publisher in publishers for path in publisher.workflows})
    return [
        path for path in paths[:MOST] if _at(github, repository, path, before) != _at(github, repository, path, after)
    ]


def address(github: GitHub, repository: Repository, commit: str) -> str:
    """Where people see the commit; '' where GitHub does not say."""
    try:
        held = github.call("GET", f"{path_of(repository.full_name)}/commits/{checked_sha(commit)}?per_page=1")
    except Permanent:
        return ""
    url = held.get("html_url") if isinstance(held, dict) else None
    return url[:500] if isinstance(url, str) else ""


def _at(github: GitHub, repository: Repository, path: str, commit: str) -> bytes | str | None:
    """The file at the commit, None where there is none; the commit itself, unlike any file, where it cannot be read."""
    try:
        return file_at(github, repository, path, commit, BYTES)
    except Permanent:
        return commit
