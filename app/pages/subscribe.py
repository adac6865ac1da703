"""The form by which people ask to be told. Whatever is known of an address, the answer is the same.

There is no session and no cookie that another site could borrow; a browser that comes from another site is refused all
the same, by what it says itself (Sec-Fetch-Site, else Origin), so that no page makes its visitors ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, render_template, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from app.deeds import subscribing
from app.deeds.subscribe_form import FIELDS, LONGEST, Refused, read
from app.pages.words import shown
from app.web.allowance import Allowance
from checks.subscription import WORDS
from verifier.model import OUTCOMES
from verifier.verdict.audience import ANYBODY

if TYPE_CHECKING:
    from app.deps import Deps

LIMIT = 16 * 1024
"""The largest form we take, in bytes."""
MOST = 30
"""The most forms that are read within a minute, by each process."""
DEFAULT = ("non_compliant", "suspect")

log = structlog.get_logger()


@dataclass(frozen=True)
class Page:
    """The form as it is shown: what was typed, what is wrong with it, or that it was taken."""

    domains: tuple[str, ...]
    anybody: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    ticked: tuple[str, ...] = DEFAULT
    weekly: bool = False
    wrong: str = ""
    """The field that cannot be meant; '' where none, or the whole."""
    sentence: str = ""
    asked: bool = False
    longest: int = LONGEST
    outcomes: Mapping[str, str] = field(default_factory=lambda: WORDS)


def routes(deps: Deps) -> Blueprint:
    """`GET` and `POST /subscribe`; 404 where nobody may."""
    blueprint = Blueprint("subscribe", __name__)
    domains = deps.settings.subscribe_domains
    empty = Page(tuple(d for d in domains if d != ANYBODY), ANYBODY in domains)
    allowance = Allowance(MOST, timedelta(minutes=1))

    @blueprint.app_context_processor
    def offered() -> dict[str, bool]:
        return {"subscribable": bool(domains)}

    @blueprint.get("/subscribe")
    def form() -> Response:
        return _answer(empty) if domains else abort(404)

    @blueprint.post("/subscribe")
    def ask() -> Response:
        if not domains:
            abort(404)
        if not from_here(request.headers, deps.settings.base_url):
            return _answer(_said(empty, "This was sent from another site; fill in the form on this page."), 403)
        now = deps.now()
        if not allowance.take(now):
            return _answer(_said(empty, "Too many ask at the moment; please try again in a minute."), 429)
        typed = _form()
        if typed is None:
            return _answer(_said(empty, "This is too much for a form; nothing was read."), 413)
        try:
            wish = read(typed, domains)
        except Refused as refused:
            return _answer(_again(empty, typed, refused), 422)
        with deps.ledger.writing() as book:
            if subscribing.crowded(book, now):
                return _answer(_said(empty, "Too many asked within the hour; please try again later."), 429)
            mailed = subscribing.ask(book, wish, deps.settings.subscribe_secret, now)
        log.info("subscribe.asked", mailed=mailed)
        deps.wake.wake("tell")
        return _answer(Page(empty.domains, empty.anybody, {"address": shown(wish.address, LONGEST)}, asked=True))

    return blueprint


def from_here(headers: Headers, base_url: str) -> bool:
    """The request comes from a page of ours, or from no browser. Sec-Fetch-Site cannot be set by a page's script."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin, ours = headers.get("Origin"), urlsplit(base_url)
    return origin is None or origin.lower() == f"{ours.scheme}://{ours.netloc}".lower()


def _form() -> dict[str, list[str]] | None:
    """The fields that were sent, each with all its values; None where they are too long or too many."""
    request.max_content_length = request.max_form_memory_size = LIMIT
    try:
        if request.mimetype != "application/x-www-form-urlencoded":
            return {}
        form = request.form
    except RequestEntityTooLarge:
        return None
    return {name: form.getlist(name) for name in FIELDS}


def _again(empty: Page, typed: Mapping[str, Sequence[str]], refused: Refused) -> Page:
    kept = {name: shown(values[0], 2_000) for name, values in typed.items() if values}
    ticked = tuple(name for name in OUTCOMES if name in typed.get("outcomes", ()))
    weekly = kept.get("pace") == "weekly"
    return Page(empty.domains, empty.anybody, kept, ticked, weekly, refused.field, str(refused))


def _said(empty: Page, sentence: str) -> Page:
    return Page(empty.domains, empty.anybody, sentence=sentence)


def _answer(page: Page, status: int = 200) -> Response:
    answer = Response(render_template("subscribe.html", page=page), status, mimetype="text/html")
    # With no-referrer a browser that knows no Sec-Fetch-Site would send the Origin `null` from our own form.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
