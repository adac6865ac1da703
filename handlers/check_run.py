"""`check_run`: somebody asked for one of our check runs to be run again, or pressed a button on it.

Source: docs.github.com, "Webhook events and payloads", check_run.
"""

from __future__ import annotations

from datetime import datetime

from handlers import fields, shapes
from handlers.base import Payload
from handlers.record import config_task, discover_task, record
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, Incident, RepositorySeen

EVENT = "check_run"
ACTIONS: tuple[str, ...] = ("rerequested", "requested_action")

PREFIX = "incident/"
"""What the `external_id` of every check run of ours begins with; the incident's id follows."""

SETUP, CONFIG = "setup", "config"
"""The same for the check runs about a repository: what it publishes, its config file; `/` and its id follow."""


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository; a request is no fact."""
    incident_id(payload)
    return (RepositorySeen(shapes.repository(payload)),)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Look again at every version of the incident, if the check run is one that we posted about it."""
    facts, named = read(payload, delivery.received_at), incident_id(payload)
    check_run_id = fields.number(fields.part(payload, "check_run").get("id"), "check_run.id")
    record(facts, book, now)
    if _asks_for(SETUP, check_run_id, payload, book):
        book.work.want("inspect", discover_task(fields.part(payload, "repository")["id"]), now)
    if _asks_for(CONFIG, check_run_id, payload, book):
        book.work.want("inspect", config_task(fields.part(payload, "repository")["id"]), now)
    incident = book.incidents.get(named) if named else None
    if incident is not None and _ours(incident, check_run_id, payload, book):
        for member in incident.members:
            book.work.want("examine", version_task(member.artifact, member.number), now)


def incident_id(payload: Payload) -> str | None:
    """The incident that the check run says it is about; None when it is not one of ours."""
    external = fields.part(payload, "check_run").get("external_id")
    if not isinstance(external, str) or not external.startswith(PREFIX):
        return None
    return fields.name(external.removeprefix(PREFIX), "check_run.external_id")


def _asks_for(name: str, check_run_id: int, payload: Payload, book: Book) -> bool:
    """It is our check run of this name about the repository: what it shows shall be looked at again."""
    repository_id = fields.number(fields.part(payload, "repository").get("id"), "repository.id")
    marker = f"{name}/{repository_id}"
    posted = book.incidents.posted(marker, name)
    same = fields.part(payload, "check_run").get("external_id") == marker
    return same and posted is not None and posted.ref.split(" ")[-1] == str(check_run_id)


def _ours(incident: Incident, check_run_id: int, payload: Payload, book: Book) -> bool:
    """Any App may write our `external_id` into a check run of its own; only ours has the id that GitHub gave us."""
    posted = book.incidents.posted(incident.id, "check_run")
    same = incident.repository_id == fields.part(payload, "repository").get("id")
    return same and posted is not None and posted.ref == str(check_run_id)
