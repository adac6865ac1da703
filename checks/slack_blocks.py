"""A message as the blocks of Slack's Block Kit. Pure. Source and limits: `checks.slack`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from checks import marked, shown
from checks.message import Message, news

SECTION, HEADER = 2_900, 150
"""Characters of a section, and of the header."""
BLOCKS = 50
ROOM = 9_500
"""Characters of all parts together; the lead and what surrounds them have the rest of some 13,000."""


def blocks(message: Message, *, new: bool) -> list[dict[str, Any]]:
    """At most `BLOCKS`. `new`: it has no thread, so that what is new is said among them."""
    made = list(_blocks(message, new))
    foot = made.pop()
    if len(made) > BLOCKS - 1:
        made = [*made[: BLOCKS - 2], _section("… and more")]
    return [block.to_dict() for block in (*made, foot)]


def _blocks(message: Message, new: bool) -> Iterator[Block]:
    head = f"{shown.badge(message)} {message.title}".replace("<", "‹").replace(">", "›")
    head = head if len(head) <= HEADER else f"{head[: HEADER - 1]}…"
    yield HeaderBlock(text=PlainTextObject(text=head, emoji=False))
    if new and message.change:
        yield _section(marked.slack(news(message))[:SECTION])
    yield from _sections([marked.mrkdwn(message.lead)])
    for part in shown.fitted(message.parts, ROOM, lambda piece: len(marked.mrkdwn(piece))):
        yield from _sections([f"*{marked.slack(part.heading)}*", *(marked.mrkdwn(piece) for piece in part.lines)])
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
