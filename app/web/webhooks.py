"""`POST /webhooks`: verified on its raw bytes, kept with one insert, answered. Reading it comes later (`hear_one`).

This path imports neither githubkit nor sigstore: a web process starts small and answers within GitHub's 10 seconds.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app.setup.arrival import note
from app.web.about import about
from app.web.refused import SUBJECT, fails
from handlers import HANDLERS
from handlers.base import BadPayload
from handlers.payload import LIMIT, parse
from verifier.ledger.protocol import Book, Delivery, Ledger, Unavailable

if TYPE_CHECKING:
    from app.deps import Deps  # names githubkit's client; see above

log = structlog.get_logger()

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_FIRST_ACTION = re.compile(rb'\s*\{\s*"action"\s*:\s*"([a-z_]{1,64})"')
"""A body that begins with its action, as GitHub's do. A second `action` further on makes it one that is not parsed."""
_DELIVERY_ID = re.compile(r"[0-9A-Fa-f-]{1,64}")


@dataclass(frozen=True)
class Answer:
    """What GitHub is told. `text` never repeats anything of the request. `kept` True: there is something to hear."""

    status: int
    text: str
    kept: bool = False


TOO_LARGE = Answer(413, f"The body is over {LIMIT} bytes, the most that GitHub sends.")
PONG = Answer(202, "pong: the address and the secret are right.")
KEPT = Answer(202, "Kept.", kept=True)
KNOWN = Answer(202, "Known already; not heard twice.")
NOT_KEPT = Answer(503, "It could not be kept; please deliver it again.")


def check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Answer | Delivery:
    """What becomes of one request: its answer, or the delivery that is to be kept. Touches nothing.

    `headers` by their names in lower case. Nothing of the body is read before step 3 has passed.

    1. Size. 2. A secret is configured. 3. Signature, over the raw bytes, in constant time. 4. Content type,
    delivery id. 5. Events and actions that no handler knows are answered and not kept.

    A body that cannot be parsed is kept: hearing it says on the health page what was wrong, and it is not lost.
    Source: docs.github.com, "Validating webhook deliveries".
    """
    if len(body) > LIMIT:
        return TOO_LARGE
    if not secret:
        return Answer(503, "No webhook secret is configured here; nothing can be verified.")
    problem = signature_problem(headers.get("x-hub-signature-256"), body, secret)
    if problem:
        return Answer(401, problem)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return Answer(415, "Set the webhook's content type to application/json.")
    delivery_id = headers.get("x-github-delivery", "")
    if not _DELIVERY_ID.fullmatch(delivery_id):
        return Answer(400, "X-GitHub-Delivery is missing or is not a GUID.")
    event = headers.get("x-github-event", "")
    if event == "ping":
        return PONG
    ignored = _ignored(event, body)
    return Answer(202, ignored) if ignored else Delivery(delivery_id, event, body, now)


def accept(headers: Mapping[str, str], body: bytes, ledger: Ledger, secret: str, now: datetime) -> Answer:
    """Take one delivery in by itself: `check` it, and keep it with one insert. See `app.web.entry` for many at once."""
    found = check({name.lower(): value for name, value in headers.items()}, body, secret, now)
    if found is PONG:
        note_ping(ledger, now)
    return found if isinstance(found, Answer) else keep(ledger, [found])[0]


def keep(ledger: Ledger, deliveries: Sequence[Delivery]) -> list[Answer]:
    """Keep these with one insert and one commit; each one's answer, in their order. Returns when the commit is durable.

    Where the database refuses the insert for what one of them holds, the others are kept all the same: each half is
    tried by itself. Where it does not answer, none is kept, and GitHub shows each as failed so that it can be sent
    again.
    """
    try:
        with ledger.writing() as book:
            new = book.inbox.keep_all(deliveries)
    except Exception as error:  # whatever it was, no answer may say that it was kept
        if len(deliveries) > 1 and not isinstance(error, Unavailable):
            half = len(deliveries) // 2
            return keep(ledger, deliveries[:half]) + keep(ledger, deliveries[half:])
        log.exception("delivery.not_kept", deliveries=[delivery.id for delivery in deliveries])
        return [NOT_KEPT for _ in deliveries]
    answers = []
    for delivery in deliveries:
        answers.append(KEPT if delivery.id in new else KNOWN)
        new.discard(delivery.id)
    return answers


def signature_problem(signature: str | None, body: bytes, secret: str) -> str:
    """Why a signature does not hold for these bytes, in words; '' when it does. Compares in constant time."""
    if signature is None:
        return "X-Hub-Signature-256 is missing; set a secret on the webhook."
    given = _SIGNATURE.fullmatch(signature)
    if given is None:
        return "X-Hub-Signature-256 is not sha256= and 64 lower-case hexadecimal digits."
    right = hmac.digest(secret.encode(), body, "sha256")
    if not hmac.compare_digest(right, bytes.fromhex(given[1])):
        return "X-Hub-Signature-256 does not match; the webhook's secret is another one than here."
    return ""


@dataclass(frozen=True)
class Heard:
    """What became of one delivery that was read: the problem to settle it with, and what it is about."""

    problem: str = ""
    about: Mapping[str, str | int] | None = None
    """None: nobody listens to it, or it could not be read."""


def hear_one(delivery: Delivery, book: Book, now: datetime) -> Heard:
    """Read one delivery into the book.

    Records all of it or, with a problem, nothing. Does not settle it: that belongs to the caller's transaction. What
    else is raised is a fault of ours or of the database; the caller gives the delivery back.
    """
    handler = HANDLERS.get(delivery.event)
    if handler is None:
        return Heard()
    try:
        payload = parse(delivery.body)
        if handler.ACTIONS and payload.get("action") not in handler.ACTIONS:
            return Heard()
        handler.handle(delivery, payload, book, now)
    except BadPayload as error:
        return Heard(f"{delivery.event} {delivery.id} cannot be read: {error}")
    return Heard(about=about(payload, handler.ACTIONS))


def routes(deps: Deps) -> Blueprint:
    """The thin HTTP side: reads the body within its limit, asks `accept`, wakes "hear"."""
    blueprint = Blueprint("webhooks", __name__)

    @blueprint.post("/webhooks")
    def webhooks() -> Response:
        request.max_content_length = LIMIT + 1  # a longer chunked body is cut there; `accept` then sees it is too long
        try:
            body = request.get_data(cache=False)
        except RequestEntityTooLarge:
            return _text(TOO_LARGE)
        except ClientDisconnected:
            return _text(Answer(400, "The body is shorter than its Content-Length."))
        answer = accept(dict(request.headers), body, deps.ledger, deps.settings.github_webhook_secret, deps.now())
        if answer.kept:
            deps.wake.wake("hear")
        return _text(answer)

    return blueprint


def note_ping(ledger: Ledger, now: datetime) -> None:
    """So that the set-up page can say that webhooks arrive. The answer is right without it."""
    try:
        with ledger.writing() as book:
            note(book, now)
            if fails(book):
                book.health.solve(SUBJECT)
    except Exception:  # GitHub asked whether the address and the secret are right, and they are
        log.exception("ping.not_noted")


def _ignored(event: str, body: bytes) -> str:
    handler = HANDLERS.get(event)
    if handler is None:
        return "This event is not one that the monitor listens to; ignored."
    if not handler.ACTIONS:
        return ""
    first = _FIRST_ACTION.match(body)
    if first is not None and first[1].decode() in handler.ACTIONS:
        return ""  # whether the rest can be parsed or not, it is kept
    try:
        action = parse(body).get("action")
    except BadPayload:
        return ""
    if isinstance(action, str) and action not in handler.ACTIONS:
        return "This action is not one that the monitor listens to; ignored."
    return ""


def _text(answer: Answer) -> Response:
    return Response(answer.text + "\n", answer.status, mimetype="text/plain")
