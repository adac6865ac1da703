"""What somebody may see is what GitHub says: asked again, ended when it says so, and never more while it is silent."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from app.settings import Settings
from app.signin import rights
from app.signin.calls import Calls, converse
from app.signin.gate import Gate
from app.signin.oauth import Tokens
from app.signin.rights import right_of
from app.signin.sessions import FRESH, IDLE, KNOWN, LIFETIME, Age, Desk, age_of, key_of
from tests.handlers.deliveries import delivery, hear, payload
from tests.signin.place import ELSEWHERE, NOW, SECRET_WIDGET, WIDGET, Browser, Place
from verifier.ledger.sessions import Right, Session

MINUTE = timedelta(minutes=1)
MONA = Session("a" * 64, 7, "mona", "sealed", NOW, NOW, NOW)


@pytest.fixture
def browser(place: Place) -> Browser:
    """Mona's, logged in."""
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.log_in("mona")
    place.people.asked.clear()
    return browser


def cookie(browser: Browser) -> str:
    return browser.http.cookies.get("artifact-monitor") or ""


def desk(place: Place) -> Desk:
    return Desk(place.settings, place.ledger, place.now)


def session(place: Place, browser: Browser) -> Session | None:
    with place.ledger.reading() as book:
        return book.sessions.get(key_of(cookie(browser)))


def seen(place: Place, browser: Browser) -> tuple[Right, ...]:
    found = desk(place).find(cookie(browser))
    assert found is not None
    return found.rights


@pytest.mark.parametrize(
    ("later", "age"),
    [
        (timedelta(0), Age.FRESH),
        (FRESH, Age.FRESH),
        (FRESH + MINUTE, Age.STALE),
        (KNOWN, Age.STALE),
        (KNOWN + MINUTE, Age.BLIND),
        (IDLE, Age.BLIND),
        (IDLE + MINUTE, Age.OVER),
        (-MINUTE, Age.BLIND),
    ],
)
def test_what_a_session_is_worth_by_its_age(later: timedelta, age: Age) -> None:
    assert age is age_of(MONA, NOW + later)


@given(
    begun=st.timedeltas(-LIFETIME, 2 * LIFETIME),
    used=st.timedeltas(-IDLE, 2 * IDLE),
    asked=st.timedeltas(-KNOWN, 2 * KNOWN),
)
def test_no_session_is_shown_that_is_too_old_in_any_way(begun: timedelta, used: timedelta, asked: timedelta) -> None:
    age = age_of(Session("a", 7, "mona", "", NOW - begun, NOW - used, NOW - asked), NOW)

    assert (begun > LIFETIME or used > IDLE) == (age is Age.OVER)
    if age is Age.FRESH:
        assert timedelta(0) <= asked <= FRESH
    if age is Age.STALE:
        assert FRESH < asked <= KNOWN


def test_within_five_minutes_github_is_not_asked_again(place: Place, browser: Browser) -> None:
    place.time += FRESH
    browser.go("/")
    browser.go("/")

    assert [] == place.people.asked


def test_after_five_minutes_a_new_right_and_a_lost_one_count(place: Place, browser: Browser) -> None:
    """Access that was taken away is gone with the next page."""
    assert (Right(WIDGET, "read"),) == seen(place, browser)
    place.people.accounts["mona"].roles[WIDGET] = "admin"
    place.time += FRESH + MINUTE
    assert (Right(WIDGET, "admin"),) == seen(place, browser)
    place.people.accounts["mona"].roles.clear()
    place.time += FRESH + MINUTE
    assert () == seen(place, browser)


def test_an_access_token_that_ran_out_is_renewed_and_its_successor_kept(place: Place, browser: Browser) -> None:
    """GitHub's refresh tokens count once: each is replaced by the next, again and again."""
    for _ in range(3):
        place.time += timedelta(hours=8)
        place.people.run_out()
        place.people.asked.clear()
        assert (Right(WIDGET, "read"),) == seen(place, browser)
        assert "exchange refresh_token" == place.people.asked[0]


def test_a_token_that_is_refused_before_its_time_is_renewed_once(place: Place, browser: Browser) -> None:
    place.people.run_out()
    place.time += FRESH + MINUTE

    assert (Right(WIDGET, "read"),) == seen(place, browser)
    assert ["/user/installations", "exchange refresh_token"] == place.people.asked[:2]


def test_who_took_access_back_at_github_is_logged_out_with_the_next_look(place: Place, browser: Browser) -> None:
    place.people.revoke(place.people.accounts["mona"])
    place.time += FRESH + MINUTE

    assert f"{place.monitor}/login?next=/" == browser.go("/").url
    assert session(place, browser) is None


def test_githubs_word_that_access_was_taken_back_ends_the_session_at_once(place: Place, browser: Browser) -> None:
    known = session(place, browser)
    assert known is not None
    body = payload("github_app_authorization.revoked", sender={"id": known.user_id, "login": "mona"})
    hear(delivery("github_app_authorization", body), ledger=place.ledger)

    assert f"{place.monitor}/login?next=/" == browser.go("/").url


def test_while_github_is_silent_what_it_said_last_holds_for_half_an_hour_and_no_longer(
    place: Place, browser: Browser
) -> None:
    place.people.down = True
    place.time += KNOWN
    assert 200 == browser.go("/").status_code
    place.time += MINUTE
    page = browser.go("/")

    assert (503, "10") == (page.status_code, page.headers["Retry-After"])
    assert "Cannot tell what you may see" in page.text
    place.people.down = False
    place.time += MINUTE
    assert 200 == browser.go("/").status_code


def test_a_silent_github_is_left_alone_for_a_while(place: Place, browser: Browser) -> None:
    """Every page would wait for it otherwise, and webhooks behind them."""
    place.people.down = True
    place.time += FRESH + MINUTE
    calls: list[str] = []

    def counting(settings: Settings) -> Calls:
        calls.append(settings.website)
        return converse(settings)

    counted = Desk(place.settings, place.ledger, place.now, counting)
    for _ in range(5):
        assert counted.find(cookie(browser)) is not None

    assert [place.github] == calls


def test_many_pages_at_once_ask_github_once(place: Place, browser: Browser) -> None:
    place.time += FRESH + MINUTE
    found: list[Session | None] = []

    def look() -> None:
        found.append(desk(place).find(cookie(browser)))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 8 == len([one for one in found if one is not None])
    assert 1 == place.people.asked.count("/user/installations")


def test_a_session_ends_a_day_after_its_last_use_and_a_week_after_its_beginning(place: Place, browser: Browser) -> None:
    for _ in range(7):
        place.time += timedelta(hours=23)
        assert 200 == browser.go("/").status_code
    place.time += timedelta(hours=23)

    assert browser.go("/").url.startswith(f"{place.monitor}/login")
    other = place.browser()
    other.log_in("mona")
    place.time += IDLE + MINUTE
    assert other.go("/").url.startswith(f"{place.monitor}/login")
    assert session(place, other) is None


def test_a_session_sealed_with_another_key_is_nobodys(place: Place, browser: Browser) -> None:
    """Its rights still hold until they must be asked again; then its tokens cannot be opened."""
    other = Desk(replace(place.settings, session_secret="0" * 32), place.ledger, place.now)
    place.time += FRESH + MINUTE

    assert other.find(cookie(browser)) is None
    assert session(place, browser) is None


def test_a_made_up_cookie_is_nobody(place: Place, browser: Browser) -> None:
    for made_up in ("", "x", key_of(cookie(browser)), cookie(browser) + "x", "\u00e9", "a" * 20_000):
        assert desk(place).find(made_up) is None


@pytest.mark.parametrize("role", ["pull", "triage", "push", "maintain", "admin"])
def test_githubs_highest_permission_is_the_role(place: Place, role: str) -> None:
    person = place.people.add("mona", _4711=role)
    ours = {"pull": "read", "triage": "read", "push": "write"}.get(role, role)

    assert Right(WIDGET, ours) == right_of({"id": WIDGET, "permissions": person.permissions(WIDGET)})


@given(
    st.dictionaries(
        st.sampled_from(["id", "permissions", "name"]),
        st.none() | st.integers() | st.booleans() | st.text() | st.dictionaries(st.text(), st.booleans()),
    )
)
def test_whatever_a_repository_looks_like_no_right_is_made_up(repository: dict[str, object]) -> None:
    right = right_of(repository)

    granted = repository.get("permissions")
    assert right is None or (isinstance(granted, dict) and True in granted.values())


def test_rights_are_read_page_by_page(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "_PER_PAGE", 1)
    installation = next(iter(place.world.installations.values()))
    widget = place.world.repos[WIDGET]
    for number in (SECRET_WIDGET, ELSEWHERE):
        place.world.repos[number] = replace(widget, id=number, full_name=f"octo/r{number}")
        installation.repositories.add(number)
    place.people.add("mona", _4711="pull", _4712="push", _4713="admin")
    browser = place.browser()
    browser.log_in("mona")

    assert (Right(WIDGET, "read"), Right(SECRET_WIDGET, "write"), Right(ELSEWHERE, "admin")) == seen(place, browser)
    monkeypatch.setattr(rights, "MOST_REPOSITORIES", 2)
    place.time += FRESH + MINUTE
    assert 2 == len(seen(place, browser))


def test_who_looks_is_who_github_says(place: Place, browser: Browser) -> None:
    environ = EnvironBuilder(headers=[("Cookie", f"artifact-monitor={cookie(browser)}")]).get_environ()
    deps = place.deps()
    viewer = Gate(deps.settings, deps.ledger, deps.now).look(Request(environ))

    assert ("mona", frozenset({WIDGET}), {WIDGET: "read"}, False) == (
        viewer.login,
        viewer.sees,
        viewer.roles,
        viewer.operator,
    )


def test_tokens_are_the_same_after_they_were_sealed() -> None:
    for tokens in (Tokens("a", NOW, "r", NOW + MINUTE), Tokens("a", None)):
        assert tokens == Tokens.load(tokens.dump())
        assert "'a'" not in repr(tokens)
