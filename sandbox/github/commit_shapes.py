"""GitHub's commits, comparisons and pull requests as its REST answers write them.

Source: as `sandbox.github.shapes`.
"""

from __future__ import annotations

from sandbox import stable
from sandbox.github.shapes import Address, Shape, node, repository, user
from sandbox.source import Commit, Tree, blob_sha, changes
from sandbox.state import Repo


def commit(repo: Repo, of: Commit, at: Address, *, whole: bool = True) -> Shape:
    """One commit. `whole`: with what it changed, as only its own address shows it."""
    url = f"{at.api}/repos/{repo.full_name}"
    account = user(of.login, at) if of.login else None
    shown: Shape = {
        "url": f"{url}/commits/{of.sha}",
        "sha": of.sha,
        "node_id": node("Commit", of.sha),
        "html_url": f"{at.html}/{repo.full_name}/commit/{of.sha}",
        "comments_url": f"{url}/commits/{of.sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{of.sha}",
            "author": _person(of),
            "committer": _person(of),
            "message": of.title,
            "comment_count": 0,
            "tree": _tree(url, of),
            "verification": _verification(of),
        },
        "author": account,
        "committer": account,
        "parents": [_parent(repo, sha, at) for sha in of.parents],
    }
    if whole:
        changed = files(repo, repo.source.before(of), of, at)
        lines = sum(file["additions"] for file in changed)
        shown["stats"] = {"additions": lines, "deletions": 0, "total": lines}
        shown["files"] = changed
    return shown


def git_commit(repo: Repo, of: Commit, at: Address) -> Shape:
    """One commit as git has it."""
    url = f"{at.api}/repos/{repo.full_name}"
    return {
        "sha": of.sha,
        "node_id": node("Commit", of.sha),
        "url": f"{url}/git/commits/{of.sha}",
        "html_url": f"{at.html}/{repo.full_name}/commit/{of.sha}",
        "author": _person(of),
        "committer": _person(of),
        "message": of.title,
        "tree": _tree(url, of),
        "parents": [{**_parent(repo, sha, at), "url": f"{url}/git/commits/{sha}"} for sha in of.parents],
        "verification": _verification(of),
    }


def files(repo: Repo, before: Tree, of: Commit, at: Address) -> list[Shape]:
    """What differs between a tree and a commit."""
    return [
        {
            "sha": blob_sha(of.tree.get(path, before.get(path, b""))),
            "filename": path,
            "status": how,
            "additions": of.tree.get(path, b"").count(b"\n"),
            "deletions": 0,
            "changes": of.tree.get(path, b"").count(b"\n"),
            "blob_url": f"{at.html}/{repo.full_name}/blob/{of.sha}/{path}",
            "raw_url": f"{at.html}/{repo.full_name}/raw/{of.sha}/{path}",
            "contents_url": f"{at.api}/repos/{repo.full_name}/contents/{path}?ref={of.sha}",
        }
        for path, how in changes(before, of.tree)
    ]


def pull(repo: Repo, number: int, of: Commit, at: Address) -> Shape:
    """The merged pull request that brought a commit."""
    url = f"{at.api}/repos/{repo.full_name}/pulls/{number}"
    issue = f"{at.api}/repos/{repo.full_name}/issues/{number}"
    html = f"{at.html}/{repo.full_name}/pull/{number}"
    account = user(of.login or repo.owner, at)
    moment = stable.seconds(of.at)

    def side(ref: str, sha: str) -> Shape:
        label = f"{repo.owner}:{ref}"
        return {"label": label, "ref": ref, "sha": sha, "user": account, "repo": repository(repo, at)}

    links = {
        "self": url,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{at.api}/repos/{repo.full_name}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{at.api}/repos/{repo.full_name}/statuses/{of.sha}",
    }
    return {
        "id": stable.number("pull", repo.id, number),
        "node_id": node("PullRequest", number),
        "number": number,
        "url": url,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "state": "closed",
        "locked": False,
        "title": of.title,
        "user": account,
        "body": None,
        "labels": [],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": moment,
        "updated_at": moment,
        "closed_at": moment,
        "merged_at": moment,
        "merge_commit_sha": of.sha,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "head": side(f"change-{number}", stable.sha("head", repo.id, number)),
        "base": side(repo.default_branch, of.parents[0] if of.parents else of.sha),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": "MEMBER",
        "auto_merge": None,
        "draft": False,
    }


def _person(of: Commit) -> Shape:
    return {"name": of.name, "email": of.email, "date": stable.seconds(of.at)}


def _tree(url: str, of: Commit) -> Shape:
    return {"sha": of.tree_sha, "url": f"{url}/git/trees/{of.tree_sha}"}


def _parent(repo: Repo, sha: str, at: Address) -> Shape:
    html = f"{at.html}/{repo.full_name}/commit/{sha}"
    return {"sha": sha, "url": f"{at.api}/repos/{repo.full_name}/commits/{sha}", "html_url": html}


def _verification(of: Commit) -> Shape:
    return {
        "verified": of.signed,
        "reason": "valid" if of.signed else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----" if of.signed else None,
        "payload": f"tree {of.tree_sha}" if of.signed else None,
        "verified_at": stable.seconds(of.at) if of.signed else None,
    }
