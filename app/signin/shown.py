"""A page that says one thing: what went wrong or what was done, and what to do next."""

from __future__ import annotations

from flask import Response, render_template


def notice(title: str, sentence: str, status: int, link: str = "", label: str = "") -> Response:
    """The page, with a link where one helps. Nothing of the request is repeated in it."""
    page = render_template("notice.html", title=title, sentence=sentence, link=link, label=label)
    return Response(page, status, mimetype="text/html")
