"""The check run about a config file: red where it cannot be read, green again where it is mended."""

from __future__ import annotations

from app.deps import Deps
from app.github.installation import GitHub
from app.jobs.repository_run import show
from checks import config_run
from checks.base import Permanent
from checks.config_run import Refused
from verifier.ledger.protocol import Posted
from verifier.model import Repository


def is_red(deps: Deps, repository: Repository) -> bool:
    """The last thing that a check run said there is that the file cannot be read."""
    with deps.ledger.reading() as book:
        posted = book.incidents.posted(config_run.marker(repository.id), config_run.NAME)
    return posted is not None and posted.open


def say(deps: Deps, github: GitHub, repository: Repository, commit: str, refused: Refused | None) -> None:
    """Show it on this commit; the same is said once. Nothing is said of a file that was never refused.

    That GitHub refuses it stands on the health page. Raises Temporary.
    """
    post = config_run.render(repository, refused)
    key, subject = (post.marker, config_run.NAME), f"config-run {repository.id}"
    with deps.ledger.reading() as book:
        posted = book.incidents.posted(*key)
    if (posted is None and refused is None) or (posted is not None and posted.digest == post.digest):
        return
    try:
        ref, url = show(github, repository, commit, post, posted)
    except Permanent as problem:
        sentence = f"{repository.full_name}: the check run about its configuration was refused: {problem}"
        with deps.ledger.writing() as book:
            book.health.report(subject, sentence, deps.now())
        return
    with deps.ledger.writing() as book:
        book.incidents.put_posted(Posted(*key, f"{commit} {ref}", url, post.digest, post.open, deps.now()))
        book.health.solve(subject)
