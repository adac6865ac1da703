"""Who changed a file of the default branch last, and in which commit, as far as GitHub tells."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from app.github.installation import GitHub, path_of
from verifier.model import Repository


@dataclass(frozen=True)
class Pushed:
    """The commit that touched the file, as a webhook named it, and the account that pushed it.

    Without a commit: the account that switched the default branch.
    """

    commit: str
    by: str


@dataclass(frozen=True)
class Change:
    """The last commit that touched a file. `by` is who pushed it, else who GitHub says wrote it; '' : not known."""

    commit: str = ""
    by: str = ""
    url: str = ""


def last_change(github: GitHub, repository: Repository, path: str, pushed: Pushed | None) -> Change:
    """Ask GitHub for it. Whoever wrote a commit is only what the commit itself says; who pushed it is GitHub's word.

    Raises Temporary and Permanent.
    """
    query = urlencode({"path": path})
    listed = github.list(f"{path_of(repository.full_name)}/commits?{query}", 1)
    commit = listed[0] if listed else {}
    sha, url, author = commit.get("sha"), commit.get("html_url"), commit.get("author")
    if not isinstance(sha, str):
        return Change(github.head_sha(repository))
    wrote = author.get("login") if isinstance(author, dict) else None
    by = f"{wrote[:100]} (as the commit says)" if isinstance(wrote, str) else ""
    if pushed is not None and pushed.commit == sha:
        by = pushed.by
    return Change(sha[:64], by, url[:500] if isinstance(url, str) else "")
