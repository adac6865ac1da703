"""Webhook payloads: what GitHub says when something happens.

Source: the examples of the npm package `@octokit/webhooks-examples` 7.6.1.
"""

from __future__ import annotations

from datetime import datetime

from sandbox.attempt import Run
from sandbox.github import run_shapes, shapes
from sandbox.github.shapes import Address, Shape
from sandbox.source import changes
from sandbox.state import Installation, Release, Repo

NOTHING = "0" * 40
"""The commit of a ref that is not there."""
LISTED = 2048
"""The most commits that GitHub lists in one push."""


def around(repo: Repo, installation: Installation, sender: str | Shape, at: Address) -> Shape:
    """What every payload about a repository ends with. `sender` is a person's login, or an account in full."""
    return {
        "repository": shapes.repository(repo, at),
        "organization": {
            "login": repo.owner,
            "id": repo.owner_id,
            "node_id": shapes.node("Organization", repo.owner_id),
            "url": f"{at.api}/orgs/{repo.owner}",
            "description": "",
        },
        "sender": shapes.user(sender, at) if isinstance(sender, str) else sender,
        "installation": {"id": installation.id, "node_id": shapes.node("Installation", installation.id)},
    }


def installed(installation: Installation, repos: list[Repo], app_id: int, at: Address) -> Shape:
    """`installation` created."""
    return {
        "action": "created",
        "installation": shapes.installation(installation, app_id, at),
        "repositories": [shapes.short_repository(repo) for repo in repos],
        "requester": None,
        "sender": shapes.user(installation.account, at, installation.account_id),
    }


def standing(action: str, installation: Installation, repos: list[Repo], app_id: int, at: Address) -> Shape:
    """`installation` suspended, unsuspended or deleted."""
    return {**installed(installation, repos, app_id, at), "action": action}


def granted(installation: Installation, repos: list[Repo], app_id: int, at: Address) -> Shape:
    """`installation_repositories` added."""
    return {
        "action": "added",
        "installation": shapes.installation(installation, app_id, at),
        "repository_selection": "selected",
        "repositories_added": [shapes.short_repository(repo) for repo in repos],
        "repositories_removed": [],
        "requester": None,
        "sender": shapes.user(installation.account, at, installation.account_id),
    }


def workflow_run(action: str, run: Run, repo: Repo, now: datetime, at: Address) -> Shape:
    """`workflow_run` requested, in_progress or completed."""
    return {
        "action": action,
        "workflow_run": run_shapes.run(run, repo, now, at),
        "workflow": run_shapes.workflow(run, repo, at),
    }


def push(repo: Repo, ref: str, before: str, after: str, pusher: str, at: Address) -> Shape:
    """`push` of a branch or a tag: made, moved or (with no commit after it) deleted."""
    source = repo.source
    forced = bool(before and after) and not source.holds(after, before)
    known = {commit.sha for commit in source.history(before)} if before else set()
    new = [commit for commit in source.history(after)[::-1] if commit.sha not in known] if after and before else []
    commits = [_pushed(repo, commit.sha) for commit in new[-LISTED:]] if ref.startswith("refs/heads/") else []
    return {
        "ref": ref,
        "before": before or NOTHING,
        "after": after or NOTHING,
        "created": not before,
        "deleted": not after,
        "forced": forced,
        "base_ref": None,
        "compare": f"{at.html}/{repo.full_name}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": _pushed(repo, after) if after else None,
        "pusher": {"name": pusher, "email": f"{pusher}@users.noreply.github.example"},
    }


def _pushed(repo: Repo, sha: str) -> Shape:
    commit = repo.source.commits[sha]
    paths: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for path, how in changes(repo.source.before(commit), commit.tree):
        paths[how].append(path)
    return {**shapes.commit(commit), "distinct": True, **paths}


def as_pushed(payload: Shape, repo: Repo) -> Shape:
    """`push` payloads write three things about the repository in their own way: two times are seconds since 1970."""
    known = payload["repository"]
    payload["repository"] = {
        **known,
        "created_at": int(repo.created_at.timestamp()),
        "pushed_at": int(repo.pushed_at.timestamp()),
        "master_branch": repo.default_branch,
    }
    return payload


def create(repo: Repo, ref: str) -> Shape:
    """`create` of a branch or a tag."""
    return {
        **_named(ref),
        "master_branch": repo.default_branch,
        "description": None,
        "pusher_type": "user",
    }


def delete(ref: str) -> Shape:
    """`delete` of a branch or a tag."""
    return {**_named(ref), "pusher_type": "user"}


def _named(ref: str) -> Shape:
    kind, _, name = ref.removeprefix("refs/").partition("/")
    return {"ref": name, "ref_type": "tag" if kind == "tags" else "branch", "full_ref": ref}


def release(action: str, of: Release, repo: Repo, at: Address) -> Shape:
    """`release` published or deleted."""
    return {"action": action, "release": shapes.release(of, repo, at)}


def issue(action: str, of: Shape, **more: Shape) -> Shape:
    """`issues` closed, reopened, deleted or transferred; `more` is what changed by it."""
    return {"action": action, "issue": of, **more}


def commented(issue: Shape, comment: Shape) -> Shape:
    """`issue_comment` created."""
    return {"action": "created", "issue": issue, "comment": comment}


def pressed(check: Shape, identifier: str) -> Shape:
    """`check_run` requested_action: somebody pressed one of its buttons."""
    shown = {key: value for key, value in check.items() if key != "actions"}
    return {"action": "requested_action", "check_run": shown, "requested_action": {"identifier": identifier}}


def renamed(old: str) -> Shape:
    """`repository` renamed."""
    return {"action": "renamed", "changes": {"repository": {"name": {"from": old.split("/", 1)[1]}}}}


def transferred(old: str, old_owner: int, at: Address) -> Shape:
    """`repository` transferred."""
    owner = shapes.user(old.split("/", 1)[0], at, old_owner, "Organization")
    return {"action": "transferred", "changes": {"owner": {"from": {"organization": owner}}}}
