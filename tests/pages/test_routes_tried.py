"""The health page tests routes for whoever runs the monitor, says of each what came of it, and tells others of none."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app, notify
from app.deps import Deps
from app.outbound import Sent
from app.settings import Settings
from app.signin.sessions import key_of
from checks.base import Permanent
from checks.outside import HttpPost, Sending
from tests.outside import KINDS, POST, Way, route
from tests.pages.browser import Page
from tests.pages.examples import ALICE, EVIL, NOW
from tests.signin.place import Forms
from tests.webhooks.site import SECRET
from verifier.ledger import memory_ledger
from verifier.ledger.sessions import Right, Session
from verifier.model import Filter

HOME = "http://localhost"
FILTERED = Filter(organisations=(EVIL,))
ROUTES = (route("team"), route("post", POST, to=("secret-reader@acme.example",)), route("siem", filter=FILTERED))


class Panel:
    """The health page of a monitor with routes."""

    def __init__(self, data_dir: Path, **changes: Any) -> None:
        self.way, self.ledger, nothing = Way(), memory_ledger(), cast(Any, None)
        settings = Settings(data_dir=data_dir, github_webhook_secret=SECRET)
        deps = Deps(settings, self.ledger, nothing, nothing, nothing, lambda: NOW, routes=ROUTES, outside=KINDS)
        self.deps = replace(deps, outbound=self.way, **changes)

    def browser(self) -> FlaskClient:
        return create_app(self.deps).test_client()

    def test(self, name: str = "", **fields: str) -> TestResponse:
        browser = self.browser()
        form = Forms(browser.get("/health").text).forms[0]["fields"] | {"route": name} | fields
        return browser.post("/health/test", data=form, headers={"Origin": HOME})


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    return Panel(tmp_path)


def text(answer: TestResponse) -> str:
    return " ".join(Page(answer.text).text.split())


def test_every_route_is_tested_and_each_answer_stands_beside_it(panel: Panel) -> None:
    panel.way.failing["team"] = Permanent("It answers 404.")
    page = text(panel.test())

    assert "team place everything ✗ It answers 404." in page
    assert "post post everything ✓ taken; look whether it arrived" in page
    assert {"team", "siem", "secret-reader@acme.example"} == {*panel.way.tried}


def test_one_route_is_tested_alone(panel: Panel) -> None:
    page = text(panel.test("siem"))

    assert ["siem"] == panel.way.tried
    assert 1 == page.count("taken; look whether it arrived")


def test_the_page_itself_sends_nothing_and_names_no_address(panel: Panel) -> None:
    page = panel.browser().get("/health").text

    assert [] == panel.way.tried
    assert "Test all of them" in page
    assert [] == [word for word in ("team.example", "secret-reader") if word in page]
    assert EVIL not in page


def test_a_route_that_is_not_there_is_told_so_and_nothing_is_sent(panel: Panel) -> None:
    answer = panel.test("other")

    assert (404, []) == (answer.status_code, panel.way.tried)
    assert "There is no such route here any more" in answer.text


def test_where_there_are_no_routes_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    page = Panel(tmp_path, routes=()).browser().get("/health").text

    assert "Set ROUTES to the path of a routes file" in page
    assert "/health/test" not in page


def test_without_the_pages_own_form_nothing_is_sent(panel: Panel) -> None:
    assert 403 == panel.test(form_token="another").status_code
    assert [] == panel.way.tried


def test_nobody_who_logs_in_tests_routes_or_reads_of_them(panel: Panel) -> None:
    login = replace(panel.deps.settings, github_client_id="Iv1", github_client_secret="s", base_url=HOME)
    with panel.ledger.writing() as book:
        rights = (Right(ALICE, "admin"),)
        book.sessions.begin(Session(key_of("c"), 7, "mona", "sealed", NOW, NOW, NOW, rights))
    client = create_app(replace(panel.deps, settings=login)).test_client()
    client.set_cookie("artifact-monitor", "c")
    page = client.get("/health").text
    form = Forms(page).forms[0]["fields"]
    sent = client.post("/health/test", data=form, headers={"Origin": HOME})

    assert 403 == sent.status_code
    assert "whoever runs the monitor" in sent.text
    assert [] == panel.way.tried
    assert "Who is told outside GitHub" not in page


class Slow(Way):
    """A way out on which one place takes longer than anybody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def send(self, sending: Sending, ref: str = "") -> Sent:
        if isinstance(sending, HttpPost) and "team" in sending.url:
            self.over.wait(60)
        return super().send(sending, ref)


def test_a_place_that_takes_long_keeps_no_other_answer_back() -> None:
    way = Slow()
    try:
        team, siem = notify.at_once((ROUTES[0], ROUTES[2]), way, NOW, KINDS, timedelta(seconds=2))
    finally:
        way.over.set()

    assert (False, "no answer yet; the message may still arrive") == (team.ok, team.sentence)
    assert siem.ok


def test_what_was_not_begun_in_time_is_said_to_be_untried_and_is_never_sent() -> None:
    way = Slow()
    many = tuple(route(f"team{n}") for n in range(notify.SIDE_BY_SIDE + 1))
    try:
        tried = notify.at_once(many, way, NOW, KINDS, timedelta(milliseconds=50))
    finally:
        way.over.set()

    assert "not tried" in tried[-1].sentence
    assert many[-1].name not in way.tried
