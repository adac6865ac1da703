"""The monitor and the pretend GitHub, both over real HTTP on this machine, and a browser to go between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import requests
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.deps import Deps
from app.settings import Settings
from sandbox.app import create
from sandbox.github.people import People
from sandbox.world import World
from tests.pages.examples import member
from tests.sandbox.github import at, keys, scenario
from tests.webhooks.site import SECRET, Woken
from verifier.ledger import Ledger, memory_ledger
from verifier.ledger.protocol import Watch
from verifier.model import (
    Artifact,
    Conduct,
    ConductSet,
    Incident,
    IncidentState,
    Publisher,
    Repository,
    RepositorySeen,
    Run,
    RunKey,
)

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
WIDGET, SECRET_WIDGET, ELSEWHERE = 4711, 4712, 4713
NAMES = {WIDGET: "open-widget", SECRET_WIDGET: "secret-widget", ELSEWHERE: "foreign-thing"}


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def served(app: Flask | None = None) -> Iterator[tuple[str, Any]]:
    """A server on a free port; gives its address, and lets its app be set later."""
    server = make_server("127.0.0.1", 0, app or Flask("nothing"), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Forms(HTMLParser):
    """The forms and links of a page, as a browser has them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: dict[str, str] = {}
        self.text = ""
        self._link = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": held.get("action", ""), "fields": {}})
        elif tag in ("input", "button") and self.forms and "name" in held and held.get("type") != "radio":
            if tag == "input":
                self.forms[-1]["fields"][held["name"]] = held.get("value", "")
        elif tag == "a":
            self._link = held.get("href", "")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._link and data.strip():
            self.links[data.strip()] = self._link
            self._link = ""


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, follows redirects, fills in forms, and says where it comes from."""

    home: str
    http: requests.Session = field(default_factory=requests.Session)
    page: Any = None

    def __post_init__(self) -> None:
        self.http.trust_env = False

    def go(self, url: str, **options: Any) -> Any:
        self.page = self.http.get(urljoin(self.home, url), timeout=30, **options)
        return self.page

    def follow(self, label: str) -> Any:
        return self.go(urljoin(self.page.url, self.shown.links[label]))

    def submit(self, number: int = 0, headers: dict[str, str] | None = None, **changes: str) -> Any:
        form = self.shown.forms[number]
        origin = "/".join(self.page.url.split("/")[:3])
        url = urljoin(self.page.url, form["action"])
        said = {"Origin": origin} if headers is None else headers
        self.page = self.http.post(url, data={**form["fields"], **changes}, headers=said, timeout=30)
        return self.page

    def log_in(self, login: str, path: str = "/") -> Any:
        self.go(path)
        self.follow("Log in with GitHub")
        return self.submit(person=login)

    @property
    def shown(self) -> Forms:
        return Forms(self.page.text)


@dataclass
class Place:
    """Everything of one test. `time` may be moved; `people` are whom the pretend GitHub knows."""

    github: str
    monitor: str
    people: People
    world: World
    ledger: Ledger
    settings: Settings
    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def browser(self) -> Browser:
        return Browser(self.monitor)

    def deps(self, settings: Settings | None = None) -> Deps:
        return deps_of(settings or self.settings, self.ledger, self.now)


def deps_of(settings: Settings, ledger: Ledger, now: Any) -> Deps:
    nothing = cast(Any, None)
    return Deps(settings, ledger, nothing, nothing, cast(Any, Woken()), now)


def repositories(ledger: Ledger) -> None:
    """A public and a private repository, and one of other people; each publishes a package of its name."""
    with ledger.writing() as book:
        for number, name in NAMES.items():
            private = number == SECRET_WIDGET
            book.record(RepositorySeen(Repository(number, 1, f"octo/{name}", NOW, "main", private)), NOW)
            artifact = Artifact(f"pkg:npm/{name}")
            book.repositories.put_publishers(number, "server", (Publisher(artifact, number, 1, ("publish.yml",)),))
            book.versions.put_watch(Watch(artifact, NOW, preview=False, polled_at=NOW))
            book.record(ConductSet(number, Conduct(labels=("security",))), NOW)
            key, url = RunKey(number, 41, 1), f"https://github.example/octo/{name}/actions/runs/41"
            book.runs.put(Run(key, ".github/workflows/publish.yml", "push", "a" * 40, NOW, NOW, "completed", url=url))
            book.incidents.put(Incident(name, number, NOW, IncidentState.OPEN, True, (member(artifact, "1.0.0"),)))


@contextmanager
def place(data_dir: Path, **changes: Any) -> Iterator[Place]:
    """Start both. `changes` are settings of the monitor."""
    people, ledger = People(), memory_ledger()
    world = World([scenario("small-rogue")])
    world.advance(at("2026-03-02T12:00:00"))
    with served() as (github, sandbox), served() as (monitor, web):
        sandbox.app = create(world, keys(), people=people)
        people.callbacks = [f"{monitor}/login/callback"]
        settings = Settings(
            **{
                "data_dir": data_dir,
                "github_api_url": f"{github}/api/v3",
                "github_webhook_secret": SECRET,
                "github_client_id": people.client_id,
                "github_client_secret": people.client_secret,
                "base_url": monitor,
                **changes,
            }
        )
        made = Place(github, monitor, people, world, ledger, settings)
        web.app = create_app(made.deps())
        yield made
