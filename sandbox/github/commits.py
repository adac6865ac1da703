"""Commits of the pretend GitHub: one, many, compared, and the pull requests that brought them. Read only."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify, request

from sandbox.github import commit_shapes
from sandbox.github.rim import Refused, Rim, address, paged
from sandbox.source import Commit
from sandbox.state import Repo


def register(rim: Rim) -> None:
    """Add these paths."""

    @rim.repo("/commits/<path:ref>", "GET")
    def commit(repo: Repo, ref: str) -> Response:
        return jsonify(commit_shapes.commit(repo, _commit(repo, ref), address()))

    @rim.repo("/git/commits/<sha>", "GET")
    def git_commit(repo: Repo, sha: str) -> Response:
        if sha not in repo.source.commits:
            raise Refused(404, "Not Found")
        return jsonify(commit_shapes.git_commit(repo, repo.source.commits[sha], address()))

    @rim.repo("/commits", "GET")
    def commits(repo: Repo) -> Response:
        head = repo.commit_of(request.args.get("sha", repo.default_branch))
        if head is None:
            raise Refused(404, "Not Found")
        found = [commit for commit in repo.source.history(head) if _wanted(repo, commit)]
        return paged([commit_shapes.commit(repo, commit, address(), whole=False) for commit in found])

    @rim.repo("/commits/<sha>/pulls", "GET")
    def pulls(repo: Repo, sha: str) -> Response:
        commit = _commit(repo, sha)
        return paged([commit_shapes.pull(repo, number, commit, address()) for number in commit.pulls])

    @rim.repo("/compare/<path:basehead>", "GET")
    def compare(repo: Repo, basehead: str) -> Response:
        names = basehead.split("...")
        base, head = (repo.commit_of(name) for name in names) if len(names) == 2 else (None, None)
        if base is None or head is None:
            raise Refused(404, "Not Found")
        source = repo.source
        ours = {commit.sha: commit for commit in source.history(base)}
        theirs = {commit.sha: commit for commit in source.history(head)}
        common = next((commit for sha, commit in theirs.items() if sha in ours), None)
        if common is None:
            raise Refused(404, f"No common ancestor between {names[0]} and {names[1]}.")
        ahead = [commit for sha, commit in reversed(theirs.items()) if sha not in ours]
        behind = len(ours.keys() - theirs.keys())
        url = f"{address().api}/repos/{repo.full_name}/compare/{basehead}"
        html = f"{address().html}/{repo.full_name}/compare/{basehead}"
        size = min(max(request.args.get("per_page", 250, int), 1), 250)
        start = (max(request.args.get("page", 1, int), 1) - 1) * size
        shown = ahead[start : start + size]
        return jsonify(
            {
                "url": url,
                "html_url": html,
                "permalink_url": html,
                "diff_url": f"{html}.diff",
                "patch_url": f"{html}.patch",
                "base_commit": commit_shapes.commit(repo, source.commits[base], address(), whole=False),
                "merge_base_commit": commit_shapes.commit(repo, common, address(), whole=False),
                "status": _status(len(ahead), behind),
                "ahead_by": len(ahead),
                "behind_by": behind,
                "total_commits": len(ahead),
                "commits": [commit_shapes.commit(repo, commit, address(), whole=False) for commit in shown],
                "files": commit_shapes.files(repo, common.tree, source.commits[head], address()),
            }
        )


def _commit(repo: Repo, ref: str) -> Commit:
    sha = repo.commit_of(ref)
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {ref}")
    return repo.source.commits[sha]


def _wanted(repo: Repo, commit: Commit) -> bool:
    """The filters of the list: path, author, committer, since, until."""
    asked = request.args
    if "path" in asked:
        path = asked["path"].strip("/")
        before, after = repo.source.before(commit), commit.tree
        if all(before.get(name) == after.get(name) for name in {*before, *after} if _below(name, path)):
            return False
    for person in (asked[name] for name in ("author", "committer") if name in asked):
        if person.lower() not in (commit.login.lower(), commit.email.lower()):
            return False
    since, until = (_moment(asked[name]) if name in asked else None for name in ("since", "until"))
    return (since is None or commit.at >= since) and (until is None or commit.at <= until)


def _below(name: str, path: str) -> bool:
    return not path or name == path or name.startswith(f"{path}/")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Refused(422, f"{text!r} is not a time") from error


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"
