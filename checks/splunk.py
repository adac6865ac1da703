"""Splunk: one event for its HTTP Event Collector. Pure.

Source: docs.splunk.com (format events for HTTP Event Collector): `time` in seconds, `event` as an object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from checks import fields as route
from checks.facts import encoded, facts
from checks.message import Message
from checks.outside import HttpPost, Sending
from verifier.ledger.protocol import Posted

KIND = "splunk"
GROUPED = False
UPDATES = False
PATH = "/services/collector/event"
SOURCE = "artifact-monitor"


@dataclass(frozen=True)
class Target:
    """Where to and as what. '' leaves the index to the token."""

    url: str = field(repr=False)
    token: str = field(repr=False)
    index: str = ""
    sourcetype: str = "artifact_monitor"


def read(fields: Mapping[str, Any]) -> Target:
    """`url` (the collector's, with or without its path), `token`, and perhaps `index` and `sourcetype`."""
    route.only(fields, KIND, "url", "token", "index", "sourcetype", "insecure")
    url = route.address(fields)
    return Target(
        url if urlsplit(url).path not in ("", "/") else url.rstrip("/") + PATH,
        route.secret(fields, "token", r"[A-Za-z0-9-]{8,128}", "a token of the HTTP Event Collector"),
        route.text(fields, "index", "", 128),
        route.text(fields, "sourcetype", "artifact_monitor", 128),
    )


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """One event about the message as it stands, at the time at which it came to stand so."""
    event: dict[str, Any] = {
        "time": round(message.at.timestamp(), 3),
        "source": SOURCE,
        "sourcetype": target.sourcetype,
        "event": facts(message),
        "fields": {"key": message.thread, "severity": message.severity.word, "state": message.state.value},
    }
    if target.index:
        event["index"] = target.index
    headers = (("content-type", "application/json"), ("authorization", f"Splunk {target.token}"))
    return (HttpPost(target.url, headers, encoded(event)),)
