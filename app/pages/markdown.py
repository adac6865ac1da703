"""Our own Markdown as HTML: what `checks` says, with the names of strangers escaped in it already.

Of Markdown only emphasis, code, lists and code blocks are made; no link, no picture, no HTML comes of any text.
"""

from __future__ import annotations

from collections.abc import Iterable

from markdown_it import MarkdownIt
from markupsafe import Markup

_PARSER = MarkdownIt("zero").enable(["emphasis", "backticks", "escape", "entity", "list", "fence"])
"""HTML is not among what is enabled: `<` stays text. Links and pictures are not, either."""


def blocks(lines: Iterable[str]) -> Markup:
    """Finished lines of a report, each a paragraph, an item of a list, or a block of code within one."""
    return Markup(_PARSER.render("\n".join(lines)))  # noqa: S704  # the renderer escapes all text


def inline(text: str) -> Markup:
    """One sentence."""
    return Markup(_PARSER.renderInline(text))  # noqa: S704  # the renderer escapes all text
