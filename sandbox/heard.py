"""Who is told outside GitHub: pretended receivers of Slack messages and of signed webhooks, and a page that shows them.

The signature is checked as Standard Webhooks says, by our own few lines and not by the monitor's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from flask import Blueprint, Response, render_template, request

from sandbox.world import World

MOST = 200
"""The newest that are kept."""
LIMIT = 512 * 1024
"""The largest body that is read, in bytes."""
_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")


@dataclass(frozen=True)
class Said:
    """One message as it was heard: plain text."""

    at: datetime
    where: str
    title: str
    paragraphs: tuple[str, ...]


class Heard:
    """What was heard lately. Safe for several threads."""

    def __init__(self) -> None:
        key = secrets.token_bytes(32)
        self.secret = f"whsec_{base64.b64encode(key).decode()}"
        self._key = key
        self._said = deque[Said](maxlen=MOST)
        self._lock = Lock()

    def keep(self, said: Said) -> None:
        """The newest one."""
        with self._lock:
            self._said.append(said)

    @property
    def newest_first(self) -> list[Said]:
        """All that are kept."""
        with self._lock:
            return list(self._said)[::-1]

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """One of the signatures is ours, over id, time of sending and body."""
        what = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode() + body
        right = "v1," + base64.b64encode(hmac.new(self._key, what, hashlib.sha256).digest()).decode()
        given = headers.get("webhook-signature", "").split(" ")
        return any(hmac.compare_digest(right.encode(), one.encode("utf-8", "replace")) for one in given)


def blueprint(world: World, heard: Heard) -> Blueprint:
    """`POST /heard/slack` as an incoming webhook, `POST /heard/webhook`, and the page `/heard`."""
    pages = Blueprint("heard", __name__, template_folder="templates")

    @pages.post("/heard/slack")
    def slack() -> Response:
        said = _object(_body())
        if said is None or not isinstance(said.get("text"), str):
            return Response("invalid_payload", 400, mimetype="text/plain")
        heard.keep(Said(world.now, "Slack", _plain(said["text"]), _sections(said)))
        return Response("ok", mimetype="text/plain")

    @pages.post("/heard/webhook")
    def webhook() -> Response:
        body = _body()
        if not heard.signed({key.lower(): value for key, value in request.headers.items()}, body):
            return Response("The signature is wrong.", 401, mimetype="text/plain")
        said = _object(body)
        data = said.get("data") if said is not None else None
        if said is None or not isinstance(data, dict):
            return Response("This is no event.", 400, mimetype="text/plain")
        shown = tuple(str(data[key]) for key in ("summary", "change") if data.get(key))
        heard.keep(Said(world.now, f"Webhook, {said.get('type')}", str(data.get("title")), shown))
        return Response(status=204)

    @pages.get("/heard")
    def page() -> str:
        return render_template("heard.html", said=heard.newest_first)

    return pages


def _body() -> bytes:
    request.max_content_length = LIMIT
    return request.get_data()


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _sections(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The text of Block Kit's sections, a paragraph each."""
    blocks = [block for block in said.get("blocks") or () if isinstance(block, dict)]
    texts = [block.get("text") for block in blocks if block.get("type") == "section"]
    return tuple(_plain(str(text.get("text"))) for text in texts if isinstance(text, dict))


def _plain(text: str) -> str:
    """Slack's mrkdwn without its links and escapes."""
    bare = _LINK.sub(r"\2 (\1)", text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
