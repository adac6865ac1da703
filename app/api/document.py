"""The description of the API, in OpenAPI 3.1: what `OPERATIONS` says, with the schemas of what is answered.

Source: spec.openapis.org/oas/v3.1.1.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from app.api import wire
from app.api.operations import INCIDENT, OPERATIONS, ROOT, Operation
from app.api.parameters import Field
from app.api.problems import MEDIA_TYPE, Problem

Json = dict[str, Any]

_TAG = {"schema": {"type": "string"}, "description": "A strong tag of these bytes; send it back in If-None-Match."}
_LINK = {"schema": {"type": "string"}, "description": 'The next page, as `<…>; rel="next"` (RFC 8288).'}
_RETRY = {"schema": {"type": "integer"}, "description": "After how many seconds to try again."}
_WORDS = {
    "400": "A parameter cannot be meant.",
    "401": "Neither a token that holds nor a login.",
    "403": "The token's scope is not for this.",
    "404": "It is not there, or you may not see it.",
    "409": "It is refused as things stand; `detail` says why, and what to do.",
    "415": "The body is not called JSON.",
    "429": "Too many requests with this token.",
    "503": "Something does not answer right now; nothing was changed.",
}


@cache
def document() -> Json:
    """The whole of it."""
    schemas: dict[str, Json] = {}
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(ROOT + operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    wire.schema(Problem, schemas)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Artifact Monitor",
            "version": "1",
            "description": "Who published which version, and what speaks against it. Times are ISO 8601, in UTC; text "
            "from registries and people is not escaped. Members may be added; clients ignore what they do not know.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {status: _problem(status) for status in _WORDS},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "artifact-monitor token create"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-artifact-monitor",
                    "description": "A login on the dashboard; for reading only.",
                },
            },
        },
    }


def _operation(operation: Operation, schemas: dict[str, Json]) -> Json:
    headers: Json = {} if operation.acts else {"ETag": _TAG}
    if any(field.name == "cursor" for field in operation.asked):
        headers["Link"] = _LINK
    content = {"application/json": {"schema": wire.schema(operation.kind, schemas)}}
    answers: Json = {"200": {"description": "This.", "headers": headers, "content": content}}
    if not operation.acts:
        answers["304"] = {"description": "You have it: the tag is that of If-None-Match."}
    answers |= {status: {"$ref": f"#/components/responses/{status}"} for status in _statuses(operation)}
    made: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [_parameter(field, "query") for field in operation.asked],
        "responses": answers,
    }
    if "{id}" in operation.path:
        made["parameters"].append(_parameter(INCIDENT, "path"))
    if operation.acts:
        made["security"] = [{"token": []}]
    if operation.body:
        schema = {
            "type": "object",
            "properties": {field.name: field.schema() | {"description": field.said} for field in operation.body},
            "required": [field.name for field in operation.body if field.required],
            "additionalProperties": False,
        }
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _statuses(operation: Operation) -> list[str]:
    only = {"404": operation.absent, "409": operation.conflicts, "415": bool(operation.body)}
    return [status for status in _WORDS if only.get(status, True)]


def _parameter(field: Field, place: str) -> Json:
    return {
        "name": field.name,
        "in": place,
        "description": field.said,
        "required": field.required,
        "schema": field.schema(),
    }


def _problem(status: str) -> Json:
    made: Json = {
        "description": _WORDS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in ("429", "503"):
        made["headers"] = {"Retry-After": _RETRY}
    if status == "401":
        made["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return made
