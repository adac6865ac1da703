"""Microsoft Teams: an Adaptive Card for a workflow ("when a Teams webhook request is received"). Pure.

Source: adaptivecards.io/explorer (schema 1.4) and learn.microsoft.com (webhooks through workflows); a message holds
28 kB. All text stands in runs of text, in which Teams reads no Markdown and makes no mention.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from checks import fields as route
from checks import marked, shown
from checks.message import Message, State
from checks.outside import HttpPost, Sending
from verifier.ledger.protocol import Posted
from verifier.model import Severity

KIND = "teams"
GROUPED = True
UPDATES = False
LIMIT = 26_000
"""Bytes of the whole body, somewhat below the 28 kB that Teams takes."""


@dataclass(frozen=True)
class Target:
    """The workflow's address, which is the secret."""

    url: str = field(repr=False)


def read(fields: Mapping[str, Any]) -> Target:
    """`url`."""
    route.only(fields, KIND, "url", "insecure")
    return Target(route.address(fields))


def render(message: Message, target: Target, posted: Posted | None, now: datetime) -> tuple[Sending, ...]:
    """One card for the message; a workflow cannot change a card that it has posted."""
    body = shown.within(message, LIMIT, lambda shorter: _encoded(_envelope(shorter)))
    return (HttpPost(target.url, (("content-type", "application/json"),), body),)


def _encoded(envelope: dict[str, Any]) -> bytes:
    """As UTF-8 and not as ASCII: of what Teams takes, an escaped character has three times as much."""
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _envelope(message: Message) -> dict[str, Any]:
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "fallbackText": message.title[:255],
        "msteams": {"width": "Full"},
        "body": _body(message),
    }
    if links := shown.links(message):
        card["actions"] = [{"type": "Action.OpenUrl", "title": words, "url": url} for words, url in links[:6]]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _body(message: Message) -> list[dict[str, Any]]:
    colour = "attention" if message.severity >= Severity.HIGH else "warning" if message.severity > 2 else "default"
    colour = "good" if message.state is State.RESOLVED else colour
    title = {"type": "TextRun", "text": f"{shown.badge(message)} {message.title}", "size": "large", "weight": "bolder"}
    found = [_text([title | {"color": colour}])]
    if message.change:
        found.append(_text([{"type": "TextRun", "text": message.change, "italic": True}]))
    found += [_block(block) for block in marked.blocks(message.lead)]
    for part in message.parts:
        found.append(_text([{"type": "TextRun", "text": part.heading, "weight": "bolder"}], separator=True))
        found += [_block(block) for piece in marked.items(part.lines) for block in marked.blocks(piece)]
    status = " · ".join(f"{words}: {value}" for words, value in shown.status(message))
    return [*found, _text([{"type": "TextRun", "text": status, "isSubtle": True, "size": "small"}], separator=True)]


def _text(runs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs, **more}


def _block(block: marked.Block) -> dict[str, Any]:
    left = "\u2003" * block.indent
    if block.fenced:
        lines = "\n".join(f"{left}{row}" for row in block.spans[0].text.split("\n"))
        return _text([{"type": "TextRun", "text": lines, "fontType": "monospace"}], spacing="small")
    mark = {"": "", "-": "• "}.get(block.mark, f"{block.mark} ")
    runs = [{"type": "TextRun", "text": left + mark}] if left + mark else []
    return _text([*runs, *(_run(span) for span in block.spans)], spacing="small")


def _run(span: marked.Span) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": marked.defanged(span.text)}
    if span.bold:
        run["weight"] = "bolder"
    if span.italic:
        run["italic"] = True
    if span.code:
        run["fontType"] = "monospace"
    if span.address:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": span.address}
    return run
