"""The one style sheet, served by ourselves: the pages load nothing from anywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, send_from_directory

if TYPE_CHECKING:
    from app.deps import Deps


def routes(deps: Deps) -> Blueprint:
    """`GET /style.css`."""
    return alone()


def alone() -> Blueprint:
    """The same for who has no parts: the set-up's pages."""
    blueprint = Blueprint("style", __name__)

    @blueprint.get("/style.css")
    def sheet() -> Response:
        answer = send_from_directory(f"{current_app.root_path}/templates", "style.css", mimetype="text/css")
        answer.headers["Cache-Control"] = "max-age=60"
        return answer

    return blueprint
