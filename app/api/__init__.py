"""The API: what the pages show and do, for programs. docs/api.md; `GET /api/v1/openapi.json` describes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, request

from app.api import badge, feed, metrics, problems, wire
from app.api.access import Door
from app.api.answers import answer
from app.api.document import document
from app.api.incident_shapes import Done
from app.api.operations import INCIDENT, OPERATIONS, ROOT, Operation
from app.api.parameters import Refused, asked, taken
from app.api.problems import Stop
from app.api.reading import NO_INCIDENT, NO_VERSION, READING, seen
from app.deeds import acting
from handlers.fields import printable
from verifier.model import Verb

if TYPE_CHECKING:
    from app.api.access import Caller
    from app.deps import Deps

BODY = 16_384
"""The most bytes of a body."""
JSON = "application/json"


def routes(deps: Deps, door: Door) -> Blueprint:
    """Every operation, and the description of them."""
    blueprint = Blueprint("api", __name__, url_prefix=ROOT)
    blueprint.register_error_handler(Exception, problems.of)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return answer(wire.encoded(document()), JSON, request, "public, max-age=300")

    for operation in OPERATIONS:
        path = operation.path.replace("{", "<").replace("}", ">")
        view = _acting(deps, door, operation) if operation.acts else _reading(deps, door, operation)
        blueprint.add_url_rule(path, operation.name, view, methods=[operation.method])
    return blueprint


def install(app: Flask, deps: Deps) -> None:
    """Register the API, and what else programs ask for, behind one door."""
    door = Door(deps)
    for part in (routes, badge.routes, feed.routes, metrics.routes):
        app.register_blueprint(part(deps, door))


def _reading(deps: Deps, door: Door, operation: Operation) -> Callable[..., Response]:
    read = READING[operation.name]

    def view(**place: str) -> Response:
        caller = door.caller(request)
        values = asked(operation.asked, request.args) | _placed(place)
        with deps.ledger.reading() as book:
            found = read(book, caller, values, request.path)
        made = answer(wire.encoded(found), JSON, request)
        if getattr(found, "next", None):
            made.headers["Link"] = f'<{found.next}>; rel="next"'
        return made

    return view


def _acting(deps: Deps, door: Door, operation: Operation) -> Callable[..., Response]:
    def view(**place: str) -> Response:
        caller = door.caller(request)
        values = asked(operation.asked, request.args) | _placed(place)
        values |= taken(operation.body, _body()) if operation.body else {}
        return answer(wire.encoded(_act(deps, caller, operation, values)), JSON, request, "no-store")

    return view


def _act(deps: Deps, caller: Caller, operation: Operation, values: dict[str, Any]) -> Done:
    if caller.token is None or not caller.acts:  # the door saw to it
        raise Stop(403, "This needs a token with the scope act.")
    if operation.name == "recheck":
        with deps.ledger.reading() as book:
            artifact = seen(book, caller, values["purl"])
        try:
            acting.recheck(deps, caller.viewer.login, artifact, values["version"])
        except acting.Unknown:
            raise Stop(404, NO_VERSION) from None
        return Done("It is looked at again now.", False, deps.now())
    reason = printable(values["reason"].strip())
    said = acting.Said(Verb(operation.name), reason, values.get("days"), values.get("code", ""))
    try:
        given = acting.command(deps, caller.token, values["id"], said)
    except acting.Unknown:
        raise Stop(404, NO_INCIDENT) from None
    if not given.accepted:
        raise Stop(409, given.sentence)
    return Done.of(given)


def _placed(place: dict[str, str]) -> dict[str, Any]:
    """What stands in the path itself. Raises Stop: what has not the shape of an id is none."""
    try:
        return {name: INCIDENT.read(text) for name, text in place.items()}
    except Refused:
        raise Stop(404, NO_INCIDENT) from None


def _body() -> object:
    if request.mimetype != JSON:
        raise Stop(415, "The body is JSON: say so with Content-Type: application/json.")
    if (request.content_length or 0) > BODY:
        raise Stop(413, f"The body has at most {BODY} bytes.")
    try:
        return request.get_json()
    except RecursionError:
        raise Refused("The body cannot be read.") from None
