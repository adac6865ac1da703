"""The page of one subscription, behind the secret link that its mails carry. Looking at it changes nothing.

Mail scanners follow links; so only a POST confirms or ends. The secret in the address is what lets somebody do so: no
cookie is set or read, and there is nothing that another site could forge without knowing it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Response, abort, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from app.deeds import subscribing
from app.deeds.subscribing import Confirmed
from app.pages.words import moment
from checks.subscription import described
from verifier.ledger.protocol import Book
from verifier.model import Subscription
from verifier.verdict.audience import Audience, audience_of

if TYPE_CHECKING:
    from app.deps import Deps

LIMIT = 1024
"""The largest body we take, in bytes: a mail program sends 26."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Page:
    """What stands there. `state` is `pending`, `live` or `ended`; `sentence` says what was just done."""

    address: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    state: str
    since: str
    sentence: str
    audience: str
    confirm_at: str
    end_at: str


def routes(deps: Deps) -> Blueprint:
    """`GET /subscriptions/ID/SECRET`, `POST …/confirm`, `POST …/end`; 404 for a wrong secret."""
    blueprint = Blueprint("subscriptions", __name__, url_prefix="/subscriptions/<name>/<secret>")

    def opened(book: Book, name: str, secret: str) -> Subscription:
        found = subscribing.opened(book, name, secret, deps.now()) if len(name) <= 64 else None
        return found if found is not None else abort(404)

    def page(subscription: Subscription, secret: str, sentence: str = "") -> Response:
        audience = audience_of(subscription.address, deps.settings.subscribe_domains)
        confirm_at, end_at = (
            url_for(f"subscriptions.{act}", name=subscription.id, secret=secret) for act in ("confirm", "end")
        )
        shown = page_of(subscription, audience, sentence, confirm_at, end_at)
        answer = Response(render_template("subscriptions.html", page=shown), mimetype="text/html")
        # The secret stands in the address, which is told to no page at all, not even to ours.
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    def change(name: str, secret: str, act: Callable[[Book, Subscription], str]) -> Response:
        _drain()
        with deps.ledger.writing() as book:
            found = opened(book, name, secret)
            sentence = act(book, found)
            kept = book.subscriptions.get(name) or replace(found, ended_at=deps.now())
        return page(kept, secret, sentence)

    @blueprint.get("")
    @blueprint.get("/end")
    def look(name: str, secret: str) -> Response:
        with deps.ledger.reading() as book:
            found = opened(book, name, secret)
        return page(found, secret)

    @blueprint.post("/confirm")
    def confirm(name: str, secret: str) -> Response:
        return change(name, secret, lambda book, found: _CONFIRMED[subscribing.confirm(book, found, deps.now())])

    @blueprint.post("/end")
    def end(name: str, secret: str) -> Response:
        def act(book: Book, found: Subscription) -> str:
            subscribing.end(book, found, deps.now())
            return "Ended. Nothing more is sent to this address by this subscription."

        return change(name, secret, act)

    return blueprint


_CONFIRMED = {
    Confirmed.NOW: "Confirmed.",
    Confirmed.BEFORE: "This was confirmed before; nothing was added.",
    Confirmed.ENDED: "This has ended; subscribe anew to hear again.",
}


def page_of(subscription: Subscription, audience: Audience, sentence: str, confirm_at: str, end_at: str) -> Page:
    """The page as data. The address is cut: whoever was sent a mail on has the link too."""
    local, _, domain = subscription.address.rpartition("@")
    if subscription.ended_at is not None:
        state, since = "ended", subscription.ended_at
    elif subscription.confirmed_at is not None:
        state, since = "live", subscription.confirmed_at
    else:
        state, since = "pending", subscription.asked_at
    rows = described(subscription.filter, subscription.weekly)
    return Page(f"{local[:1]}…@{domain}", rows, state, moment(since), sentence, audience.value, confirm_at, end_at)


def _drain() -> None:
    """Read what was sent and make nothing of it: the address says all."""
    request.max_content_length = LIMIT
    try:
        request.get_data(cache=False)
    except RequestEntityTooLarge:
        abort(413)
