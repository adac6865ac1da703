"""What the paths that take a body have in common."""

from __future__ import annotations

from flask import Response, jsonify

from sandbox.github.rim import Refused, invalid
from sandbox.github.shapes import Shape

LONG = 65_535
"""The longest text GitHub takes, in characters."""


def one(items: list[Shape], key: str, value: object) -> Shape:
    """The item whose `key` is this, or 404."""
    found = next((item for item in items if item[key] == value), None)
    if found is None:
        raise Refused(404, "Not Found")
    return found


def text(said: Shape, resource: str, field: str, most: int = 1024) -> None:
    """A text of 1 to `most` characters must stand there, or 422."""
    if not isinstance(said.get(field), str) or not said[field]:
        raise invalid(resource, field, "missing_field" if field not in said else "invalid")
    if len(said[field]) > most:
        raise invalid(resource, field, "invalid")


def created(item: Shape) -> Response:
    """201 with what was made."""
    response = jsonify(item)
    response.status_code = 201
    response.headers["Location"] = item["url"]
    return response
