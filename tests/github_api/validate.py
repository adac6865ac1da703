"""What GitHub's own description says of a request: nothing, or what is wrong with it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

DESCRIPTION = Path(__file__).with_name("github.json")
# GitHub lets these hold slashes, which a path template of OpenAPI cannot say.
_SLASHES = re.compile(r"(/repos/[^/]+/[^/]+/(?:contents|git/ref|compare)/)(.+)")


class _Request:
    """An outgoing httpx request as openapi-core reads requests."""

    def __init__(self, request: httpx.Request) -> None:
        self.host_url = "https://api.github.com"
        self.path = _SLASHES.sub(lambda found: found[1] + found[2].replace("/", "%2F"), request.url.path)
        self.method = request.method.lower()
        self.body = request.read() or None
        self.content_type = request.headers.get("content-type", "").partition(";")[0]
        self.query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        self.parameters = RequestParameters(query=ImmutableMultiDict(self.query), header=Headers(dict(request.headers)))


@cache
def _raw() -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return raw


@cache
def _description() -> OpenAPI:
    return OpenAPI.from_dict(_raw())


def problem(request: httpx.Request) -> str:
    """Why GitHub would not take this request; '' when its description allows it.

    A query parameter that the description does not know counts as wrong too: GitHub would ignore it in silence.
    """
    asked = _Request(request)
    try:
        _description().validate_request(asked)
    except OpenAPIError as error:
        said = [e.message for e in getattr(error.__cause__, "schema_errors", ())]
        return "; ".join([str(error)[:200], *said]) or type(error).__name__
    unknown = {name for name, _ in asked.query} - _query_names(asked.path, asked.method)
    return f"unknown query parameters: {', '.join(sorted(unknown))}" if unknown else ""


def _query_names(path: str, method: str) -> set[str]:
    for template, operations in _raw()["paths"].items():
        if method in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            held = [_resolved(parameter) for parameter in operations[method].get("parameters", [])]
            return {parameter["name"] for parameter in held if parameter["in"] == "query"}
    return set()


def _resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = (
        _raw()["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[-1]] if "$ref" in parameter else parameter
    )
    return held
