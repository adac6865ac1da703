"""`workflow_run`: one attempt of a workflow run was requested, began or ended.

Source: docs.github.com, "Webhook events and payloads", workflow_run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from handlers import fields, shapes
from handlers.base import Payload
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RepositorySeen, RunSeen

EVENT = "workflow_run"
ACTIONS: tuple[str, ...] = ("requested", "in_progress", "completed")


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The attempt as it stood, and its repository: a rename that we missed is healed by the next run."""
    workflow = payload.get("workflow")
    path = workflow.get("path") if isinstance(workflow, Mapping) else None
    repository_id = fields.number(fields.part(payload, "repository").get("id"), "repository.id")
    beside = fields.optional_name(path, "workflow.path") or ""
    run = shapes.run(fields.part(payload, "workflow_run"), repository_id, beside)
    return RepositorySeen(shapes.repository(payload, run.updated_at)), RunSeen(run)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Record both; the ledger itself asks for the jobs, and for another look at what the run may explain."""
    record(read(payload, delivery.received_at), book, now)
