"""`push`: a tag was made, moved or deleted, a branch was rewritten, or commits reached it.

Source: docs.github.com, "Webhook events and payloads", push.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers import fields, shapes
from handlers.base import BadPayload, Payload
from handlers.record import config_task, discover_task, record
from verifier.discovery.manifests import concerns_discovery
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, ForcedPushSeen, RefSeen, RepositorySeen

EVENT = "push"
ACTIONS: tuple[str, ...] = ()

CONFIG = ".github/artifact-monitor.yml"

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
    """Record it, and read again what may have changed on the default branch: the config, or what is published."""
    facts, touched = read(payload, delivery.received_at), _touched(payload)
    record(facts, book, now)
    repository_id = fields.number(fields.part(payload, "repository").get("id"), "repository.id")
    if touched is None or CONFIG in touched:
        book.work.want("inspect", config_task(repository_id), now)
    elif concerns_discovery(touched):
        book.work.want("inspect", discover_task(repository_id), now)


def _touched(payload: Payload) -> frozenset[str] | None:
    """The paths that a push to the default branch touched; None when it may be any (force, a long push)."""
    branch = fields.part(payload, "repository").get("default_branch")
    if payload.get("ref") != f"refs/heads/{branch}":
        return frozenset()
    commits = fields.items(payload, "commits")
    if len(commits) >= LISTED or payload.get("forced") is True or payload.get("created") is True:
        return None
    return frozenset(path for commit in commits for path in _paths(commit))


def _paths(commit: Mapping[str, Any]) -> set[str]:
    lists = [commit.get(key) or [] for key in ("added", "modified", "removed")]
    if not all(isinstance(paths, list) for paths in lists):
        raise BadPayload("commits.added, modified or removed is not a list")
    return {path for paths in lists for path in paths if isinstance(path, str)}
