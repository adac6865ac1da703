"""`POST /webhooks`: verified on its raw bytes, kept with one insert, answered. Reading it comes later (`hear_one`).

This path imports neither githubkit nor sigstore: a web process starts small and answers within GitHub's 10 seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app.setup.arrival import note
from handlers import HANDLERS
from handlers.base import BadPayload
from handlers.payload import LIMIT, parse
from verifier.ledger.protocol import Book, Delivery, Ledger

if TYPE_CHECKING:
    from app.deps import Deps  # names githubkit's client; see above

log = structlog.get_logger()

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_DELIVERY_ID = re.compile(r"[0-9A-Fa-f-]{1,64}")

TOO_LARGE = f"The body is over {LIMIT} bytes, the most that GitHub sends."


@dataclass(frozen=True)
class Answer:
    """What GitHub is told. `text` never repeats anything of the request. `kept` True: there is something to hear."""

    status: int
    text: str
    kept: bool = False


def accept(headers: Mapping[str, str], body: bytes, ledger: Ledger, secret: str, now: datetime) -> Answer:
    """Take one delivery in. Nothing of the body is read before step 3 has passed.

    1. Size. 2. A secret is configured. 3. Signature, over the raw bytes, in constant time. 4. Content type,
    delivery id. 5. Events and actions that no handler knows are answered and not kept. 6. One insert.

    A body that cannot be parsed is kept: hearing it says on the health page what was wrong, and it is not lost.
    Source: docs.github.com, "Validating webhook deliveries".
    """
    held = {name.lower(): value for name, value in headers.items()}
    if len(body) > LIMIT:
        return Answer(413, TOO_LARGE)
    if not secret:
        return Answer(503, "No webhook secret is configured here; nothing can be verified.")
    problem = signature_problem(held.get("x-hub-signature-256"), body, secret)
    if problem:
        return Answer(401, problem)
    if held.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Answer(415, "Set the webhook's content type to application/json.")
    delivery_id = held.get("x-github-delivery", "")
    if not _DELIVERY_ID.fullmatch(delivery_id):
        return Answer(400, "X-GitHub-Delivery is missing or is not a GUID.")
    event = held.get("x-github-event", "")
    if event == "ping":
        _note_ping(ledger, now)
        return Answer(202, "pong: the address and the secret are right.")
    ignored = _ignored(event, body)
    if ignored:
        return Answer(202, ignored)
    try:
        with ledger.writing() as book:
            new = book.inbox.keep(Delivery(delivery_id, event, body, now))
    except Exception:  # whatever it was, GitHub must show the delivery as failed, so that it can be sent again
        log.exception("delivery.not_kept", delivery=delivery_id)
        return Answer(503, "It could not be kept; please deliver it again.")
    return Answer(202, "Kept.", kept=True) if new else Answer(202, "Known already; not heard twice.")


def signature_problem(signature: str | None, body: bytes, secret: str) -> str:
    """Why a signature does not hold for these bytes, in words; '' when it does. Compares in constant time."""
    if signature is None:
        return "X-Hub-Signature-256 is missing; set a secret on the webhook."
    given = _SIGNATURE.fullmatch(signature)
    if given is None:
        return "X-Hub-Signature-256 is not sha256= and 64 lower-case hexadecimal digits."
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), given[1].encode()):
        return "X-Hub-Signature-256 does not match; the webhook's secret is another one than here."
    return ""


def hear_one(delivery: Delivery, book: Book, now: datetime) -> str:
    """Read one delivery into the book. Returns '' or, when it cannot be read, the problem to settle it with.

    Records all of it or, with a problem, nothing. Does not settle it: that belongs to the caller's transaction. What
    else is raised is a fault of ours or of the database; the caller gives the delivery back.
    """
    handler = HANDLERS.get(delivery.event)
    if handler is None:
        return ""
    try:
        payload = parse(delivery.body)
        if handler.ACTIONS and payload.get("action") not in handler.ACTIONS:
            return ""
        handler.handle(delivery, payload, book, now)
    except BadPayload as error:
        return f"{delivery.event} {delivery.id} cannot be read: {error}"
    return ""


def routes(deps: Deps) -> Blueprint:
    """The thin HTTP side: reads the body within its limit, asks `accept`, wakes "hear"."""
    blueprint = Blueprint("webhooks", __name__)

    @blueprint.post("/webhooks")
    def webhooks() -> Response:
        request.max_content_length = LIMIT + 1  # a longer chunked body is cut there; `accept` then sees it is too long
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _text(Answer(413, TOO_LARGE))
        except ClientDisconnected:
            return _text(Answer(400, "The body is shorter than its Content-Length."))
        answer = accept(dict(request.headers), body, deps.ledger, deps.settings.github_webhook_secret, deps.now())
        if answer.kept:
            deps.wake.wake("hear")
        return _text(answer)

    return blueprint


def _note_ping(ledger: Ledger, now: datetime) -> None:
    """So that the set-up page can say that webhooks arrive. The answer is right without it."""
    try:
        with ledger.writing() as book:
            note(book, now)
    except Exception:  # GitHub asked whether the address and the secret are right, and they are
        log.exception("ping.not_noted")


def _ignored(event: str, body: bytes) -> str:
    handler = HANDLERS.get(event)
    if handler is None:
        return "This event is not one that the monitor listens to; ignored."
    if not handler.ACTIONS:
        return ""
    try:
        action = parse(body).get("action")
    except BadPayload:
        return ""
    if isinstance(action, str) and action not in handler.ACTIONS:
        return "This action is not one that the monitor listens to; ignored."
    return ""


def _text(answer: Answer) -> Response:
    return Response(answer.text + "\n", answer.status, mimetype="text/plain")
