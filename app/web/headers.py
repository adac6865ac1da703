"""What every answer of the web side carries, and how a fault of ours looks from outside."""

from __future__ import annotations

import structlog
from flask import Response, request
from werkzeug.exceptions import HTTPException

from app.api import problems

log = structlog.get_logger()

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Nothing but our own style sheet and pictures may load: package names are hostile text. A page may set its own.

Other sites are told nothing about where somebody came from. Our own are: under `no-referrer` a browser would call the
origin of our own forms `null`, and they could not be told from a stranger's.
"""


def secure(response: Response) -> Response:
    """The answer with the headers of `SECURITY` that it has not set itself."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


def plain_error(error: Exception) -> Response:
    """One plain sentence; what went wrong stands in the log. A fault of ours is 503: GitHub can deliver again."""
    if request.path.startswith("/api/"):
        return problems.of(error)
    if isinstance(error, HTTPException):
        return Response(f"{error.code} {error.name}\n", error.code, mimetype="text/plain")
    log.error("request.broke", exc_info=error)
    return Response("Something broke here; please try again.\n", 503, mimetype="text/plain")
