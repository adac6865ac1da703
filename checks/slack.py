"""Slack: one message per incident, changed in place, with what is new in its thread. Pure.

Source: docs.slack.dev (Block Kit; chat.postMessage; chat.update; incoming webhooks). A message holds 50 blocks, a
section 3,000 characters, a header 150; beyond about 13,200 in all it is refused as too long, which is undocumented.
An incoming webhook can neither change nor answer what it said: there each change is a message of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from checks import fields as route
from checks import marked, shown
from checks.escape import title
from checks.facts import encoded
from checks.message import Message, State, news
from checks.outside import BadRoute, HttpPost, Sending, SlackCall
from verifier.ledger.protocol import Posted
from verifier.model import Severity

KIND = "slack"
GROUPED = True
UPDATES = True
SECTION, HEADER, TEXT = 2_900, 150, 2_000
"""Characters of a section, of the header, and of the text that stands for the blocks where none are shown."""
BLOCKS = 50
ROOM = 9_500
"""Characters of all parts together; the lead and what surrounds them have the rest of some 13,000."""


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
    blocks = list(_blocks(message, new))
    foot = blocks.pop()
    if len(blocks) > BLOCKS - 1:
        blocks = [*blocks[: BLOCKS - 2], _section("… and more")]
    where = f"{marked.slack(title(message.repository.full_name))}: " if message.repository is not None else ""
    return {
        "text": f"{shown.badge(message)} {where}{marked.slack(message.title)}"[:TEXT],
        "blocks": [block.to_dict() for block in (*blocks, foot)],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(message: Message, new: bool) -> Iterator[Block]:
    head = f"{shown.badge(message)} {message.title}".replace("<", "‹").replace(">", "›")
    head = head if len(head) <= HEADER else f"{head[: HEADER - 1]}…"
    yield HeaderBlock(text=PlainTextObject(text=head, emoji=False))
    if new and message.change:
        yield _section(marked.slack(news(message))[:SECTION])
    yield from _sections([marked.mrkdwn(message.lead)])
    for heading, pieces in shown.fitted(message.parts, ROOM, lambda piece: len(marked.mrkdwn(piece))):
        yield from _sections([f"*{marked.slack(heading)}*", *(marked.mrkdwn(piece) for piece in pieces)])
    status = " · ".join(f"{words}: {marked.slack(value)}" for words, value in shown.status(message))
    links = " · ".join(f"<{url.replace('&', '&amp;')}|{words}>" for words, url in shown.links(message))
    elements = [MarkdownTextObject(text=text[:SECTION], verbatim=True) for text in (status, links) if text]
    yield ContextBlock(elements=list(elements))


def _sections(lines: list[str]) -> Iterator[SectionBlock]:
    """Lines as few sections; what is too long for one of its own is cut within its commands."""
    held = ""
    for line in lines:
        if held and len(held) + 1 + len(line) > SECTION:
            yield _section(held)
            held = ""
        held = f"{held}\n{line}" if held else _short(line)
    if held:
        yield _section(held)


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))


def _short(text: str) -> str:
    """At most as much as a section holds, cut between two lines where there are any; an open code block is closed."""
    if len(text) <= SECTION:
        return text
    cut = text[: SECTION - 20]
    cut = cut[: cut.rfind("\n")] if "\n" in cut else cut[: max(cut.rfind(" "), SECTION // 2)]
    return f"{cut}\n…\n```" if cut.count("```") % 2 else f"{cut} …"
