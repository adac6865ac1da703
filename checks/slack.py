"""Slack: one message per incident, changed in place, with what is new in its thread. Pure.

Source: docs.slack.dev (Block Kit; chat.postMessage; chat.update; incoming webhooks). A message holds 50 blocks, a
section 3,000 characters, a header 150; beyond about 13,200 in all it is refused as too long, which is undocumented.
An incoming webhook can neither change nor answer what it said: there each change is a message of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checks import fields as route
from checks import marked, shown
from checks.escape import title
from checks.facts import encoded
from checks.message import Message, State
from checks.outside import BadRoute, HttpPost, Sending, SlackCall
from verifier.ledger.protocol import Posted
from verifier.model import Severity

KIND = "slack"
GROUPED = True
UPDATES = True
TEXT = 2_000
"""Characters of the text that stands for the blocks where none are shown."""


@dataclass(frozen=True)
class Target:
    """An incoming webhook's address, or a bot's token and a channel."""

    url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    channel: str = ""


def read(fields: Mapping[str, Any]) -> Target:
    """`url`, or `token` and `channel`."""
    route.only(fields, KIND, "url", "token", "channel", "insecure")
    if ("url" in fields) == ("token" in fields):
        raise BadRoute("A route of kind slack has either `url` (an incoming webhook) or `token` and `channel`.")
    if "url" in fields:
        if "channel" in fields:
            raise BadRoute("An incoming webhook speaks in the channel that it was made for; take `channel` out.")
        return Target(url=route.address(fields))
    token = route.secret(fields, "token", r"xox[a-z]-[A-Za-z0-9-]{8,400}", "a Slack token (xoxb-…)")
    channel = route.text(fields, "channel", limit=80)
    if any(character in channel for character in " /<>&"):
        raise BadRoute("`channel` must be a channel's id (C…, the surest) or its name, like #security.")
    return Target(token=token, channel=channel)


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """The message; where it stands already, its new text and a line in its thread."""
    body = _body(message, new=bool(target.url))
    if target.url:
        return (HttpPost(target.url, (("content-type", "application/json"),), encoded(body)),)
    if posted is None or not posted.ref:
        return (SlackCall(target.token, "chat.postMessage", {"channel": target.channel, **body, **_named(message)}),)
    channel, _, ts = posted.ref.rpartition("/")
    where = channel or target.channel
    changed = SlackCall(target.token, "chat.update", {"channel": where, "ts": ts, **body})
    if not message.change:
        return (changed,)
    loud = message.state is State.OPEN and message.severity >= Severity.HIGH
    answer = {
        "channel": where,
        "thread_ts": ts,
        "reply_broadcast": loud,
        "text": marked.slack(message.change)[:TEXT],
        "unfurl_links": False,
        "unfurl_media": False,
        **_named(message),
    }
    return changed, SlackCall(target.token, "chat.postMessage", answer)


def _named(message: Message) -> dict[str, Any]:
    """Who looks whether it was said already finds it by this."""
    return {"metadata": {"event_type": "artifact_monitor", "event_payload": {"id": message.id, "key": message.thread}}}


def _body(message: Message, *, new: bool) -> dict[str, Any]:
    """`new`: it has no thread, so that what is new is said in the message itself."""
    # Late: Slack's library comes whole, with the client, and who reads routes or asks for channels' names needs none.
    from checks.slack_blocks import blocks

    where = f"{marked.slack(title(message.repository.full_name))}: " if message.repository is not None else ""
    return {
        "text": f"{shown.badge(message)} {where}{marked.slack(message.title)}"[:TEXT],
        "blocks": blocks(message, new=new),
        "unfurl_links": False,
        "unfurl_media": False,
    }
