"""Errors as problem details (RFC 9457): what is wrong, and what to do. None repeats what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response
from werkzeug.exceptions import HTTPException

from app.api.parameters import Refused
from verifier.ledger.protocol import Unavailable
from verifier.ledger.views import BadCursor

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """A problem as it is sent. `type` is `about:blank`: the status says of which kind it is."""

    type: str
    title: str
    status: int
    detail: str


class Stop(Exception):
    """The request ends here, with this status and sentence."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """The answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    answer = Response(json.dumps(body), status, mimetype=MEDIA_TYPE)
    answer.headers.update(headers or {})
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def of(error: Exception) -> Response:
    """What an exception is told as. A fault of ours stands in the log, and is told as one that may pass."""
    match error:
        case Stop():
            return problem(error.status, error.detail, error.headers)
        case Refused() | BadCursor():
            return problem(400, str(error))
        case Unavailable():
            return problem(503, "The ledger does not answer; please try again.", {"Retry-After": "5"})
        case HTTPException() if error.code is not None:
            allowed = getattr(error, "valid_methods", None)
            headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
            return problem(error.code, _DETAILS.get(error.code, "This cannot be answered."), headers)
    log.error("api.broke", exc_info=error)
    return problem(503, "Something broke here; please try again.", {"Retry-After": "5"})


_DETAILS = {
    400: "The request cannot be read.",
    404: "There is nothing here; /api/v1/openapi.json lists what there is.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    415: "The body is JSON: say so with Content-Type: application/json.",
}
