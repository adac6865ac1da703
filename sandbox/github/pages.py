"""The pretend GitHub as a maintainer sees it: repositories, and what was filed in them, as rendered Markdown.

HTML comments do not show, as at GitHub. What the monitor folds away can be unfolded; any other HTML shows as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any

from flask import Blueprint, abort, render_template
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from sandbox.state import Repo
from sandbox.world import World

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FOLD = re.compile(r"\s*<details><summary>([^<>]*)</summary>\s*")
_END = re.compile(r"\s*</details>\s*")
_FOLDED = "folded"
"""What a token is marked with that begins or ends a part folded away."""


def _html(_: RendererHTML, tokens: Sequence[Token], position: int, *rest: Any) -> str:
    token = tokens[position]
    if _FOLDED in token.meta:
        return str(token.meta[_FOLDED])
    return escape(_COMMENT.sub("", token.content))


def _fold(state: StateCore) -> None:
    """Mark what the monitor folds away, in the very words in which it does: a beginning and its end, side by side."""
    begun: dict[int, Token] = {}
    for token in state.tokens:
        begun = {level: one for level, one in begun.items() if level <= token.level}
        if token.type != "html_block":
            continue
        if _FOLD.fullmatch(token.content):
            begun[token.level] = token
        elif _END.fullmatch(token.content) and token.level in begun:
            begin = begun.pop(token.level)
            heading = _FOLD.sub(r"\1", begin.content)
            begin.meta[_FOLDED] = f"<details><summary>{escape(unescape(heading))}</summary>\n"
            token.meta[_FOLDED] = "</details>\n"


def _markdown() -> MarkdownIt:
    """Reads HTML only to know where it is, and lets none of it through."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.add_render_rule("html_block", _html)
    markdown.add_render_rule("html_inline", _html)
    markdown.core.ruler.push("fold", _fold)
    return markdown


def rendered(text: str | None) -> Markup:
    """Markdown as safe HTML."""
    return Markup(_markdown().render(text or ""))  # noqa: S704  (_html and _fold escape; the rest is markdown-it's own escaping)


def blueprint(world: World) -> Blueprint:
    """`/`, `/{owner}/{repo}`, and a page for each thing that was filed."""
    pages = Blueprint("pages", __name__, template_folder="../templates")
    pages.add_app_template_filter(rendered, "markdown")

    def found(owner: str, name: str) -> Repo:
        repo = world.repo(f"{owner}/{name}")
        if repo is None:
            abort(404)
        return repo

    def shown(repo: Repo, issues: Any, checks: Any, advisories: Any) -> str:
        return render_template(
            "repository.html", repo=repo, issues=issues[::-1], checks=checks[::-1], advisories=advisories[::-1]
        )

    @pages.get("/")
    def overview() -> str:
        with world.lock:
            return render_template("overview.html", repos=list(world.repos.values()), now=world.now)

    @pages.get("/<owner>/<name>")
    def repository(owner: str, name: str) -> str:
        with world.lock:
            repo = found(owner, name)
            return shown(repo, repo.issues, repo.checks, repo.advisories)

    @pages.get("/<owner>/<name>/issues/<int:number>")
    def issue(owner: str, name: str, number: int) -> str:
        with world.lock:
            repo = found(owner, name)
            return shown(repo, [i for i in repo.issues if i["number"] == number], [], [])

    @pages.get("/<owner>/<name>/runs/<int:number>")
    def check(owner: str, name: str, number: int) -> str:
        with world.lock:
            repo = found(owner, name)
            return shown(repo, [], [c for c in repo.checks if c["id"] == number], [])

    @pages.get("/<owner>/<name>/security/advisories/<ghsa>")
    def advisory(owner: str, name: str, ghsa: str) -> str:
        with world.lock:
            repo = found(owner, name)
            return shown(repo, [], [], [a for a in repo.advisories if a["ghsa_id"] == ghsa])

    return pages
