"""A webhook for whatever the reader likes to build: a CloudEvent, signed as Standard Webhooks says. Pure.

Source: github.com/cloudevents/spec (1.0, structured JSON) and github.com/standard-webhooks/standard-webhooks: the
signature is over id, time of sending and body, so that nobody can send an old one again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checks import fields as route
from checks.facts import at, encoded, facts, text
from checks.message import Message
from checks.outside import BadRoute, HttpPost, Sending
from verifier.ledger.protocol import Posted

KIND = "webhook"
GROUPED = False
UPDATES = False
KEY = (24, 64)
"""The least and the most bytes of a key, as Standard Webhooks has it."""


@dataclass(frozen=True)
class Target:
    """Where to, and the keys that sign: while a key is changed, the old one beside the new one."""

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)


def read(fields: Mapping[str, Any]) -> Target:
    """`url` and `secret` (`whsec_` and Base64); `old_secret` signs too, until all readers know the new one."""
    route.only(fields, KIND, "url", "secret", "old_secret", "insecure")
    names = ("secret", *(["old_secret"] if "old_secret" in fields else []))
    return Target(route.address(fields), tuple(_key(fields, name) for name in names))


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """One event about the message as it stands."""
    body = encoded(event(message))
    name, sent = f"msg_{message.id}", str(int(now.timestamp()))
    headers = (
        ("content-type", "application/cloudevents+json"),
        ("webhook-id", name),
        ("webhook-timestamp", sent),
        ("webhook-signature", " ".join(signature(key, name, sent, body) for key in target.keys)),
    )
    return (HttpPost(target.url, headers, body),)


def event(message: Message) -> dict[str, Any]:
    """The CloudEvent. `type` ends with how it stands: `artifact-monitor.incident.open`."""
    repository = message.repository
    return {
        "specversion": "1.0",
        "id": f"msg_{message.id}",
        "source": f"/artifact-monitor/repositories/{repository.id}" if repository is not None else "/artifact-monitor",
        "type": f"artifact-monitor.{message.kind.value}.{message.state.value}",
        "subject": text(message.key),
        "time": at(message.at),
        "datacontenttype": "application/json",
        "data": facts(message),
    }


def signature(key: bytes, name: str, sent: str, body: bytes) -> str:
    """One signature over id, time of sending and body."""
    digest = hmac.new(key, f"{name}.{sent}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(fields: Mapping[str, Any], name: str) -> bytes:
    found = route.secret(fields, name, r"whsec_[A-Za-z0-9+/]{8,200}={0,2}", "whsec_ followed by Base64")
    try:
        key = base64.b64decode(found.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not KEY[0] <= len(key) <= KEY[1]:
        raise BadRoute(f"`{name}` must be `whsec_` and the Base64 of {KEY[0]} to {KEY[1]} random bytes.")
    return key
