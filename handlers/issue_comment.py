"""`issue_comment`: somebody wrote in an issue of ours, perhaps a command.

Only what is written anew is obeyed. A comment that is edited later is not: everybody who may write to a repository may
edit what others wrote there, and would put a command into an authorised person's mouth.

Source: docs.github.com, "Webhook events and payloads", issue_comment.
"""

from __future__ import annotations

from datetime import datetime

from handlers import fields, ours, shapes
from handlers.base import BadPayload, Payload
from handlers.commands import Asked, commands
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, RepositorySeen, Verb

EVENT = "issue_comment"
ACTIONS: tuple[str, ...] = ("created",)

BY_AN_APP = "It was written by an App in your name. Write it yourself, in the browser."


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository; whether a comment commands anything depends on whose issue it stands in."""
    asked(payload)
    return (RepositorySeen(shapes.repository(payload)),)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Keep the commands of a person in an issue of ours, and have them answered. Any other comment costs nothing."""
    facts, found = read(payload, delivery.received_at), asked(payload)
    comment = fields.part(payload, "comment")
    id, written = fields.number(comment.get("id"), "comment.id"), fields.moment(comment.get("created_at"), "created_at")
    number = fields.number(fields.part(payload, "issue").get("number"), "issue.number")
    actor = ours.person(comment.get("user"), "comment.user")
    if not found or actor is None:
        return
    record(facts, book, now)
    incident = ours.incident_of_issue(number, payload, book)
    if incident is None:
        return
    url = fields.url(comment.get("html_url"))
    named = ((f"comment/{id}/{place}", one) for place, one in enumerate(found))
    ours.give([ours.command(one, incident, name, actor, written, url) for name, one in named], book, now)


def asked(payload: Payload) -> tuple[Asked, ...]:
    """The commands in the comment, whoever wrote it and wherever."""
    comment = fields.part(payload, "comment")
    text = comment.get("body")
    if text is not None and not isinstance(text, str):
        raise BadPayload("comment.body is not a text")
    found = commands(text or "")
    if found and comment.get("performed_via_github_app") is not None:
        return (Asked(Verb.HELP, problem=BY_AN_APP),)
    return found
