"""The page behind a mail's link: looking changes nothing, one click ends it, and a wrong secret finds nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.deeds.subscribing import KEPT, VALID
from checks.subscription import ONE_CLICK
from tests.pages.browser import Page as Tags
from tests.subscribers import ALICE, KEY, Monitor, end_link, incident, link


def asked(monitor: Monitor, **changes: Any) -> str:
    """The link in the mail to somebody who asked."""
    monitor.ask(**changes)
    (mail,) = monitor.work()
    return link(mail)


def one_click(monitor: Monitor, path: str) -> tuple[int, bool]:
    """As a mail program does it; returns the status and whether a cookie was set."""
    answer = monitor.client.post(path, data=ONE_CLICK, content_type="application/x-www-form-urlencoded")
    return answer.status_code, "Set-Cookie" in answer.headers


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_mail_scanner_that_follows_the_links_changes_nothing(method: str) -> None:
    monitor = Monitor()
    path = asked(monitor)
    before = monitor.all()
    for end in ("", "/end", "/confirm"):
        getattr(monitor.client, method)(path + end)

    assert before == monitor.all()
    assert [] == monitor.happen(incident())


def test_the_page_shows_what_was_asked_and_two_buttons() -> None:
    monitor = Monitor()
    path = asked(monitor, repositories="octo-org/widget", pace="weekly")
    answer = monitor.client.get(path)
    html = answer.get_data(as_text=True)

    assert 200 == answer.status_code
    assert f'action="{path}/confirm"' in html
    assert f'action="{path}/end"' in html
    assert "octo-org/widget" in Tags(html).text
    assert "a summary once a week" in Tags(html).text
    assert "no-referrer" == answer.headers["Referrer-Policy"]


def test_the_page_does_not_show_the_whole_address() -> None:
    """Alerts are forwarded; whoever gets one has the link."""
    monitor = Monitor()

    assert ALICE not in monitor.client.get(asked(monitor)).get_data(as_text=True)


def test_nothing_is_heard_before_it_is_confirmed_and_everything_after() -> None:
    monitor = Monitor()
    path = asked(monitor)
    assert [] == monitor.happen(incident())
    assert 200 == monitor.client.post(f"{path}/confirm").status_code

    assert [ALICE] == [mail["To"] for mail in monitor.happen(incident(id="i2"))]


def test_confirming_twice_changes_nothing() -> None:
    monitor = Monitor()
    path = asked(monitor)
    monitor.client.post(f"{path}/confirm")
    before = monitor.all()
    monitor.time += timedelta(hours=2)

    assert 200 == monitor.client.post(f"{path}/confirm").status_code
    assert before == monitor.all()


def test_asking_twice_for_the_same_gives_one_subscription() -> None:
    monitor = Monitor()
    first = asked(monitor)
    monitor.time += timedelta(hours=2)
    second = asked(monitor)
    monitor.client.post(f"{second}/confirm")
    assert 404 == monitor.client.post(f"{first}/confirm").status_code
    monitor.time += timedelta(hours=2)
    third = asked(monitor)
    assert b"confirmed before" in monitor.client.post(f"{third}/confirm").data

    assert 1 == len(monitor.all())
    assert 1 == len(monitor.happen(incident()))


def test_one_click_ends_it_without_a_redirect_or_a_cookie_however_often() -> None:
    monitor = Monitor()
    monitor.subscribe()
    (mail,) = monitor.happen(incident())
    assert [(200, False)] * 3 == [one_click(monitor, end_link(mail)) for _ in range(3)]

    assert [] == monitor.happen(incident(id="i2"))


def test_one_click_needs_no_header_of_a_browser_and_minds_none() -> None:
    monitor = Monitor()
    path = asked(monitor)

    assert 200 == monitor.client.post(f"{path}/end", headers={"Origin": "https://mail.example"}).status_code
    assert 404 != monitor.client.get(path).status_code


def test_somebody_who_did_not_ask_can_refuse_and_it_cannot_be_confirmed_then() -> None:
    monitor = Monitor()
    path = asked(monitor)
    monitor.client.post(f"{path}/end")
    monitor.client.post(f"{path}/confirm")

    assert [None] == [one.confirmed_at for one in monitor.all()]
    monitor.time += VALID
    monitor.work()
    assert [] == monitor.all()


def test_the_link_of_a_confirmation_is_good_for_a_day_and_the_address_is_forgotten_then() -> None:
    monitor = Monitor()
    path = asked(monitor)
    monitor.time += VALID - timedelta(seconds=1)
    assert 200 == monitor.client.get(path).status_code
    monitor.time += timedelta(seconds=1)
    assert 404 == monitor.client.post(f"{path}/confirm").status_code
    monitor.work()

    assert [] == monitor.all()


def test_an_address_that_ended_it_is_forgotten_thirty_days_later_and_its_links_answer_until_then() -> None:
    monitor = Monitor()
    monitor.subscribe()
    (mail,) = monitor.happen(incident())
    one_click(monitor, end_link(mail))
    monitor.time += KEPT - timedelta(seconds=1)
    monitor.work()
    assert 200 == monitor.client.get(link(mail)).status_code
    monitor.time += timedelta(seconds=1)
    monitor.work()

    assert [] == monitor.all()
    assert 404 == monitor.client.get(link(mail)).status_code


@pytest.mark.parametrize("secret", ["", "0" * 64, "x", "0" * 10_000, "\u00e9", "..", "%00"], ids=lambda s: ascii(s)[:9])
@pytest.mark.parametrize("act", ["", "/confirm", "/end"])
def test_a_wrong_secret_finds_nothing(secret: str, act: str) -> None:
    monitor = Monitor()
    name = asked(monitor).split("/")[2]
    before = monitor.all()
    call = monitor.client.post if act else monitor.client.get

    assert call(f"/subscriptions/{name}/{secret}{act}").status_code in (404, 308, 405)
    assert before == monitor.all()


def test_a_wrong_name_and_a_wrong_secret_are_answered_alike() -> None:
    monitor = Monitor()
    name, secret = asked(monitor).split("/")[2:]
    wrong = monitor.client.get(f"/subscriptions/{name}/{'0' * 64}")
    unknown = monitor.client.get(f"/subscriptions/{'0' * 32}/{secret}")

    assert (404, 404) == (wrong.status_code, unknown.status_code)
    assert wrong.data == unknown.data


def test_the_ledger_does_not_hold_the_secret_of_the_links() -> None:
    monitor = Monitor()
    secret = asked(monitor).split("/")[3]
    with monitor.ledger.reading() as book:
        tasks = book.work.all("tell/~people")

    assert secret not in repr((monitor.all(), tasks))


def test_links_in_older_mails_end_it_also_after_the_key_was_changed() -> None:
    monitor = Monitor()
    monitor.subscribe()
    (old,) = monitor.happen(incident())
    changed = Monitor(replace(monitor.settings, subscribe_secret=KEY[::-1]), monitor.time, monitor.ledger)
    (new,) = changed.happen(incident(id="i2"))
    assert end_link(old) != end_link(new)
    assert 200 == changed.client.get(link(new)).status_code
    assert (200, False) == one_click(changed, end_link(old))

    assert [] == changed.happen(incident(id="i3"))


def test_a_confirmation_that_was_on_its_way_when_the_key_was_changed_still_works() -> None:
    monitor = Monitor()
    monitor.ask()
    changed = Monitor(replace(monitor.settings, subscribe_secret=KEY[::-1]), monitor.time, monitor.ledger)
    (mail,) = changed.work()

    assert 200 == changed.client.post(f"{link(mail)}/confirm").status_code
    assert [True] == [one.live for one in changed.all()]


def test_a_body_beyond_what_a_mail_program_sends_is_not_read() -> None:
    monitor = Monitor()
    path = asked(monitor)

    assert 413 == monitor.client.post(f"{path}/end", data=b"x" * 65_536).status_code
    assert [None] == [one.ended_at for one in monitor.all()]
