"""GitHub's objects as it writes them, in webhooks and in REST answers alike.

Source: GitHub's OpenAPI description (npm package `@octokit/openapi` 23.0.2) and its example payloads
(`@octokit/webhooks-examples` 7.6.1).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox import stable
from sandbox.source import Commit
from sandbox.state import Installation, Release, Repo

Shape = dict[str, Any]

APP_SLUG = "artifact-monitor-sandbox"
BOT = f"{APP_SLUG}[bot]"
PERMISSIONS = {
    "metadata": "read",
    "actions": "read",
    "contents": "read",
    "checks": "write",
    "issues": "write",
    "repository_advisories": "write",
}
EVENTS = [
    *("check_run", "create", "delete", "issue_comment", "issues", "push", "release", "repository", "workflow_run"),
]

_USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


@dataclass(frozen=True)
class Address:
    """Where this GitHub answers: its pages and its API, without a slash at the end."""

    html: str
    api: str


def node(kind: str, number: object) -> str:
    """A node id, opaque like GitHub's."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def user(login: str, at: Address, number: int | None = None, kind: str = "User") -> Shape:
    """An account in GitHub's short form."""
    number = number or stable.number("account", login)
    url = f"{at.api}/users/{quote(login)}"
    return {
        "login": login,
        "id": number,
        "node_id": node("User", number),
        "avatar_url": f"{at.html}/avatars/{number}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{at.html}/{quote(login)}",
        **{key: url + rest for key, rest in _USER_URLS.items()},
        "type": kind,
        "site_admin": False,
    }


def minimal_repository(full_name: str, number: int, owner_id: int, at: Address, *, fork: bool = False) -> Shape:
    """A repository inside another object."""
    owner, name = full_name.split("/", 1)
    url = f"{at.api}/repos/{full_name}"
    return {
        "id": number,
        "node_id": node("Repository", number),
        "name": name,
        "full_name": full_name,
        "private": False,
        "owner": user(owner, at, owner_id, "Organization"),
        "html_url": f"{at.html}/{full_name}",
        "description": None,
        "fork": fork,
        "url": url,
        **{key: url + rest for key, rest in _REPOSITORY_URLS.items()},
    }


def short_repository(repo: Repo) -> Shape:
    """A repository as the installation webhooks name it."""
    return {
        "id": repo.id,
        "node_id": node("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": False,
    }


def repository(repo: Repo, at: Address) -> Shape:
    """A repository in its full form."""
    html = f"{at.html}/{repo.full_name}"
    return {
        **minimal_repository(repo.full_name, repo.id, repo.owner_id, at),
        "created_at": stable.seconds(repo.created_at),
        "updated_at": stable.seconds(repo.updated_at),
        "pushed_at": stable.seconds(repo.pushed_at),
        "git_url": f"{html}.git",
        "ssh_url": f"git@{html.split('//', 1)[1]}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "mirror_url": None,
        "homepage": None,
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": False,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "archived": False,
        "disabled": False,
        "open_issues_count": sum(issue["state"] == "open" for issue in repo.issues),
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "public",
        "forks": 0,
        "open_issues": sum(issue["state"] == "open" for issue in repo.issues),
        "watchers": 0,
        "default_branch": repo.default_branch,
    }


def full_repository(repo: Repo, at: Address) -> Shape:
    """A repository as its own address answers."""
    return {**repository(repo, at), "network_count": 0, "subscribers_count": 0}


def commit(of: Commit) -> Shape:
    """A commit inside another object."""
    person = {"name": of.name, "email": of.email}
    return {
        "id": of.sha,
        "tree_id": of.tree_sha,
        "message": of.title,
        "timestamp": stable.seconds(of.at),
        "author": person,
        "committer": person,
    }


def release(of: Release, repo: Repo, at: Address) -> Shape:
    """A published release."""
    url = f"{at.api}/repos/{repo.full_name}/releases/{of.id}"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{at.html}/{repo.full_name}/releases/tag/{of.tag}",
        "id": of.id,
        "author": user(of.author, at),
        "node_id": node("Release", of.id),
        "tag_name": of.tag,
        "target_commitish": repo.default_branch,
        "name": of.tag,
        "draft": False,
        "prerelease": False,
        "immutable": False,
        "created_at": stable.seconds(of.published_at),
        "updated_at": stable.seconds(of.published_at),
        "published_at": stable.seconds(of.published_at),
        "assets": [],
        "tarball_url": f"{at.api}/repos/{repo.full_name}/tarball/{of.tag}",
        "zipball_url": f"{at.api}/repos/{repo.full_name}/zipball/{of.tag}",
        "body": "",
    }


def installation(of: Installation, app_id: int, at: Address) -> Shape:
    """The App on one account."""
    return {
        "id": of.id,
        "node_id": node("Installation", of.id),
        "account": user(of.account, at, of.account_id, "Organization"),
        "repository_selection": "selected",
        "access_tokens_url": f"{at.api}/app/installations/{of.id}/access_tokens",
        "repositories_url": f"{at.api}/installation/repositories",
        "html_url": f"{at.html}/organizations/{of.account}/settings/installations/{of.id}",
        "app_id": app_id,
        "app_slug": APP_SLUG,
        "target_id": of.account_id,
        "target_type": "Organization",
        "permissions": PERMISSIONS,
        "events": EVENTS,
        "created_at": stable.seconds(of.created_at),
        "updated_at": stable.seconds(of.updated_at),
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": None,
        "suspended_at": stable.seconds(of.suspended_at) if of.suspended_at is not None else None,
    }


def app(app_id: int, at: Address, moment: datetime) -> Shape:
    """The App itself."""
    return {
        "id": app_id,
        "slug": APP_SLUG,
        "node_id": node("Integration", app_id),
        "owner": user("sandbox", at, kind="Organization"),
        "name": "Artifact Monitor (sandbox)",
        "description": None,
        "external_url": at.html,
        "html_url": f"{at.html}/apps/{APP_SLUG}",
        "created_at": stable.seconds(moment),
        "updated_at": stable.seconds(moment),
        "permissions": PERMISSIONS,
        "events": EVENTS,
    }
