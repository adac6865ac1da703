"""A check run about a repository as a whole, brought to show what it shall: on the commit that it is about."""

from __future__ import annotations

from app.github.installation import GitHub
from checks import repository_run
from checks.base import Gone, Post
from verifier.ledger.protocol import Posted
from verifier.model import Repository


def show(github: GitHub, repository: Repository, commit: str, post: Post, posted: Posted | None) -> tuple[str, str]:
    """(id, address) of the check run that shows it now: the one on this commit, or a new one."""
    where, _, ref = posted.ref.partition(" ") if posted is not None else ("", "", "")
    held = (ref, posted.url) if posted is not None and where == commit else None
    held = held or repository_run.find(repository, commit, post, github)
    if held is not None:
        try:
            repository_run.update(repository, held[0], post, github)
        except Gone:
            held = None
    return held or repository_run.create(repository, commit, post, github)
