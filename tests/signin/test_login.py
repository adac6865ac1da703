"""Logging in with GitHub and out again, over real HTTP against a GitHub that checks what GitHub checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app import create_app
from app.signin import seal
from tests.signin import place as places
from tests.signin.place import NOW, WIDGET, Place
from verifier.ledger.sessions import Right, Session


def _sessions(place: Place) -> list[Session]:
    with place.ledger.reading() as book:
        return list(book.sessions._rows.values())  # type: ignore[attr-defined]  # the twin in memory


def _authorize(place: Place) -> dict[str, str]:
    browser = place.browser()
    answer = browser.go("/login/start", allow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_somebody_logs_in_looks_and_logs_out(place: Place) -> None:
    place.people.add("mona", _4711="maintain")
    browser = place.browser()

    page = browser.log_in("mona")

    assert (200, f"{place.monitor}/") == (page.status_code, page.url)
    assert "logged in as" in page.text
    assert "mona" in page.text
    assert [(Right(WIDGET, "maintain"),)] == [session.rights for session in _sessions(place)]

    page = browser.submit()

    assert "Logged out" in page.text
    assert [] == _sessions(place)
    assert browser.go("/").url.startswith(f"{place.monitor}/login?")


def test_who_is_not_logged_in_is_sent_to_the_login_and_back_to_the_page(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()

    assert f"{place.monitor}/?q=widget" == browser.log_in("mona", "/?q=widget").url


def test_a_login_proves_itself_by_pkce_and_names_no_address_but_ours(place: Place) -> None:
    asked = _authorize(place)

    assert "S256" == asked["code_challenge_method"]
    assert 43 == len(asked["code_challenge"])
    assert f"{place.monitor}/login/callback" == asked["redirect_uri"]
    assert asked["state"] != _authorize(place)["state"]
    assert asked["code_challenge"] != _authorize(place)["code_challenge"]


def test_a_code_that_another_browser_obtained_logs_nobody_in(place: Place) -> None:
    """Somebody hostile sends their own code and state: the victim would act in a stranger's account."""
    place.people.add("mallory", _4711="pull")
    hostile, victim = place.browser(), place.browser()
    hostile.go("/login/start")
    form = hostile.shown.forms[0]
    answer = hostile.http.post(
        f"{place.github}/login/oauth/authorize", data={**form["fields"], "person": "mallory"}, allow_redirects=False
    )
    stolen = answer.headers["Location"]

    assert "not begun in this browser" in victim.go(stolen).text
    victim.go("/login/start")
    assert "not begun in this browser" in victim.go(stolen).text
    assert [] == _sessions(place)


def test_a_code_is_worth_nothing_without_the_verifier_of_the_browser_that_began(place: Place) -> None:
    """A code that leaked is put into a login that somebody else began: PKCE refuses it at GitHub."""
    place.people.add("mona", _4711="pull")
    leaked, thief = place.browser(), place.browser()
    leaked.go("/login/start")
    form = leaked.shown.forms[0]
    back = leaked.http.post(
        f"{place.github}/login/oauth/authorize", data={**form["fields"], "person": "mona"}, allow_redirects=False
    ).headers["Location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    thief.go("/login/start")
    state = thief.shown.forms[0]["fields"]["state"]

    page = thief.go(f"/login/callback?code={code}&state={state}")

    assert (400, True) == (page.status_code, "does not accept this login" in page.text)
    assert [] == _sessions(place)


def test_a_state_counts_once_even_if_the_cookie_is_kept(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.go("/login/start")
    kept = browser.http.cookies.get_dict()
    form = browser.shown.forms[0]
    back = browser.http.post(
        f"{place.github}/login/oauth/authorize", data={**form["fields"], "person": "mona"}, allow_redirects=False
    ).headers["Location"]
    browser.go(back)

    again = place.browser()
    again.http.cookies.update(kept)

    assert "was used already" in again.go(back).text
    assert 1 == len(_sessions(place))


def test_a_login_waits_ten_minutes_and_no_longer(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.go("/login/start")
    place.time = NOW.replace(minute=11)

    assert "more than 10 minutes ago" in browser.submit(person="mona").text
    assert [] == _sessions(place)


def test_who_declines_at_github_is_told_so(place: Place) -> None:
    browser = place.browser()
    browser.go("/login/start")

    assert "perhaps you declined" in browser.submit(person="").text


def test_a_github_that_does_not_answer_logs_nobody_in_and_says_so(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.go("/login/start")
    form = browser.shown.forms[0]
    back = browser.http.post(
        f"{place.github}/login/oauth/authorize", data={**form["fields"], "person": "mona"}, allow_redirects=False
    ).headers["Location"]
    place.people.down = True

    page = browser.go(back)

    assert (503, True) == (page.status_code, "did not answer as it should" in page.text)
    assert [] == _sessions(place)


def test_a_new_login_ends_the_session_that_the_browser_had(place: Place) -> None:
    """Nobody can plant a session that goes on after the login: its id is new."""
    place.people.add("mona", _4711="pull")
    place.people.add("hubot", _4711="pull")
    browser = place.browser()
    browser.log_in("mona")
    before = browser.http.cookies.get("artifact-monitor")
    browser.go("/login/start")
    browser.submit(person="hubot")

    assert before != browser.http.cookies.get("artifact-monitor")
    assert ["hubot"] == [session.login for session in _sessions(place)]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_a_strangers_page_logs_nobody_out(place: Place, headers: dict[str, str]) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.log_in("mona")

    assert 403 == browser.submit(headers=headers).status_code
    assert 1 == len(_sessions(place))


def test_a_form_of_another_session_changes_nothing(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    one, other = place.browser(), place.browser()
    one.log_in("mona")
    other.log_in("mona")
    field = other.shown.forms[0]["fields"]["form_token"]

    assert 403 == one.submit(form_token=field).status_code
    assert 2 == len(_sessions(place))


def test_the_ledger_holds_neither_cookie_nor_token(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()
    browser.log_in("mona")
    (session,) = _sessions(place)

    secrets = [browser.http.cookies.get("artifact-monitor") or "-", *place.people.access, *place.people.renewals]
    assert 3 == len(secrets)
    assert [] == [secret for secret in secrets if secret in f"{session} {session.tokens} {session.key}"]


def test_on_https_the_cookies_belong_to_this_host_alone(place: Place) -> None:
    settings = replace(place.settings, base_url="https://monitor.example")
    client = create_app(place.deps(settings)).test_client()
    answer = client.get("/login/start", base_url="https://monitor.example")
    cookie = answer.headers["Set-Cookie"]

    assert cookie.startswith("__Host-artifact-monitor-login=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "max-age=31536000" == answer.headers["Strict-Transport-Security"]


def test_several_web_processes_share_one_key(tmp_path: Path) -> None:
    """Without SESSION_SECRET: a file in the data folder, readable to the monitor's account alone."""
    with places.place(tmp_path) as place:
        place.people.add("mona", _4711="pull")
        browser = place.browser()
        browser.log_in("mona")
        key = tmp_path / "session.key"
        assert (0o600, 32) == (key.stat().st_mode & 0o777, len(key.read_bytes()))

        seal._from_file.cache_clear()
        assert 200 == browser.submit().status_code
