"""Our own Markdown, as `checks.report` and `checks.escape` make it, in the words of other places. Pure.

Every block is read once, and shown as plain text, as HTML, or as what Slack calls mrkdwn; `checks.teams` shows the same
blocks as runs of text. Whatever a stranger wrote is text or code in it, and stays that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape as entities

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_APART = "\u200b"
"""What `checks.escape` puts between characters so that GitHub makes no reference of them."""
_ADDRESS = re.compile(f":{_APART}?//")
_WWW = re.compile(rf"\b([Ww]){_APART}?([Ww]{{2}})\.")
_SLACK = {"*": "\u2217", "~": "\u223c", "`": "'"}
"""Look-alikes: in mrkdwn nothing takes the meaning from a mark, a zero-width space included."""


@dataclass(frozen=True)
class Span:
    """Characters that are shown alike. `address` is where a link leads."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    address: str = ""


@dataclass(frozen=True)
class Block:
    """One paragraph, one item of a list, or one block of commands (`fenced`). `mark` stands before it: `-`, `3.`."""

    spans: tuple[Span, ...]
    depth: int = 0
    """How many lists it stands in."""
    mark: str = ""
    fenced: bool = False

    @property
    def indent(self) -> int:
        """How many steps to the right it stands."""
        return self.depth - 1 if self.mark else self.depth


def blocks(markdown: str) -> tuple[Block, ...]:
    """The Markdown as a flat list of blocks."""
    return tuple(_blocks(_MARKDOWN.parse(markdown)))


def items(lines: Sequence[str]) -> list[str]:
    """Lines of a part as pieces that can be left out whole: one that stands further to the right stays with its own."""
    found = list[str]()
    for line in lines:
        if found and line.startswith((" ", "\n")):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def plain(markdown: str) -> str:
    """As plain text. Addresses that a stranger wrote are broken so that no mail program makes a link of them."""
    return "\n".join(_plain_block(block) for block in blocks(markdown))


def line(markdown: str) -> str:
    """As plain text on one line."""
    return " ".join(plain(markdown).split())


def mrkdwn(markdown: str) -> str:
    """As Slack's mrkdwn, for a text object that is `verbatim`: Slack then makes nothing of names and addresses."""
    return "\n".join(_slack_block(block) for block in blocks(markdown))


def html(markdown: str, styles: dict[str, str]) -> str:
    """As HTML, each tag with the style given for it. No attribute but `style`, `href` and `start` comes of it."""
    tokens = _MARKDOWN.parse(markdown)
    for token in (inner for outer in tokens for inner in (outer, *(outer.children or ()))):
        if token.nesting >= 0 and (style := styles.get(token.tag)):
            token.attrSet("style", style)
        if token.type == "code_inline":
            token.content = _ADDRESS.sub(f":{_APART}//", _WWW.sub(rf"\1{_APART}\2.", token.content))
        if token.type in ("fence", "code_block"):
            token.type, token.content = (
                "html_block",
                f'<pre style="{styles.get("pre", "")}">{entities(token.content)}</pre>\n',
            )
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def defanged(text: str) -> str:
    """A stranger's text for where everything that looks like an address becomes a link: `https[:]//`, `www[.]`."""
    return _WWW.sub(r"\1\2[.]", _ADDRESS.sub("[:]//", text)).replace(_APART, "")


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    depth, mark = 0, ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "list_item_open":
            mark = f"{token.info}." if token.info else "-"
        elif token.type == "inline":
            yield Block(tuple(_spans(token.children or ())), depth, mark)
            mark = ""
        elif token.type in ("fence", "code_block"):
            yield Block((Span(token.content.rstrip("\n"), code=True),), depth, fenced=True)


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    bold = italic = 0
    address = ""
    for token in tokens:
        if token.tag == "strong":
            bold += token.nesting
        elif token.tag == "em":
            italic += token.nesting
        elif token.tag == "a":
            address = str(token.attrGet("href") or "") if token.nesting > 0 else ""
        elif token.type in ("softbreak", "hardbreak"):
            yield Span(" ")
        elif token.content:
            yield Span(token.content, bold > 0, italic > 0, token.type == "code_inline", address)


def _plain_block(block: Block) -> str:
    left = "  " * block.indent
    if block.fenced:
        return "\n".join(f"{left}    {row}" for row in block.spans[0].text.split("\n"))
    return f"{left}{f'{block.mark} ' if block.mark else ''}{''.join(_plain_span(span) for span in block.spans)}"


def _plain_span(span: Span) -> str:
    text = defanged(span.text)
    if span.code:
        return "`" + text.replace("`", "'") + "`"
    return f"{text} <{span.address}>" if span.address else text


def _slack_block(block: Block) -> str:
    left = "    " * block.indent
    if block.fenced:
        return f"```\n{_entities(block.spans[0].text.replace('```', chr(39) * 3))}\n```"
    mark = {"": "", "-": "• "}.get(block.mark, f"{block.mark} ")
    return f"{left}{mark}{''.join(_slack_span(span) for span in block.spans)}"


def _slack_span(span: Span) -> str:
    if span.code:
        return f"`{_entities(span.text.replace('`', chr(39)))}`"
    text = slack(span.text)
    if span.address:
        return f"<{_entities(span.address)}|{text.replace('|', chr(0x1C0))}>"
    inner = text.strip()
    if not inner or not (span.bold or span.italic):
        return text
    mark = "*" if span.bold else "_"
    return text.replace(inner, f"{mark}{inner}{mark}", 1)


def slack(text: str) -> str:
    """Plain text for mrkdwn: nothing in it is a mention, a link, or changes how it looks."""
    shown = "".join(_SLACK.get(character, character) for character in text)
    return _entities(re.sub(r"(?<!\w)_|_(?!\w)", "\u02cd", shown))


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
