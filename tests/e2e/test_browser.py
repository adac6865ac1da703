"""The pages in Chromium: axios's stolen account from the overview to who looks after it, by the real processes.

With scripts and without, by keyboard, light and dark, wide and on a phone, and held to axe-core.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from pprint import pformat
from typing import Any, cast

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.deps import Deps
from app.mail_server import server as mail_server
from app.settings import Settings
from sandbox.live import Live
from sandbox.play import play
from sandbox.results import State
from sandbox.scenario import load
from tests.e2e.browsing import PHONE, WIDE, Browser, Tab, crawl, source
from tests.e2e.conftest import given
from tests.pages.examples import NOW
from verifier.ledger import memory_ledger

pytestmark = pytest.mark.e2e
AXIOS = load(Path(__file__).resolve().parents[2] / "scenarios" / "axios-2026")
MOST = 60
"""How many kinds of pages one scenario may lead to; a crawl that finds more has run away."""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a monitor that lived through the scenario."""
    given("E2E_CHROMIUM")
    with Live([AXIOS], tmp_path_factory.mktemp("live")) as stage:
        stage.begin(AXIOS)
        assert State.PASSED is play(AXIOS, stage).state
        yield stage.dashboard


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Two monitors that saw nothing yet: one for who runs it, and one where people log in and may subscribe."""
    nothing = cast(Any, None)
    bare = Settings(data_dir=tmp_path_factory.mktemp("bare"), github_webhook_secret="s" * 32)
    with ExitStack() as servers:
        addresses = []
        for settings in (
            bare,
            replace(
                bare,
                github_client_id="Iv1.abc",
                github_client_secret="c" * 20,
                session_secret="s" * 32,
                subscribe_domains=("acme.example", "*"),
                subscribe_secret="s" * 32,
                smtp_url=mail_server("SMTP_URL", "smtps://monitor:secret@mail.acme.example"),
                mail_from="monitor@acme.example",
            ),
        ):
            server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Quiet)
            addresses.append(f"http://127.0.0.1:{server.port}")
            settings = replace(settings, base_url=addresses[-1])
            server.app = create_app(Deps(settings, memory_ledger(), nothing, nothing, nothing, lambda: NOW))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            servers.callback(server.shutdown)
        yield addresses[0], addresses[1]


@pytest.fixture(scope="module")
def places(browser: Browser, dashboard: str, strangers: tuple[str, str]) -> list[tuple[str, str]]:
    """Every page, as (monitor, address)."""
    found = []
    for base, start in (
        (dashboard, ("/", "/?q=nothing-of-this-name", "/nowhere")),
        (strangers[0], ("/", "/setup", "/login")),
        (strangers[1], ("/login", "/subscribe")),
    ):
        with browser.page(base) as tab:
            found += [(base, path) for path in crawl(tab, start, MOST)]
    return found


def shown(tab: Tab, words: str) -> None:
    """The page says it, somewhere in its content."""
    assert words in tab.page.locator("main").inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_people_find_from_the_overview_to_the_evidence_by_links_alone(browser, dashboard, scripts) -> None:
    with browser.page(dashboard, scripts=scripts) as tab:
        page = tab.page
        tab.open("/")
        shown(tab, "Open incidents")
        row = page.get_by_role("row", name="axios")
        assert "a version of it is non-compliant" in row.inner_text()

        row.get_by_role("link", name="axios", exact=True).click()
        shown(tab, "2 publications in doubt, and no run accounts for them")
        page.get_by_role("link", name="1.14.1", exact=True).first.click()
        shown(tab, "No run of .github/workflows/publish.yml accounts for it")
        shown(tab, "this one was published with a plain token")
        shown(tab, "What to do now")
        shown(tab, "removed")

        page.go_back()
        page.get_by_role("row", name="1.14.0").get_by_role("link", name="1.14.0", exact=True).click()
        shown(tab, "verified")
        shown(tab, "refs/tags/v1.14.0")
        shown(tab, "axios-1.14.0.tgz")


@pytest.mark.parametrize(("scripts", "verb"), [(True, "recheck"), (False, "acknowledge")])
def test_an_incident_is_acted_on_where_it_is_read(browser, dashboard, scripts, verb) -> None:
    with browser.page(dashboard, scripts=scripts) as tab:
        page = tab.page
        tab.open("/")
        page.locator("article strong a").first.click()
        if verb == "recheck":
            page.get_by_role("button", name="Look at every version again").click()
        else:
            form = page.locator("form", has=page.locator("input[value=acknowledge]"))
            page.locator("details", has=form).locator("summary").click()
            form.get_by_label("Reason").fill("carol asks npm")
            form.get_by_role("button").click()
        # The page loads itself again while the worker answers.
        answer = page.locator("#commands ~ ul > li").first
        answer.locator(".is-compliant, .is-waived").wait_for(timeout=60_000)

        if verb == "acknowledge":
            tab.open("/")
            shown(tab, "acknowledged by operator")
            shown(tab, "carol asks npm")


def test_the_keyboard_reaches_everything_in_the_order_in_which_it_is_read(browser, dashboard) -> None:
    with browser.page(dashboard) as tab:
        page = tab.page
        tab.open("/")
        named = page.locator("nav[aria-label=Main] a").all_inner_texts()
        artifact = page.locator("tbody th a").first.inner_text()
        reached = tab.tabbed(200)

        assert ["To the content", "Artifact Monitor", *named] == reached[: 2 + len(named)]
        order = [reached.index(name) for name in ("axios@1.14.1 and 1 more", "Show", artifact) if name in reached]
        assert sorted(order) == order
        assert {"Show", artifact} <= {*reached}

        page.locator("tbody th a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/artifact?**")


def test_the_first_press_of_tab_offers_a_way_past_the_navigation(browser, dashboard) -> None:
    with browser.page(dashboard) as tab:
        tab.open("/")
        assert ["To the content"] == tab.tabbed(1)
        tab.page.keyboard.press("Enter")
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(browser, places, dark) -> None:
    axe = source(given("E2E_AXE"))
    found = {}
    for base in dict.fromkeys(base for base, _ in places):
        with browser.page(base, dark=dark) as tab:
            for path in (path for of, path in places if of == base):
                tab.open(path)
                found[path] = tab.audit(axe)
    wrong = {path: problems for path, problems in found.items() if problems}
    assert not wrong, pformat(wrong, width=200)


@pytest.mark.parametrize("size", [PHONE, (768, 1024), WIDE], ids=["phone", "tablet", "wide"])
def test_no_page_is_wider_than_its_window(browser, places, size) -> None:
    found = {}
    for base in dict.fromkeys(base for base, _ in places):
        with browser.page(base, size) as tab:
            for path in (path for of, path in places if of == base):
                tab.open(path)
                found[path] = tab.overflowing()
    wrong = {path: problems for path, problems in found.items() if problems}
    assert not wrong, pformat(wrong, width=200)


def test_the_demos_story_goes_from_the_overview_over_the_evidence_to_the_waiver(browser, dashboard) -> None:
    """By links and forms alone, as whoever opens the demo: on the machine itself, where nobody logs in."""
    with browser.page(dashboard) as tab:
        page = tab.page
        tab.open("/")
        shown(tab, "Open incidents")
        page.get_by_role("row", name="axios").get_by_role("link", name="axios", exact=True).click()
        page.get_by_role("link", name="1.14.1", exact=True).first.click()
        page.wait_for_url("**/version?**")
        shown(tab, "No run of .github/workflows/publish.yml accounts for it")

        page.locator("summary", has_text="This was me: waive it").click()
        form = page.locator("form", has=page.locator("input[value=mine]"))
        shown(tab, "Waives exactly the files of 2 open versions in its incident for 30 days")
        form.get_by_label("Reason").fill("a drill, agreed with carol")
        form.get_by_role("button", name="Waive").click()

        page.wait_for_url("**/incidents/**")
        answer = page.locator("#commands ~ ul > li").first
        answer.locator(".is-compliant", has_text="Waived until").wait_for(timeout=60_000)
        settled = page.locator(".done", has_text="Settled")
        for _ in range(30):  # the versions are judged anew after the answer
            if settled.count():
                break
            page.wait_for_timeout(1_000)
            page.reload()
        shown(tab, "Settled")
        shown(tab, "a drill, agreed with carol")

        page.get_by_role("link", name="axios@1.14.1").first.click()
        page.wait_for_url("**/version?**")
        assert ["~ waived", "✗ non-compliant"] == page.locator("section.verdict .lead .standing").all_inner_texts()
        shown(tab, "a drill, agreed with carol")
        page.get_by_role("button", name="Look at it again").click()
        page.get_by_role("button", name="Look at it again").wait_for(timeout=60_000)
        assert [] == [b for b in ("Waive", "Acknowledge") if page.get_by_role("button", name=b).count()]

        tab.open("/")
        assert "Open incidents" not in page.locator("main").inner_text()
        assert "a version of it is non-compliant" not in page.get_by_role("row", name="axios").inner_text()
        tab.open("/activity")
        shown(tab, "a drill, agreed with carol")


def test_whoever_runs_the_demo_tests_its_routes_on_the_health_page(browser, dashboard) -> None:
    with browser.page(dashboard) as tab:
        tab.open("/health")
        tab.page.get_by_role("button", name="Test all of them").click()
        answers = tab.page.get_by_role("status").all_inner_texts()

        assert ["✓ taken; look whether it arrived"] * 2 == answers


def test_an_artifact_is_added_watched_and_stopped_where_it_is_shown(browser, dashboard) -> None:
    """By forms alone, as whoever runs the monitor, who is obeyed at once."""
    with browser.page(dashboard) as tab:
        page = tab.page
        tab.open("/")
        page.get_by_role("link", name="Add artifact").first.click()
        page.get_by_label("Name", exact=True).fill("axios-second")
        page.get_by_label("Repository").fill("axios/axios")
        page.get_by_label("Workflow file").fill("publish.yml")
        page.get_by_role("button", name="Watch it").click()
        page.wait_for_url("**/add/**")
        page.get_by_role("link", name="To the artifact").wait_for(timeout=60_000)

        tab.open("/")
        page.get_by_role("row", name="axios-second").get_by_role("link", name="axios-second", exact=True).click()
        page.locator("summary", has_text="Stop watching it").click()
        page.get_by_label("Reason").fill("it was never published")
        page.get_by_role("button", name="Stop watching").click()
        for _ in range(30):
            if "stopped" in page.locator("main").inner_text().lower():
                break
            page.wait_for_timeout(1_000)
            tab.open("/artifact?purl=pkg:npm/axios-second")
        page.get_by_role("button", name="Watch it again").wait_for(timeout=60_000)
        tab.open("/activity")
        shown(tab, "it was never published")
