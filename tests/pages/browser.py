"""What a browser would make of our pages, and a client that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, cast

from flask import Blueprint, Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from app import create_app
from app.deps import Deps
from app.settings import Settings
from app.viewer import Viewer
from tests.pages import examples
from verifier.ledger import Ledger, memory_ledger

TAGS = {
    *("html", "head", "meta", "title", "link", "body", "header", "footer", "a", "span", "main", "section", "h1", "h2"),
    *(
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "article",
        "div",
        "strong",
        "em",
        "bdi",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ),
    *("td", "code", "pre", "nav", "time", "svg", "circle", "text", "form", "label", "input", "select", "option"),
    *("button", "dl", "dt", "dd", "br", "line", "rect", "details", "summary"),
}
"""Every tag that our templates make."""


class Page(HTMLParser):
    """A page as a browser reads it: its tags, its attributes, its addresses, its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.titles: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # An SVG's <title> is text that is shown on hover; the page's own is in TAGS besides.
        self.tags.add(tag)
        self.text += " "
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.titles += [value or "" for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.text += data


def application(ledger: Ledger, viewer: Viewer | None = None) -> Flask:
    """Our pages over this ledger. `viewer`: who looks, in place of whoever the app takes it to be."""
    nothing = cast(Any, None)
    settings = Settings(github_webhook_secret="s" * 32)
    app = create_app(Deps(settings, ledger, nothing, nothing, nothing, lambda: examples.NOW))
    for name, where in (("incident", "/incidents/<id>"), ("incidents", "/incidents")):
        if f"{name}.{name}" not in app.view_functions:
            stub = Blueprint(name, __name__)
            stub.add_url_rule(where, name, lambda **_: "")
            app.register_blueprint(stub)
    if viewer is not None:

        @app.before_request
        def look() -> None:
            g.viewer = viewer

    return app


def client(viewer: Viewer | None = None, ledger: Ledger | None = None) -> FlaskClient:
    """Somebody in front of the made-up ledger, or of another."""
    return application(ledger or filled(), viewer).test_client()


def filled(ledger: Ledger | None = None) -> Ledger:
    """The made-up ledger."""
    ledger = ledger or memory_ledger()
    with ledger.writing() as book:
        examples.fill(book)
    return ledger


def read(url: str, viewer: Viewer | None = None, ledger: Ledger | None = None, **query: str) -> Page:
    """One page of it."""
    answer = client(viewer, ledger).get(url, query_string=query)
    assert 200 == answer.status_code, answer.text
    return Page(answer.text)


def harmless(page: Page) -> bool:
    """It has no tag, attribute or address but those of our templates."""
    events = [name for name in page.attributes if name.startswith("on") or name == "style"]
    ours = ("/", "#", "?", "https://github.example/")
    return page.tags <= TAGS and not events and all(a.startswith(ours) for a in page.addresses)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that a database is asked meanwhile."""
    found: list[str] = []

    def note(_c: Connection, _r: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SELECT set_config", "SELECT pg_")):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asked(ledger: Ledger, ask: Callable[[FlaskClient], Any]) -> int:
    """How many statements one answer costs."""
    one = client(ledger=ledger)
    with statements() as found:
        assert 200 == ask(one).status_code
    return len(found)
