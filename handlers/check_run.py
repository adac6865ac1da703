"""`check_run`: somebody asked for one of our check runs to be run again, or pressed a button on it: a command.

Source: docs.github.com, "Webhook events and payloads", check_run.
"""

from __future__ import annotations

from datetime import datetime

from handlers import fields, ours, shapes
from handlers.base import Payload
from handlers.commands import Asked
from handlers.record import config_task, discover_task, record
from verifier.ledger.apply import version_task
from verifier.ledger.protocol import Book, Delivery
from verifier.model import CODE, Fact, Incident, RepositorySeen, Verb

EVENT = "check_run"
ACTIONS: tuple[str, ...] = ("rerequested", "requested_action")

PREFIX = "incident/"
"""What the `external_id` of every check run of ours begins with; the incident's id follows."""

SETUP, CONFIG = "setup", "config"
"""The same for the check runs about a repository: what it publishes, its config file; `/` and its id follow."""


BY_BUTTON = "(a button on the check run)"
"""The reason of a command that was given by a button: nothing can be written there."""
NO_BUTTON = "This button is not known any more. Load the page again."


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository; a request is no fact."""
    incident_id(payload)
    return (RepositorySeen(shapes.repository(payload)),)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Look again at every version of the incident, or answer the button, if the check run is one of ours about it."""
    facts, named, asked = read(payload, delivery.received_at), incident_id(payload), pressed(payload)
    check_run_id = fields.number(fields.part(payload, "check_run").get("id"), "check_run.id")
    record(facts, book, now)
    if _asks_for(SETUP, check_run_id, payload, book):
        book.work.want("inspect", discover_task(fields.part(payload, "repository")["id"]), now)
    if _asks_for(CONFIG, check_run_id, payload, book):
        book.work.want("inspect", config_task(fields.part(payload, "repository")["id"]), now)
    incident = book.incidents.get(named) if named else None
    if incident is None or not _ours(incident, check_run_id, payload, book):
        return
    actor = ours.person(payload.get("sender"), "sender")
    if asked is not None and actor is not None:
        # A press has no id of its own: the delivery's is the same however often it is delivered.
        url = fields.url(fields.part(payload, "check_run").get("html_url"))
        id, at = f"button/{delivery.id}", delivery.received_at
        ours.give([ours.command(asked, incident, id, actor, at, url)], book, now)
    elif asked is None:
        for member in incident.members:
            book.work.want("examine", version_task(member.artifact, member.number), now)


def pressed(payload: Payload) -> Asked | None:
    """What the button on the check run asks for; None where none was pressed."""
    if shapes.action(payload) != "requested_action":
        return None
    said = fields.optional_name(fields.part(payload, "requested_action").get("identifier"), "requested_action") or ""
    verb, _, code = said.partition("-")
    if verb not in (Verb.ACKNOWLEDGE, Verb.MINE, Verb.MUTE):
        return Asked(Verb.HELP, problem=NO_BUTTON)
    return Asked(Verb(verb), BY_BUTTON, code=code[:CODE])


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
