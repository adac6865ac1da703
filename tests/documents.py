"""The project's Markdown as data: headings with their anchors, tables, links, code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def document(name: str) -> str:
    """A file of the repository as text."""
    return (ROOT / name).read_text("utf-8")


def headings(text: str) -> list[tuple[int, str]]:
    """Every heading with its level."""
    tokens = _MARKDOWN.parse(text)
    return [
        (int(token.tag[1]), tokens[position + 1].content)
        for position, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level; empty where there is none."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def tables(text: str) -> list[list[list[str]]]:
    """Every table as rows of cells, the head first; cells as they are written."""
    found: list[list[list[str]]] = []
    tokens = _MARKDOWN.parse(text)
    for position, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append(tokens[position + 1].content)
    return found


def table(text: str, first: str) -> list[list[str]]:
    """The rows, without the head, of the one table whose first column is called so."""
    (found,) = (rows for rows in tables(text) if rows[0][0] == first)
    return found[1:]


def links(text: str) -> list[str]:
    """Where every link leads."""
    return [str(token.attrs["href"]) for token in _inline(text) if token.type == "link_open"]


def code(text: str) -> list[str]:
    """Every code span, and every line of every code block."""
    spans = [token.content for token in _inline(text) if token.type == "code_inline"]
    blocks = [token.content for token in _MARKDOWN.parse(text) if token.type in ("fence", "code_block")]
    return spans + [line for block in blocks for line in block.splitlines()]


def _inline(text: str) -> Iterator[Token]:
    for token in _MARKDOWN.parse(text):
        yield from token.children or ()
