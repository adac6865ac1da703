"""PagerDuty: one alert per incident, which is triggered, acknowledged and resolved. Pure.

Source: developer.pagerduty.com (Events API v2): a summary of 1,024 characters, a `dedup_key` of 255, 512 kB in all.

What on-call people cannot end is not said here: a bulletin makes an alert only where somebody tampers with what we
said, and summaries make none. A test is triggered and resolved at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checks import fields as route
from checks import marked, shown
from checks.escape import title
from checks.facts import at, encoded, facts
from checks.hearing import loudest
from checks.message import Kind, Message, State
from checks.outside import HttpPost, Sending
from verifier.ledger.protocol import Posted
from verifier.model import Severity

KIND = "pagerduty"
GROUPED = False
UPDATES = False
URL = "https://events.pagerduty.com/v2/enqueue"
SUMMARY, KEY = 1_000, 255
_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}


@dataclass(frozen=True)
class Target:
    """The service's key, and the address of its region."""

    key: str = field(repr=False)
    url: str = field(default=URL, repr=False)


def read(fields: Mapping[str, Any]) -> Target:
    """`routing_key`, and `url` where the account is not in the United States (events.eu.pagerduty.com)."""
    route.only(fields, KIND, "routing_key", "url", "insecure")
    key = route.secret(fields, "routing_key", r"[A-Za-z0-9]{32}", "a routing key (32 letters and digits)")
    return Target(key, route.address(fields, "url", URL))


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """The events that bring the alert to where the message stands."""
    return tuple(
        HttpPost(target.url, (("content-type", "application/json"),), encoded(_event(message, target, action)))
        for action in _actions(message, posted)
    )


def _actions(message: Message, posted: Posted | None) -> tuple[str, ...]:
    if message.kind is Kind.TEST:
        return "trigger", "resolve"
    if message.kind is Kind.BULLETIN:
        return ("trigger",) if message.severity >= Severity.HIGH else ()
    if message.kind is not Kind.INCIDENT:
        return ()
    if message.state is State.RESOLVED:
        # Who was never called is: a thief may have said that it was theirs. On-call people end it by hand.
        return ("resolve",) if posted is not None else ("trigger",)
    if message.state is State.ACKNOWLEDGED:
        return ("acknowledge",) if posted is not None else ("trigger", "acknowledge")
    return ("trigger",)


def _event(message: Message, target: Target, action: str) -> dict[str, Any]:
    event: dict[str, Any] = {
        "routing_key": target.key,
        "event_action": action,
        "dedup_key": message.key if len(message.key) <= KEY else message.thread,
    }
    if action != "trigger":
        return event
    where = title(message.repository.full_name) if message.repository is not None else "artifact-monitor"
    event["payload"] = {
        "summary": marked.defanged(f"{where}: {message.title}")[:SUMMARY],
        "source": where,
        "severity": _SEVERITIES[message.severity if message.state is not State.RESOLVED else loudest(message)],
        "timestamp": at(message.at),
        "component": message.kind.value,
        "custom_details": facts(message),
    }
    event["links"] = [{"href": url, "text": words} for words, url in shown.links(message)]
    event["client"] = "Artifact Monitor"
    if shown.safe(message.url):
        event["client_url"] = message.url
    return event
