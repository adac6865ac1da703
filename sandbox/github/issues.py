"""Issues of the pretend GitHub, the comments on them, and who has which role.

Refuses what GitHub refuses. Source: GitHub's OpenAPI description (npm package `@octokit/openapi` 23.0.2).
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.github import payloads, shapes
from sandbox.github.bodies import LONG, created, one, text
from sandbox.github.rim import Refused, Rim, address, body, invalid, paged
from sandbox.github.shapes import BOT, Shape
from sandbox.state import Repo


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    @rim.repo("/issues", "POST")
    def create(repo: Repo) -> Response:
        said = body()
        text(said, "Issue", "title", 256)
        number = len(repo.issues) + len(repo.deleted) + 1
        url = f"{address().api}/repos/{repo.full_name}/issues/{number}"
        issue = {
            "id": stable.number("issue", repo.id, number),
            "node_id": shapes.node("Issue", number),
            "url": url,
            "repository_url": f"{address().api}/repos/{repo.full_name}",
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{address().html}/{repo.full_name}/issues/{number}",
            "number": number,
            "state": "open",
            "state_reason": None,
            "title": said["title"],
            "body": None,
            "user": shapes.user(BOT, address(), kind="Bot"),
            "labels": [],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "locked": False,
            "active_lock_reason": None,
            "comments": 0,
            "closed_at": None,
            "closed_by": None,
            "created_at": stable.seconds(world.now),
            "updated_at": stable.seconds(world.now),
            "author_association": "NONE",
        }
        set_issue(issue, said, repo, stable.seconds(world.now), issue["user"])
        repo.issues.append(issue)
        return created(issue)

    @rim.repo("/issues", "GET")
    def listed(repo: Repo) -> Response:
        wanted = request.args
        found = repo.issues
        if wanted.get("state", "open") != "all":
            found = [issue for issue in found if issue["state"] == wanted.get("state", "open")]
        labels = {label for label in wanted.get("labels", "").split(",") if label}
        found = [issue for issue in found if labels <= {label["name"] for label in issue["labels"]}]
        if "creator" in wanted:
            found = [issue for issue in found if issue["user"]["login"] == wanted["creator"]]
        if "since" in wanted:
            found = [issue for issue in found if issue["updated_at"] >= wanted["since"]]
        key = "updated_at" if wanted.get("sort") == "updated" else "number"
        return paged(sorted(found, key=lambda issue: issue[key], reverse=wanted.get("direction") != "asc"))

    @rim.repo("/issues/<int:issue_number>", "GET")
    def read(repo: Repo, issue_number: int) -> Response:
        return jsonify(_one(repo, issue_number))

    @rim.repo("/issues/<int:issue_number>", "PATCH")
    def update(repo: Repo, issue_number: int) -> Response:
        issue, said = _one(repo, issue_number), body()
        if "title" in said:
            text(said, "Issue", "title", 256)
        before, bot = issue["state"], shapes.user(BOT, address(), kind="Bot")
        set_issue(issue, said, repo, stable.seconds(world.now), bot)
        if issue["state"] != before:
            action = "closed" if issue["state"] == "closed" else "reopened"
            world.tell(repo, "issues", payloads.issue(action, dict(issue)), bot)
        return jsonify(issue)

    @rim.repo("/issues/<int:issue_number>/labels", "POST")
    def label(repo: Repo, issue_number: int) -> Response:
        issue, said = _one(repo, issue_number), body()
        if not isinstance(said.get("labels"), list):
            raise invalid("Issue", "labels", "invalid")
        held = {label["name"]: label for label in issue["labels"]}
        issue["labels"] = list((held | {str(name): _label(str(name), repo) for name in said["labels"]}).values())
        return jsonify(issue["labels"])

    @rim.repo("/issues/<int:issue_number>/labels/<label_name>", "DELETE")
    def unlabel(repo: Repo, issue_number: int, label_name: str) -> Response:
        issue = _one(repo, issue_number)
        one(issue["labels"], "name", label_name)
        issue["labels"] = [label for label in issue["labels"] if label["name"] != label_name]
        return jsonify(issue["labels"])

    @rim.repo("/issues/<int:issue_number>/assignees", "POST")
    def assign(repo: Repo, issue_number: int) -> Response:
        """Whom it does not know it leaves out, unlike when an issue is made."""
        issue = _one(repo, issue_number)
        _assign(issue, [name for name in body().get("assignees") or () if name == _owner(repo)])
        return created(issue)

    @rim.repo("/issues/<int:issue_number>/comments", "GET")
    def comments(repo: Repo, issue_number: int) -> Response:
        url = _one(repo, issue_number)["url"]
        return paged([comment for comment in repo.comments if comment["issue_url"] == url])

    @rim.repo("/issues/<int:issue_number>/comments", "POST")
    def comment(repo: Repo, issue_number: int) -> Response:
        issue, said = _one(repo, issue_number), body()
        text(said, "IssueComment", "body", LONG + 1)
        bot, app = shapes.user(BOT, address(), kind="Bot"), shapes.app(rim.keys.app_id, address(), repo.created_at)
        made = write_comment(repo, issue, said["body"], bot, stable.seconds(world.now), app)
        world.tell(repo, "issue_comment", payloads.commented(dict(issue), dict(made)), bot)
        return created(made)

    @rim.repo("/issues/comments/<int:comment_id>", "PATCH")
    def edit_comment(repo: Repo, comment_id: int) -> Response:
        held, said = one(repo.comments, "id", comment_id), body()
        text(said, "IssueComment", "body", LONG + 1)
        held |= {"body": said["body"], "updated_at": stable.seconds(world.now)}
        return jsonify(held)

    @rim.repo("/collaborators/<login>/permission", "GET")
    def permission(repo: Repo, login: str) -> Response:
        role = repo.roles.get(login.lower(), "read")
        base = {"maintain": "write", "triage": "read"}.get(role, role)
        user = shapes.user(login, address())
        may = ("pull", "triage", "push", "maintain", "admin")
        reach = {"read": 0, "triage": 1, "write": 2, "maintain": 3, "admin": 4}.get(role, -1)
        user |= {"permissions": {name: place <= reach for place, name in enumerate(may)}, "role_name": role}
        return jsonify({"permission": base, "role_name": role, "user": user})


def _owner(repo: Repo) -> str:
    """The one account of the sandbox that can be assigned."""
    return repo.full_name.partition("/")[0]


def _assign(issue: Shape, names: list[str]) -> None:
    known = {user["login"]: user for user in issue["assignees"]}
    issue["assignees"] = list((known | {name: shapes.user(name, address()) for name in names}).values())
    issue["assignee"] = next(iter(issue["assignees"]), None)


def write_comment(repo: Repo, issue: Shape, text: str, user: Shape, now: str, app: Shape | None = None) -> Shape:
    """A comment on an issue."""
    repo.written += 1
    number = stable.number("comment", repo.id, repo.written)
    issue["comments"] += 1
    made = {
        "id": number,
        "node_id": shapes.node("IssueComment", number),
        "url": f"{issue['repository_url']}/issues/comments/{number}",
        "html_url": f"{issue['html_url']}#issuecomment-{number}",
        "issue_url": issue["url"],
        "user": user,
        "created_at": now,
        "updated_at": now,
        "author_association": "NONE",
        "body": text,
        "performed_via_github_app": app,
    }
    repo.comments.append(made)
    return made


def _one(repo: Repo, number: int) -> Shape:
    """The issue of this number; 410 where it was deleted."""
    if number in repo.deleted:
        raise Refused(410, "This issue was deleted")
    return one(repo.issues, "number", number)


def set_issue(issue: Shape, said: Shape, repo: Repo, now: str, by: Shape) -> None:
    """Change what is said of it."""
    if said.get("state", "open") not in ("open", "closed"):
        raise invalid("Issue", "state", "invalid")
    if said.get("state_reason") not in (None, "completed", "not_planned", "duplicate", "reopened"):
        raise invalid("Issue", "state_reason", "invalid")
    if said.get("body") is not None:
        text(said, "Issue", "body", LONG + 1)
    if "labels" in said:
        if not isinstance(said["labels"], list):
            raise invalid("Issue", "labels", "invalid")
        names = [label["name"] if isinstance(label, dict) else label for label in said["labels"]]
        issue["labels"] = [_label(str(name), repo) for name in names]
    if said.get("assignees"):
        if any(name != _owner(repo) for name in said["assignees"]):
            raise invalid("Issue", "assignees", "invalid")
        _assign(issue, said["assignees"])
    for field in ("title", "body", "state", "state_reason"):
        if field in said:
            issue[field] = said[field]
    closed = issue["state"] == "closed"
    issue["closed_by"] = (issue["closed_by"] or by) if closed else None
    issue["closed_at"] = (issue["closed_at"] or now) if closed else None
    issue["updated_at"] = now


def _label(name: str, repo: Repo) -> Shape:
    return {
        "id": stable.number("label", repo.id, name),
        "node_id": shapes.node("Label", name),
        "url": f"{address().api}/repos/{repo.full_name}/labels/{quote(name)}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }
