"""Logging in at registries of images: what is sent, to whom, how often; and to whom it is never sent."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import StringIO
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from app.deps import Deps
from app.logs.events import configure
from app.network.http import NOBODY, Secret, make_fetch
from app.network.login import make_login
from app.settings import Settings
from tests.http.hosts import (
    BASIC,
    NOW,
    PASSWORD,
    REALM,
    REGISTRY,
    SCOPE,
    STRANGER,
    TAGS,
    TOKEN,
    Hosts,
    ask,
    bearer,
    guarded,
    logins,
    realm,
)
from tests.http.server import LIMIT, no_names, problem, redirect
from verifier.ledger import memory_ledger
from verifier.registries.base import Absent, Ask, Page, Unreadable

HUB, HUB_REALM = "registry-1.docker.io", "auth.docker.io"


def asked_for(asked) -> dict[str, list[str]]:
    return parse_qs(urlsplit(asked.path).query)


def test_a_public_image_is_read_with_a_token_for_anybody(hosts):
    """Ours is the scope, not the wider one that the registry proposes."""
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm()

    answer = hosts.login()(ask())

    assert isinstance(answer, Page)
    assert [(REGISTRY, ""), (REALM, ""), (REGISTRY, f"Bearer {TOKEN}")] == [(a.host, a.login) for a in hosts.received]
    assert {"service": [REGISTRY], "scope": [SCOPE]} == asked_for(hosts.to(REALM)[0])


def test_a_token_is_used_again_for_the_same_content_only(hosts):
    fetch = hosts.login()
    for name in ("widget", "gadget"):
        hosts.pages[REGISTRY, f"/v2/alice/{name}/tags/list"] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm()

    for _ in range(3):
        fetch(ask())
    assert 5 == len(hosts.received)
    fetch(ask(path="/v2/alice/gadget/tags/list", scope="repository:alice/gadget:pull"))
    assert 8 == len(hosts.received)


def test_a_token_that_ran_out_is_not_sent(hosts):
    now = [NOW]
    fetch = hosts.login(now=lambda: now[0])
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm(seconds=300)

    fetch(ask())
    now[0] += timedelta(seconds=295)
    fetch(ask())

    assert ["", f"Bearer {TOKEN}"] * 2 == [a.login for a in hosts.to(REGISTRY)]


def test_a_token_that_is_refused_is_replaced(hosts):
    fetch = hosts.login()
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm()
    fetch(ask())
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(), "Bearer another")
    hosts.pages[REALM, "/token"] = realm(token="another")

    assert isinstance(fetch(ask()), Page)
    assert [f"Bearer {TOKEN}", "Bearer another"] == [a.login for a in hosts.to(REGISTRY)[2:]]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_answer_is_that_of_the_second_question(hosts, method):
    """A validator goes along, and what is not there is not there."""
    fetch = hosts.login()
    hosts.pages[REGISTRY, TAGS] = lambda h: (
        h.send(404) if h.headers.get("Authorization") else h.send(401, WWW_Authenticate=bearer())
    )
    hosts.pages[REALM, "/token"] = realm()

    assert Absent(ask().url) == fetch(ask(method=method), '"v1"')
    assert [method] * 2 == [a.method for a in hosts.to(REGISTRY)]
    assert ['"v1"'] * 2 == [a.headers["if-none-match"] for a in hosts.to(REGISTRY)]


def test_what_is_about_no_content_is_asked_without_logging_in(hosts, tmp_path):
    hosts.pages[REGISTRY, "/v2/"] = guarded("Basic", BASIC)

    answer = hosts.login(logins(tmp_path, REGISTRY))(ask(path="/v2/", scope=""))

    assert "refuses us (401)" in problem(answer)
    assert [""] == [a.login for a in hosts.received]


@pytest.mark.parametrize("key", ["docker.io", "https://index.docker.io/v1/", "registry-1.docker.io"])
def test_the_login_for_docker_hub_goes_to_its_known_realm(hosts, tmp_path, key):
    hosts.pages[HUB, TAGS] = guarded(bearer(f"https://{HUB_REALM}/token", "registry.docker.io"))
    hosts.pages[HUB_REALM, "/token"] = realm(BASIC)

    answer = hosts.login(logins(tmp_path, key))(ask(HUB))

    assert isinstance(answer, Page)
    assert [BASIC] == [a.login for a in hosts.to(HUB_REALM)]
    assert ["", f"Bearer {TOKEN}"] == [a.login for a in hosts.to(HUB)]


def test_a_login_goes_to_the_realm_of_the_same_host(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(f"https://{REGISTRY}/token?account=x&scope=registry:catalog:*"))
    hosts.pages[REGISTRY, "/token"] = realm(BASIC)

    answer = hosts.login(logins(tmp_path, REGISTRY))(ask())

    assert isinstance(answer, Page)
    assert ["", BASIC, f"Bearer {TOKEN}"] == [a.login for a in hosts.received]
    assert {"account": ["x"], "service": [REGISTRY], "scope": [SCOPE]} == asked_for(hosts.received[1])


def test_a_realm_on_another_host_is_asked_without_the_login(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm()

    answer = hosts.login(logins(tmp_path, REGISTRY, REALM))(ask())

    assert isinstance(answer, Page)
    assert [""] == [a.login for a in hosts.others(REGISTRY)]


def test_a_login_that_was_withheld_from_a_realm_is_said_to_be(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm(BASIC)

    answer = hosts.login(logins(tmp_path, REGISTRY, REALM))(ask())

    expected = (
        "Its token realm auth.example refuses a token to nobody in particular (401). The login for registry.example "
        "was withheld, because the realm is on another host; if that host is the right one, set "
        "TOKEN_REALMS=registry.example=auth.example."
    )
    assert expected == problem(answer)
    assert isinstance(answer, Unreadable)
    assert 401 == answer.status
    assert [""] == [a.login for a in hosts.others(REGISTRY)]


def test_a_realm_that_a_setting_names_for_the_registry_is_given_the_login(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm(BASIC)
    fetch = hosts.login(logins(tmp_path, REGISTRY), realms=((REGISTRY, REALM),))

    assert isinstance(fetch(ask()), Page)
    assert [BASIC] == [a.login for a in hosts.to(REALM)]


def test_a_realm_that_a_setting_names_for_one_registry_gets_no_other_registrys_login(hosts, tmp_path):
    hosts.pages[STRANGER, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = realm()
    fetch = hosts.login(logins(tmp_path, STRANGER, REGISTRY), realms=((REGISTRY, REALM),))

    assert isinstance(fetch(ask(STRANGER)), Page)
    assert [""] == [a.login for a in hosts.to(REALM)]


def test_an_identity_token_is_turned_into_another_by_post(hosts, tmp_path):
    """Docker keeps one in place of a password; it is no password."""
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(f"https://{REGISTRY}/token"))
    hosts.pages[REGISTRY, "/token"] = lambda h: h.send(200, b'{"access_token": "%s"}' % TOKEN.encode())
    path = logins(tmp_path, REGISTRY, auth="YWxpY2U6", identitytoken=PASSWORD)

    assert isinstance(hosts.login(path)(ask()), Page)
    post = hosts.received[1]
    form = parse_qs(post.body.decode())
    assert ("POST", "/token", None) == (post.method, post.path, post.headers.get("authorization"))
    assert ["refresh_token", PASSWORD, SCOPE] == [form[k][0] for k in ("grant_type", "refresh_token", "scope")]


def test_a_login_that_is_posted_follows_no_redirect(hosts, tmp_path):
    for status in (302, 307, 308):
        hosts.pages[REGISTRY, TAGS] = guarded(bearer(f"https://{REGISTRY}/token"))
        hosts.pages[REGISTRY, "/token"] = redirect(f"https://{STRANGER}/token", status)
        path = logins(tmp_path, REGISTRY, identitytoken=PASSWORD)

        answer = hosts.login(path)(ask())

        assert "redirects a login, which is not sent on" in problem(answer)
    assert [] == hosts.others(REGISTRY)


def test_a_registry_that_wants_a_name_and_a_password_is_given_its_own(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded('Basic realm="Registry Realm"', BASIC)
    fetch = hosts.login(logins(tmp_path, REGISTRY))

    assert isinstance(fetch(ask()), Page)
    assert isinstance(fetch(ask()), Page)
    assert ["", BASIC, BASIC] == [a.login for a in hosts.received]


def test_without_a_login_a_registry_that_wants_one_says_what_to_do(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded('Basic realm="Registry Realm"', BASIC)

    answer = hosts.login(logins(tmp_path, f"{REGISTRY}:5000", STRANGER))(ask())

    expected = (
        "It refuses us (401) without a name and a password. It is not there, or not public: then put a login for "
        "registry.example into REGISTRY_AUTH_FILE."
    )
    assert expected == problem(answer)
    assert [""] == [a.login for a in hosts.received]


def test_a_second_refusal_is_the_answer(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(f"https://{REGISTRY}/token"), "Bearer another")
    hosts.pages[REGISTRY, "/token"] = realm()

    answer = hosts.login(logins(tmp_path, REGISTRY))(ask())

    expected = (
        "It refuses us (401), though we logged in as it asks. It is not there, or the login for registry.example may "
        "not read it."
    )
    assert expected == problem(answer)
    assert 3 == len(hosts.received)


def test_a_refusal_that_does_not_say_how_to_log_in_is_said_to_be_one(hosts):
    hosts.pages[REGISTRY, TAGS] = lambda h: h.send(401, WWW_Authenticate="Negotiate")

    assert "does not say how to log in" in problem(hosts.login()(ask()))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<html>", "is not JSON"),
        (b"{}", "no token"),
        (b'{"token": "a\\r\\nX-Evil: 1"}', "no token"),
        (b'{"token": 7}', "no token"),
    ],
)
def test_a_realm_that_gives_no_token_is_said_to_give_none(hosts, body, expected):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = lambda h: h.send(200, body)

    found = problem(hosts.login()(ask()))

    assert found.startswith("Its token realm auth.example gives no token: ")
    assert expected in found
    assert 1 == len(hosts.to(REGISTRY))


def test_a_realm_that_asks_for_fewer_requests_is_heard(hosts):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = lambda h: h.send(429, Retry_After="60")

    answer = hosts.login()(ask())

    assert isinstance(answer, Unreadable)
    assert (429, 60.0) == (answer.status, answer.retry_after)


def test_a_file_of_logins_that_broke_meanwhile_is_said_to_be_broken(hosts, tmp_path):
    """It is read anew for each login, so a new password needs no restart."""
    path = logins(tmp_path, REGISTRY)
    fetch = hosts.login(path)
    hosts.pages[REGISTRY, TAGS] = guarded("Basic", BASIC)
    path.write_text(f"{{{PASSWORD}")

    found = problem(fetch(ask()))

    assert "REGISTRY_AUTH_FILE" in found
    assert PASSWORD not in found


def test_a_private_registry_without_encryption_that_a_setting_names_is_logged_in_at(server, tmp_path):
    """Its own realm too; it is the operator who says that this network may be trusted."""
    place = server.url.removeprefix("http://")
    settings = Settings(oci_registries=(("registry.example", server.url),), registry_auth_file=logins(tmp_path, place))
    fetch = make_login(settings, lambda: NOW, make_fetch(settings, resolve=no_names))
    server.answers[TAGS] = guarded(bearer(f"{server.url}/token"))
    server.answers[f"/token?service={REGISTRY}&scope={SCOPE.replace(':', '%3A').replace('/', '%2F')}"] = realm(BASIC)

    assert isinstance(fetch(Ask(f"{server.url}{TAGS}", "application/json", LIMIT, scope=SCOPE)), Page)
    assert [None, BASIC, f"Bearer {TOKEN}"] == [headers.get("authorization") for _, headers in server.asked]


def test_no_secret_is_shown_or_logged(hosts, tmp_path):
    """Neither by what is printed of the parts, nor in what is said of any failure, nor in a log of everything."""
    fetch = hosts.login(logins(tmp_path, REGISTRY))
    settings, nothing = fetch.settings, cast(Any, None)
    deps = Deps(settings, memory_ledger(), fetch, lambda _: nothing, nothing, lambda: NOW)
    stream = StringIO()
    before = logging.getLogger().handlers[:], logging.getLogger().level
    configure(settings, stream)
    logging.getLogger().setLevel(logging.DEBUG)
    pages = [guarded("Basic", "other"), guarded(bearer(f"https://{REGISTRY}/token"), "other"), guarded(bearer())]
    try:
        said = []
        for page in pages:
            hosts.pages[REGISTRY, TAGS] = page
            hosts.pages[REGISTRY, "/token"] = realm(BASIC)
            said.append(repr(fetch(ask())))
        hosts.pages[REGISTRY, "/token"] = realm("nobody's")
        hosts.pages[REGISTRY, TAGS] = pages[1]
        said.append(repr(fetch(ask())))
        structlog.get_logger().info("all", deps=repr(deps), fetch=fetch, settings=settings, held=repr(fetch._held))
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()
    shown = "\n".join([*said, repr(deps), repr(fetch), repr(Secret(BASIC, PASSWORD)), repr(NOBODY), stream.getvalue()])

    assert "[tests.http.test_login]" in stream.getvalue()
    assert [] == [s for s in (PASSWORD, BASIC, BASIC.removeprefix("Basic "), TOKEN) if s in shown]
    assert {BASIC, f"Bearer {TOKEN}"} <= {a.login for a in hosts.received}


def test_a_host_receives_only_logins_of_its_own(hosts: Hosts, tmp_path):
    """Whatever registries answer, over many questions: each login and token stays with its host."""
    by_host = {host: f"Bearer token-of-{host}" for host in (REGISTRY, STRANGER)}
    for host, good in by_host.items():
        hosts.pages[host, TAGS] = guarded(bearer(f"https://{REALM}/{host}"), good)
        hosts.pages[REALM, f"/{host}"] = realm(token=good.removeprefix("Bearer "))
    fetch = hosts.login(logins(tmp_path, REGISTRY, STRANGER))

    for host in (REGISTRY, STRANGER, REGISTRY, STRANGER):
        assert isinstance(fetch(ask(host)), Page)

    assert {"", by_host[REGISTRY]} == {a.login for a in hosts.to(REGISTRY)}
    assert {"", by_host[STRANGER]} == {a.login for a in hosts.to(STRANGER)}
    assert {""} == {a.login for a in hosts.to(REALM)}
