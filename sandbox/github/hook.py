"""The App's own webhook at the pretend GitHub: what was delivered, and delivering it again.

Source: GitHub's OpenAPI description (npm package `@octokit/openapi` 23.0.2), apps/list-webhook-deliveries and its kin.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, jsonify, request

from sandbox import stable
from sandbox.deliveries import Attempt
from sandbox.github.rim import Refused, Rim
from sandbox.github.shapes import Shape

_STATUSES = {"success": range(200, 400), "failure": range(400, 600)}


def register(rim: Rim) -> None:
    """Add these paths."""
    world = rim.world

    def found(number: int) -> Attempt:
        attempt = world.deliveries.one(number, world.now)
        if attempt is None:
            raise Refused(404, "Not Found")
        return attempt

    @rim.app("/app/hook/deliveries", "GET")
    def deliveries() -> Response:
        shown, wanted = world.deliveries.shown(world.now), request.args.get("status")
        if wanted is not None:
            if wanted not in _STATUSES:
                raise Refused(422, "Invalid status")
            shown = [attempt for attempt in shown if attempt.status_code in _STATUSES[wanted]]
        return _paged(shown)

    @rim.app("/app/hook/deliveries/<int:delivery_id>", "GET")
    def delivery(delivery_id: int) -> Response:
        attempt = found(delivery_id)
        sent: Shape = {"headers": {"X-GitHub-Delivery": attempt.webhook.id}, "payload": attempt.webhook.payload}
        return jsonify({**_item(attempt), "url": "", "request": sent, "response": {"headers": {}, "payload": None}})

    @rim.app("/app/hook/deliveries/<int:delivery_id>/attempts", "POST")
    def again(delivery_id: int) -> Response:
        world.redeliver(found(delivery_id))
        response = jsonify({})
        response.status_code = 202
        return response


def _item(attempt: Attempt) -> Shape:
    payload = attempt.webhook.payload
    return {
        "id": attempt.id,
        "guid": attempt.webhook.id,
        "delivered_at": stable.milliseconds(attempt.at),
        "redelivery": attempt.redelivery,
        "duration": 10.0 if attempt.status_code == 0 else 0.05,
        "status": attempt.status,
        "status_code": attempt.status_code,
        "event": attempt.webhook.event,
        "action": payload.get("action"),
        "installation_id": (payload.get("installation") or {}).get("id"),
        "repository_id": (payload.get("repository") or {}).get("id"),
        "throttled_at": None,
    }


def _paged(shown: list[Attempt]) -> Response:
    """One page after a cursor; GitHub's cursors tell nothing, and there is no way back."""
    size = min(max(request.args.get("per_page", 30, int), 1), 100)
    cursor = request.args.get("cursor", "")
    if cursor and not (cursor.startswith("v1_") and cursor[3:].isdigit()):
        raise Refused(400, "Invalid cursor")
    after = [attempt for attempt in shown if not cursor or attempt.id < int(cursor[3:])]
    response = jsonify([_item(attempt) for attempt in after[:size]])
    if len(after) > size:
        query = urlencode({**request.args.to_dict(), "cursor": f"v1_{after[size - 1].id}"})
        response.headers["Link"] = f'<{request.base_url}?{query}>; rel="next"'
    return response
