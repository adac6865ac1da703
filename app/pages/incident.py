"""One incident: what happened, what to do now, who looks after it, what was said about it, and what may be done."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request, url_for

from app import links
from app.deeds import commanding, exporting
from app.pages.errors import Unknown
from app.pages.incident_page import BULLETINS, Seen, roll_up
from app.signin.gate import viewer
from app.signin.shown import notice
from app.viewer import Viewer
from checks.exports import EXPORTS
from checks.exports.base import NothingToExport
from checks.good import before
from handlers.commands import Asked
from verifier.ledger.protocol import Book
from verifier.model import Incident

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from app.deps import Deps

AGAIN = 2
"""Seconds after which the page loads itself again while a command is being answered."""
LONGEST = 200
"""The longest id that is looked for, in characters."""


GONE = (
    "There is no such incident here",
    "None has this id, or GitHub does not show you the repository that it is about.",
)


def see(book: Book, who: Viewer, id: str) -> Seen | None:
    """Read it, in one transaction and a fixed number of queries; None where it is not there, or may not be seen."""
    incident = _find(book, who, id)
    if incident is None:
        return None
    answers = book.incidents.answers(id)
    return Seen(
        incident,
        book.repositories.get(incident.repository_id),
        book.repositories.conduct(incident.repository_id),
        tuple(book.incidents.notices(id)),
        tuple(book.incidents.all_posted(id)),
        tuple((one, answers.get(one.id)) for one in book.incidents.commands(id)),
        tuple(book.incidents.bulletins(incident.opened_at, id, BULLETINS)),
        book.views.good(before(incident)),
    )


def _find(book: Book, who: Viewer, id: str) -> Incident | None:
    incident = book.incidents.get(id) if len(id) <= LONGEST else None
    return incident if incident is not None and who.may_see(incident.repository_id) else None


def routes(deps: Deps) -> Blueprint:
    """`GET /incidents/ID`, `POST …/commands` and `GET …/export/FORMAT`."""
    blueprint = Blueprint("incident", __name__)

    def shown(id: str, status: int = 200, problem: str = "") -> Response:
        with deps.ledger.reading() as book:
            seen = see(book, viewer(), id)
        if seen is None:
            raise Unknown(*GONE)
        page = roll_up(seen, viewer(), deps.now())
        there = "version.version" in current_app.view_functions
        made = render_template(
            "incident.html",
            page=page,
            exports=tuple(EXPORTS),
            versions=there,
            problem=problem,
            once=secrets.token_hex(8),
        )
        answer = make_response(made, status)
        if page.waiting:
            # A browser does not load an address again that differs from its own in nothing, or in the part after `#`.
            turn = "2" if request.args.get("again") == "1" else "1"
            again = url_for("incident.incident", id=id, again=turn, _anchor="commands")
            answer.headers["Refresh"] = f"{AGAIN}; url={again}"
        return answer

    @blueprint.get("/incidents/<id>")
    def incident(id: str) -> Response:
        return shown(id)

    @blueprint.post("/incidents/<id>/commands")
    def command(id: str) -> Answer:
        try:
            asked, once = commanding.read(request.form)
            allowed = _give(deps, id, asked, once, request.form.get("only", ""))
        except commanding.Unclear as unclear:
            return shown(id, 429 if isinstance(unclear, commanding.TooMany) else 422, str(unclear))
        if not allowed:
            sentence = "This needs another role in the repository; GitHub says that you do not have it."
            return notice("You may not do that", sentence, 403, url_for("incident.incident", id=id), "To the incident")
        deps.wake.wake("inspect")
        return redirect(f"{url_for('incident.incident', id=id)}#commands", 303)

    @blueprint.get("/incidents/<id>/export/<kind>")
    def export(id: str, kind: str) -> Response:
        if kind not in EXPORTS:
            abort(404)
        with deps.ledger.reading() as book:
            found = _find(book, viewer(), id)
            if found is None:
                raise Unknown(*GONE)
            case = exporting.seen_by(exporting.gather(book, found, deps.now(), viewer().login), viewer())
        try:
            content = EXPORTS[kind].export(case)
        except NothingToExport as nothing:
            where = url_for("incident.incident", id=id)
            return notice("Nothing to export", str(nothing), 404, where, "To the incident")
        answer = Response(content, mimetype=EXPORTS[kind].MEDIA_TYPE)
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", id)
        answer.headers["Content-Disposition"] = f'attachment; filename="incident-{name}{EXPORTS[kind].SUFFIX}"'
        return answer

    return blueprint


def _give(deps: Deps, id: str, asked: Asked, once: str, only: str) -> bool:
    """Keep the command; False where who gives it may not. Aborts where the incident is not there for them."""
    who = viewer()
    with deps.ledger.writing() as book:
        incident = _find(book, who, id)
        if incident is None:
            raise Unknown(*GONE)
        if not commanding.may(
            who, asked.verb, incident.repository_id, book.repositories.conduct(incident.repository_id)
        ):
            return False
        commanding.give(book, who, incident, asked, once, deps.now(), links.of_incident(deps.settings, id), only)
    return True
