"""Hear: deliveries in the inbox become facts in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from app.deps import Deps
from app.jobs.batch import BATCH
from app.processes.bound import heard
from app.processes.shift import LEASE
from app.web.refused import SUBJECT, fails
from app.web.webhooks import Heard, hear_one
from verifier.ledger.protocol import Delivery

TRIES = 5
SAID = 300
"""The most characters of a problem that the log is told."""

log = structlog.get_logger()


def run(deps: Deps) -> int:
    """Hear one batch. Each delivery's facts and its settling are one transaction: heard once, in effect.

    A process that shall end gives back what it has not begun.
    """
    now = deps.now()
    with deps.ledger.writing() as book:
        deliveries = book.inbox.claim(BATCH, now, LEASE)
        hold = bool(deliveries) and fails(book, max(delivery.received_at for delivery in deliveries))
    if hold:  # these signatures do, and they came after those that did not
        with deps.ledger.writing() as book:
            book.health.solve(SUBJECT)
    for place, delivery in enumerate(deliveries):
        if deps.shift.ends():
            with deps.ledger.writing() as book:
                for left in deliveries[place:]:
                    book.inbox.give_back(left.id, now)
            return place
        with heard(delivery):
            _hear(deps, delivery, now)
    return len(deliveries)


def _hear(deps: Deps, delivery: Delivery, now: datetime) -> None:
    try:
        with deps.ledger.writing() as book:
            heard_of = hear_one(delivery, book, now)
            book.inbox.settle(delivery.id, now, heard_of.problem)
    except Exception as error:  # a delivery that breaks us must not stop the others; it is kept and shown
        log.exception("delivery.broke", delivery=delivery.id, event_name=delivery.event)
        heard_of = Heard(f"{type(error).__name__} after {TRIES} tries")
        with deps.ledger.writing() as book:
            if book.inbox.give_back(delivery.id, now + timedelta(seconds=30)) < TRIES:
                return
            book.inbox.settle(delivery.id, now, heard_of.problem)
    if heard_of.problem:
        log.warning("delivery.given_up", problem=heard_of.problem[:SAID])
    elif heard_of.about is not None:
        log.info("delivery.heard", **heard_of.about)
