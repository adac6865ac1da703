"""The page by which people ask: the same answer for everybody, bounded, and not to be used by another site."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.deeds.subscribing import MOST_AN_HOUR, MOST_LIVE, MOST_PENDING
from app.pages.subscribe import LIMIT, MOST
from app.web.headers import SECURITY
from tests.pages.browser import Page as Tags
from tests.subscribers import ALICE, BASE, SETTINGS, STRANGER, Monitor, link, person, put, text
from verifier.model import Filter

HOUR = timedelta(hours=1)
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def test_where_nobody_may_subscribe_there_are_no_such_pages() -> None:
    monitor = Monitor(replace(SETTINGS, subscribe_domains=()))

    assert 404 == monitor.client.get("/subscribe").status_code
    assert 404 == monitor.ask().status_code
    assert b"Subscribe" not in monitor.client.get("/").data


def test_the_form_works_without_scripts_and_loads_nothing_from_elsewhere() -> None:
    answer = Monitor().client.get("/subscribe")
    page = Tags(answer.get_data(as_text=True))

    assert 200 == answer.status_code
    assert "script" not in page.tags
    assert {"form", "input", "button", "label", "fieldset", "legend"} <= page.tags
    assert all(address.startswith("/") or address == "#main" for address in page.addresses)
    assert SECURITY["Content-Security-Policy"] == answer.headers["Content-Security-Policy"]
    assert "people.example" in page.text
    assert "Set-Cookie" not in answer.headers


def test_every_field_of_the_form_has_a_label() -> None:
    html = Monitor().client.get("/subscribe").get_data(as_text=True)

    for field in ("address", "organisations", "repositories", "artifacts"):
        assert f'<label class="form-label" for="{field}">' in html
        assert f'id="{field}"' in html


def test_asking_mails_a_link_to_the_address_and_to_nobody_else() -> None:
    monitor = Monitor()

    assert 200 == monitor.ask().status_code
    assert ["tell"] == monitor.wake.steps
    (mail,) = monitor.work()

    assert ALICE == mail["To"]
    assert f"{BASE}{link(mail)}" in text(mail)
    assert "within a day" in text(mail)


def test_the_mail_that_asks_holds_nothing_that_was_typed_into_the_form() -> None:
    """Whoever types somebody else's address could otherwise have us carry their words."""
    monitor = Monitor()
    monitor.ask(artifacts="pkg:oci/money?repository_url=win.example/money", organisations="buy-now")
    (mail,) = monitor.work()

    assert "win.example" not in text(mail)
    assert "buy-now" not in text(mail)


def test_the_answer_is_the_same_whatever_is_known_of_the_address() -> None:
    unknown, waiting, known, full = Monitor(), Monitor(), Monitor(), Monitor()
    waiting.ask()
    put(known, [person(asked_at=known.time - 30 * HOUR)])
    put(full, [person(id=f"p{n}", asked_at=full.time - 30 * HOUR) for n in range(MOST_LIVE)])
    answers = [(answer.status_code, answer.data) for m in (unknown, waiting, known, full) if (answer := m.ask())]

    assert [answers[0]] * 4 == answers
    assert [1, 1, 1, 0] == [len(m.work()) for m in (unknown, waiting, known, full)]


def test_an_address_is_mailed_once_an_hour_and_three_times_a_day_at_most() -> None:
    monitor = Monitor()
    sent = 0
    for _ in range(23 * 4):
        monitor.ask(organisations=f"o{_}")
        sent += len(monitor.work())
        monitor.time += HOUR / 4

    assert MOST_PENDING == sent
    assert MOST_PENDING == len(monitor.all())


def test_writing_an_address_in_capitals_does_not_get_it_another_mail() -> None:
    monitor = Monitor()
    monitor.ask()
    monitor.ask(address=ALICE.upper())

    assert 1 == len(monitor.work())


def test_all_together_are_mailed_so_often_within_an_hour() -> None:
    monitor = Monitor()
    put(monitor, [person(id=f"p{n}", address=f"a{n}@people.example") for n in range(MOST_AN_HOUR - 1)])

    assert 200 == monitor.ask(address="b@people.example").status_code
    known, unknown = monitor.ask(address="a1@people.example"), monitor.ask(address="c@people.example")
    assert (429, 429) == (known.status_code, unknown.status_code)
    assert known.data == unknown.data
    monitor.time += HOUR
    assert 200 == monitor.ask(address="c@people.example").status_code


def test_forms_are_read_so_often_within_a_minute() -> None:
    monitor = Monitor()
    answers = [monitor.ask(address=f"a{n}@people.example").status_code for n in range(MOST + 1)]

    assert [200] * MOST + [429] == answers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Origin": "https://elsewhere.example"},
        {"Origin": f"{BASE}.elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_cannot_ask_with_its_visitors_browser(headers: dict[str, str]) -> None:
    monitor = Monitor()

    assert 403 == monitor.ask(headers).status_code
    assert [] == monitor.all()


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Sec-Fetch-Site": "none"}, {"Origin": BASE}]
)
def test_our_own_page_and_what_is_no_browser_can(headers: dict[str, str]) -> None:
    assert 200 == Monitor().ask(headers).status_code


@pytest.mark.parametrize("field", ["address", "organisations", "repositories", "artifacts", "outcomes", "pace"])
@pytest.mark.parametrize("value", [EVIL, "x\r\nBcc: a@b.example", "\u202e\u0000", "x" * 10_000], ids=ascii)
def test_hostile_input_is_refused_in_words_and_makes_no_markup(field: str, value: str) -> None:
    monitor = Monitor()
    plain = Tags(monitor.ask(organisations="[").get_data(as_text=True))
    answer = monitor.ask(None, **{field: value})
    page = Tags(answer.get_data(as_text=True))

    assert 422 == answer.status_code
    assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    assert "\u202e" not in page.text
    assert [] == monitor.all()


def test_a_form_of_64_kb_is_not_read() -> None:
    monitor = Monitor()

    assert 413 == monitor.ask(organisations="x" * 65_536).status_code
    assert (
        413
        == monitor.client.post(
            "/subscribe", data=b"&" * (LIMIT + 1), content_type="application/x-www-form-urlencoded"
        ).status_code
    )
    assert [] == monitor.all()


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_what_is_no_form_is_refused_in_words(kind: str) -> None:
    answer = Monitor().client.post("/subscribe", data=b'{"address": "a@people.example"}', content_type=kind)

    assert 422 == answer.status_code
    assert b"plain mail address" in answer.data


def test_bytes_that_are_no_utf_8_are_refused_in_words() -> None:
    answer = Monitor().client.post(
        "/subscribe", data=b"address=%ff%fe&outcomes=suspect", content_type="application/x-www-form-urlencoded"
    )

    assert 422 == answer.status_code


def test_what_was_typed_stands_in_the_form_again() -> None:
    html = Monitor().ask(organisations="octo-org", repositories="no", pace="weekly").get_data(as_text=True)

    assert f'value="{ALICE}"' in html
    assert 'value="octo-org"' in html
    assert 'value="weekly" checked' in html
    assert 'aria-describedby="wrong-repositories"' in html


def test_a_stranger_is_taken_down_for_what_the_public_hears() -> None:
    monitor = Monitor()
    monitor.ask(address=STRANGER, outcomes=["notice", "anomaly"])

    assert [Filter(outcomes=("non_compliant",))] == [one.filter for one in monitor.all()]


def test_a_strangers_address_is_turned_away_where_only_domains_are_named() -> None:
    monitor = Monitor(replace(SETTINGS, subscribe_domains=("people.example",)))
    answer = monitor.ask(address=STRANGER)

    assert 422 == answer.status_code
    assert [] == monitor.all()
