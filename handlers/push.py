"""`push`: a tag was made, moved or deleted, or commits reached a branch.

Source: docs.github.com, "Webhook events and payloads", push.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers import fields, shapes
from handlers.base import BadPayload, Payload
from handlers.record import config_task, record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RefSeen, RepositorySeen

EVENT = "push"
ACTIONS: tuple[str, ...] = ()

CONFIG = ".github/artifact-monitor.yml"

LISTED = 2048
"""The most commits GitHub lists in one push; a longer push may have touched the config in one it left out."""


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The tag, if it was one, and the repository."""
    repository = RepositorySeen(shapes.repository(payload, shapes.pushed_at(payload)))
    tag = shapes.pushed_tag(payload)
    return (repository,) if tag is None else (repository, RefSeen(tag))


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record it, and read the config again when the default branch's may have changed."""
    facts, changed = read(payload, delivery.received_at), touches_config(payload)
    record(facts, book, now)
    if changed:
        repository_id = fields.number(fields.part(payload, "repository").get("id"), "repository.id")
        book.work.want("inspect", config_task(repository_id), now)


def touches_config(payload: Payload) -> bool:
    """Whether the push may have changed the config on the default branch; in doubt (force, long push) it may."""
    branch = fields.part(payload, "repository").get("default_branch")
    if payload.get("ref") != f"refs/heads/{branch}":
        return False
    commits = fields.items(payload, "commits")
    unlisted = len(commits) >= LISTED or payload.get("forced") is True or payload.get("created") is True
    return unlisted or any(CONFIG in _paths(commit) for commit in commits)


def _paths(commit: Mapping[str, Any]) -> set[str]:
    lists = [commit.get(key) or [] for key in ("added", "modified", "removed")]
    if not all(isinstance(paths, list) for paths in lists):
        raise BadPayload("commits.added, modified or removed is not a list")
    return {path for paths in lists for path in paths if isinstance(path, str)}
