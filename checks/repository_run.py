"""Check runs about a repository as a whole: found, made and changed by their name and marker.

GitHub does not let a check run move to another commit. Source: docs.github.com/rest/checks/runs.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from checks.base import GitHubCalls, Post
from verifier.model import Repository


def find(repository: Repository, commit: str, post: Post, github: GitHubCalls) -> tuple[str, str] | None:
    """(id, address) of our check run of this marker on this commit, which a process that died may have made."""
    query = urlencode({"check_name": post.body["name"], "filter": "all"})
    for run in github.list(f"{_at(repository)}/commits/{quote(commit)}/check-runs?{query}"):
        if run.get("external_id") == post.marker and github.ours(run.get("app")):
            return str(run["id"]), str(run.get("html_url") or "")
    return None


def create(repository: Repository, commit: str, post: Post, github: GitHubCalls) -> tuple[str, str]:
    """Make it on this commit; returns (id, address)."""
    made = github.call("POST", f"{_at(repository)}/check-runs", {**post.body, "head_sha": commit})
    return str(made["id"]), str(made.get("html_url") or "")


def update(repository: Repository, ref: str, post: Post, github: GitHubCalls) -> None:
    """Make the check run of this id show the text. Raises Gone where there is none any more."""
    github.call("PATCH", f"{_at(repository)}/check-runs/{quote(ref, safe='')}", post.body)


def _at(repository: Repository) -> str:
    return f"/repos/{quote(repository.full_name)}"
