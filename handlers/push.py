"""`push`: a tag was made, moved or deleted, a branch was rewritten, or commits reached it.

Source: docs.github.com, "Webhook events and payloads", push.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers import fields, shapes
from handlers.base import BadPayload, Payload
from handlers.record import config_task, discover_task, record, workflow_task
from verifier.ledger.protocol import Book, Delivery
from verifier.model import CONFIG_PATH, Fact, ForcedPushSeen, RefSeen, RepositorySeen

EVENT = "push"
ACTIONS: tuple[str, ...] = ()

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

LISTED = 2048
"""The most commits GitHub lists in one push; a longer push may have touched the config in one it left out."""


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository, and the tag or the rewriting of a branch, if it was one."""
    facts: list[Fact] = [RepositorySeen(shapes.repository(payload, shapes.pushed_at(payload)))]
    if (tag := shapes.pushed_tag(payload)) is not None:
        facts.append(RefSeen(tag))
    if (push := shapes.forced_push(payload)) is not None:
        facts.append(ForcedPushSeen(push))
    return tuple(facts)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record it, and look again at what may have changed on the default branch: config, workflows, what is published.

    A push that GitHub does not list whole may have changed anything.
    """
    from verifier.discovery.manifests import concerns_discovery  # who only keeps deliveries does without the readers

    facts, touched = read(payload, delivery.received_at), _touched(payload)
    pusher = fields.optional_name(fields.part(payload, "pusher").get("name"), "pusher.name") or ""
    before, after = (fields.name(payload.get(key), key) for key in ("before", "after"))
    record(facts, book, now)
    repository_id = fields.number(fields.part(payload, "repository").get("id"), "repository.id")
    if touched is None:
        book.work.want("inspect", config_task(repository_id), now)
    elif CONFIG_PATH in touched:
        book.work.want("inspect", config_task(repository_id, touched[CONFIG_PATH], pusher), now)
    elif concerns_discovery(touched):
        book.work.want("inspect", discover_task(repository_id), now)
    published = {path for publisher in book.repositories.publishers(repository_id) for path in publisher.workflows}
    unlisted = touched is None and bool(published) and payload.get("created") is not True
    if unlisted or (touched and not published.isdisjoint(touched)):
        book.work.want("inspect", workflow_task(repository_id, before, after, shapes.pushed_at(payload), pusher), now)


def _touched(payload: Payload) -> dict[str, str] | None:
    """The paths that a push to the default branch touched, each with the last commit that did.

    None when it may be any path (force, a long push).
    """
    branch = fields.part(payload, "repository").get("default_branch")
    if payload.get("ref") != f"refs/heads/{branch}":
        return {}
    commits = fields.items(payload, "commits")
    if len(commits) >= LISTED or payload.get("forced") is True or payload.get("created") is True:
        return None
    return {path: _commit(commit) for commit in commits for path in sorted(_paths(commit))}


def _commit(commit: Mapping[str, Any]) -> str:
    """The id of a commit, '' where it has none that can be one."""
    said = commit.get("id")
    return said if isinstance(said, str) and _SHA.fullmatch(said) else ""


def _paths(commit: Mapping[str, Any]) -> set[str]:
    lists = [commit.get(key) or [] for key in ("added", "modified", "removed")]
    if not all(isinstance(paths, list) for paths in lists):
        raise BadPayload("commits.added, modified or removed is not a list")
    return {path for paths in lists for path in paths if isinstance(path, str)}
