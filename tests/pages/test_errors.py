"""What is not there, or broke, is said in our words to people and in one plain line to machines."""

from __future__ import annotations

import pytest
from flask import Flask

from app.viewer import Viewer
from tests.pages.browser import Page, application, client, filled, harmless
from tests.pages.examples import EVIL

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_gets_a_page_with_a_way_back() -> None:
    answer = client().get("/nowhere", headers=BROWSER)
    page = Page(answer.text)

    assert 404 == answer.status_code
    assert "There is no such page" in page.text
    assert "/" in page.addresses
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_machine_gets_one_plain_line() -> None:
    answer = client().get("/nowhere", headers={"Accept": "*/*"})

    assert (404, "text/plain", "404 Not Found\n") == (answer.status_code, answer.mimetype, answer.text)


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}], ids=["nothing said", "anything taken"])
@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/artifact?purl=zzz", "There is no such artifact here"),
        ("/version?purl=zzz&number=1", "There is no such version here"),
        ("/incidents/none", "There is no such incident here"),
        ("/incidents/none/export/json", "There is no such incident here"),
    ],
)
def test_who_asked_for_a_page_of_ours_is_shown_one_in_its_frame(path: str, title: str, headers: dict[str, str]) -> None:
    """Also who does not say that they take HTML, as the page itself would come to them."""
    answer = client().get(path, headers=headers)
    page = Page(answer.text)

    assert (404, "text/html") == (answer.status_code, answer.mimetype)
    assert title in page.text
    assert {"/", "/incidents", "/runs", "/activity"} <= set(page.addresses)
    assert harmless(page)


@pytest.mark.parametrize("accept", ["application/json", "text/plain"])
def test_who_takes_no_html_gets_one_plain_line_in_place_of_a_page(accept: str) -> None:
    answer = client().get("/artifact?purl=zzz", headers={"Accept": accept})

    assert (404, "404 Not Found\n") == (answer.status_code, answer.text)


def test_the_api_answers_as_json_whatever_is_taken() -> None:
    answer = client().get("/api/v1/artifact?purl=pkg:npm/nobody", headers=BROWSER)

    assert (404, "application/problem+json") == (answer.status_code, answer.mimetype)


@pytest.mark.parametrize("path", ["/incidents/i1", "/incidents/i1/export/json"])
def test_an_incident_that_may_not_be_seen_is_answered_like_one_that_is_not_there(path: str) -> None:
    assert 200 == client().get(path, headers=BROWSER).status_code
    one = client(Viewer("eve", 2, frozenset({999})))
    hidden, absent = (one.get(where, headers=BROWSER) for where in (path, path.replace("i1", "none")))

    assert (404, 404) == (hidden.status_code, absent.status_code)
    assert hidden.text == absent.text


def test_a_page_that_breaks_says_so_and_nothing_of_why() -> None:
    """A fault of ours is 503 for a browser, too: what broke stands in the log."""

    def boom() -> str:
        raise RuntimeError("the secret is s3cr3t")

    app: Flask = application(filled())
    app.add_url_rule("/boom", "boom", boom)
    answer = app.test_client().get("/boom", headers=BROWSER)

    assert 503 == answer.status_code
    assert "Something broke here" in answer.text
    assert "s3cr3t" not in answer.text


@pytest.mark.parametrize("url", ["/artifact", "/version", "/" + "<img src=x>"])
@pytest.mark.parametrize("purl", ["", "pkg:npm/nobody", EVIL, "pkg:npm/axios@1.0.0", "x" * 5000])
def test_whatever_is_asked_for_the_page_of_what_is_not_there_is_harmless(url: str, purl: str) -> None:
    answer = client().get(url, query_string={"purl": purl, "number": EVIL}, headers=BROWSER)

    assert 404 == answer.status_code
    assert harmless(Page(answer.text))


def test_an_address_used_in_another_way_is_told_so() -> None:
    answer = client().post("/artifact", headers=BROWSER)

    assert 405 == answer.status_code
    assert "That cannot be done so" in answer.text
