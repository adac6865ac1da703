"""What people do at the pretend GitHub between two steps: comments, buttons, closing and deleting what we filed.

GitHub delivers it at the next step. A role is given with `Repo.roles`.
"""

from __future__ import annotations

from sandbox import stable
from sandbox.github import payloads, shapes
from sandbox.github.bodies import one
from sandbox.github.issues import set_issue, write_comment
from sandbox.state import Repo
from sandbox.world import World


def comment(world: World, repo: Repo, number: int, login: str, text: str) -> None:
    """A person writes on an issue."""
    with world.lock:
        issue, user = one(repo.issues, "number", number), shapes.user(login, world.address)
        made = write_comment(repo, issue, text, user, stable.seconds(world.now))
        world.tell(repo, "issue_comment", payloads.commented(dict(issue), dict(made)), user)


def close(world: World, repo: Repo, number: int, login: str) -> None:
    """A person closes an issue."""
    with world.lock:
        issue, user = one(repo.issues, "number", number), shapes.user(login, world.address)
        set_issue(issue, {"state": "closed", "state_reason": "completed"}, repo, stable.seconds(world.now), user)
        world.tell(repo, "issues", payloads.issue("closed", dict(issue)), user)


def delete(world: World, repo: Repo, number: int, login: str) -> None:
    """A person deletes an issue, and every comment on it."""
    with world.lock:
        issue, user = one(repo.issues, "number", number), shapes.user(login, world.address)
        repo.issues.remove(issue)
        repo.comments[:] = [held for held in repo.comments if held["issue_url"] != issue["url"]]
        repo.deleted.add(number)
        world.tell(repo, "issues", payloads.issue("deleted", dict(issue)), user)


def press(world: World, repo: Repo, check_id: int, label: str, login: str) -> None:
    """A person presses a button of a check run."""
    with world.lock:
        check = one(repo.checks, "id", check_id)
        button = one(check["actions"], "label", label)
        world.tell(repo, "check_run", payloads.pressed(check, button["identifier"]), shapes.user(login, world.address))
