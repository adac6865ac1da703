"""Our own Markdown as HTML: what `checks` says, with the names of strangers escaped in it already.

Of Markdown only emphasis, code, lists, code blocks and links are made; no picture and no HTML comes of any text. A link
leads to where a browser may safely go, and says there nothing of where it came from; of any other its words stay. A
long block of code is folded away.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from app.pages.words import link
from checks.numbered import FEW

_PARSER = MarkdownIt("zero").enable(["emphasis", "backticks", "escape", "entity", "list", "fence", "link"])
"""HTML is not among what is enabled: `<` stays text. Pictures are not, either."""


def _opened(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    address = link(str(tokens[at].attrGet("href") or ""))
    env["followed"] = bool(address)
    return f'<a href="{escape(address)}" rel="noreferrer nofollow">' if address else ""


def _closed(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    return "</a>" if env["followed"] else ""


_PARSER.add_render_rule("link_open", _opened)
_PARSER.add_render_rule("link_close", _closed)


def _fence(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    made = renderer.fence(tokens, at, options, env)
    size = tokens[at].content.count("\n")
    return f"<details><summary>{size} lines</summary>{made}</details>\n" if size > FEW else made


_PARSER.add_render_rule("fence", _fence)


def blocks(lines: Iterable[str]) -> Markup:
    """Finished lines of a report, each a paragraph, an item of a list, or a block of code within one."""
    return Markup(_PARSER.render("\n".join(lines)))  # noqa: S704  # the renderer escapes all text


def inline(text: str) -> Markup:
    """One sentence."""
    return Markup(_PARSER.renderInline(text))  # noqa: S704  # the renderer escapes all text
