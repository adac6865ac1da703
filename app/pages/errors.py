"""What people see when a page is not there, or broke: in our words, with a way back. Machines get one plain line."""

from __future__ import annotations

import structlog
from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from app.web import headers

log = structlog.get_logger()

WORDS = {
    400: ("That could not be read", "The address or the form is not as a page of ours makes it."),
    403: ("You may not do that", "GitHub says that you do not have the right to; ask somebody who does."),
    404: ("There is no such page", "The address leads nowhere here. It may be mistyped, or from an older version."),
    405: ("That cannot be done so", "The address is right, and is used in another way."),
    413: ("That is too much", "What was sent is larger than we take."),
}
BROKE = ("Something broke here", "It is our fault. Please try again; what went wrong stands in the monitor's log.")


class Unknown(NotFound):
    """A thing that is not here, or that may not be seen; nobody is told which."""

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__(sentence)
        self.title = title


def answer(error: Exception) -> Response:
    """A page for a browser, a line for everything else. A fault of ours is 503: GitHub can deliver again."""
    if not _for_people():
        return headers.plain_error(error)
    if isinstance(error, HTTPException):
        if error.response is not None or error.code is None or error.code < 400:
            return headers.plain_error(error)
        title, sentence = WORDS.get(error.code, (f"{error.name}", "That did not work."))
        if isinstance(error, Unknown):
            title, sentence = error.title, error.description or sentence
        return _page(error.code, title, sentence)
    log.error("request.broke", exc_info=error)
    return _page(503, *BROKE)


def _for_people() -> bool:
    """A browser says that it takes HTML. Who asked for a page of ours and takes anything is shown one as well."""
    takes = request.headers.get("Accept", "*/*")
    view = current_app.view_functions.get(request.endpoint or "")
    ours = getattr(view, "__module__", "").startswith(f"{__package__}.")
    return "text/html" in takes or (ours and "*/*" in takes)


def _page(code: int, title: str, sentence: str) -> Response:
    return make_response(render_template("error.html", code=code, title=title, sentence=sentence), code)
