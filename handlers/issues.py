"""`issues`: somebody closed, deleted or moved away an issue of ours.

Whether that was somebody who may is asked a little later: our own closing is told of before it is noted here. An issue
that is opened again by a person, edited or unlabelled needs nothing: our next text repairs it.

Source: docs.github.com, "Webhook events and payloads", issues.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import fields, ours, shapes
from handlers.base import Payload
from handlers.record import record
from verifier.ledger.protocol import Book, Delivery
from verifier.model import Fact, IncidentState, RepositorySeen

EVENT = "issues"
ACTIONS: tuple[str, ...] = ("closed", "deleted", "transferred")

LATER = timedelta(seconds=30)
"""When it is asked who did it: by then our own closing is noted."""


def read(payload: Payload, at: datetime) -> tuple[Fact, ...]:
    """The repository; what happened to an issue is no fact about a version."""
    act(payload)
    return (RepositorySeen(shapes.repository(payload)),)


def handle(delivery: Delivery, payload: Payload, book: Book, now: datetime) -> None:
    """Have it looked at who did it, where the issue is ours and its incident stands open."""
    facts, (number, done) = read(payload, delivery.received_at), act(payload)
    record(facts, book, now)
    incident = ours.incident_of_issue(number, payload, book)
    if incident is not None and incident.state is not IncidentState.RESOLVED:
        book.work.want("inspect", f"touched/{incident.id}/{done}", now + LATER)


def act(payload: Payload) -> tuple[int, str]:
    """The issue's number, and what names the act: number, action, GitHub's time, and who (id, login).

    The same act told of twice has the same name. GitHub dates a closing only; the others happen to an issue once.
    """
    issue, sender = fields.part(payload, "issue"), fields.part(payload, "sender")
    number, action = fields.number(issue.get("number"), "issue.number"), shapes.action(payload)
    closed = fields.optional_moment(issue.get("closed_at"), "issue.closed_at") if action == "closed" else None
    at = int(closed.timestamp()) if closed is not None else 0
    actor, login = fields.number(sender.get("id"), "sender.id"), fields.login(sender, "sender")
    return number, f"{number}/{action}/{at}/{actor}/{login}"
