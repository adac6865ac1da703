"""Registries of images that answer with malice: one clear sentence each, and no login or token at another host."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.network.http import Limits, make_fetch
from app.network.login import make_login
from app.settings import Settings
from tests.http.hosts import (
    BASIC,
    NOW,
    REALM,
    REGISTRY,
    SCOPE,
    STRANGER,
    TAGS,
    TOKEN,
    ask,
    bearer,
    guarded,
    logins,
    realm,
)
from tests.http.server import LIMIT, Handler, Server, no_names, problem, redirect
from tests.http.test_addresses import PRIVATE
from verifier.registries.base import Ask, Page

CLOSED = [address for address in PRIVATE if address != "127.0.0.1"]
"""Here alone the hosts of these tests stand."""
OWN_REALM = f"https://{REGISTRY}/token"
MANIFEST = "/v2/alice/widget/manifests/latest"
BLOB = "/v2/alice/widget/blobs/sha256:1"


def logged_in(hosts, answer, path: str = TAGS) -> None:
    """The registry answers so to who is logged in."""
    hosts.pages[REGISTRY, "/token"] = realm(BASIC)
    hosts.pages[REGISTRY, path] = lambda h: (
        answer(h) if h.headers.get("Authorization") == f"Bearer {TOKEN}" else guarded(bearer(OWN_REALM))(h)
    )


def nobody_else_was_told(hosts) -> bool:
    return [""] * len(hosts.others(REGISTRY)) == [asked.login for asked in hosts.others(REGISTRY)]


@pytest.mark.parametrize("address", CLOSED)
def test_a_redirect_of_who_is_logged_in_to_a_private_address_is_refused(hosts, tmp_path, address):
    logged_in(hosts, redirect(f"https://{address}/latest/meta-data/"))

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask()))

    assert "not a public address" in found
    assert [] == hosts.others(REGISTRY)


def test_a_redirect_to_the_metadata_of_a_cloud_is_refused(hosts, tmp_path):
    logged_in(hosts, redirect("http://169.254.169.254/latest/meta-data/iam/security-credentials/"))

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask()))

    assert found == "It leads to an address without encryption, which no setting names."


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_private_registry_that_a_setting_names_cannot_send_us_to_another_private_place(server, tmp_path, scheme):
    """Not even to another port of its own machine."""
    with Server() as other:
        place, there = server.url.removeprefix("http://"), f"{scheme}://127.0.0.1:{other.server_port}"
        settings = Settings(oci_registries=((place, server.url),), registry_auth_file=logins(tmp_path, place))
        server.answers[TAGS] = lambda h: (
            redirect(f"{there}/x")(h)
            if h.headers.get("Authorization") == BASIC
            else h.send(401, WWW_Authenticate="Basic")
        )
        fetch = make_login(settings, lambda: NOW, make_fetch(settings, resolve=no_names))

        answer = fetch(Ask(f"{server.url}{TAGS}", "application/json", LIMIT, scope=SCOPE))

        assert {"http": "without encryption", "https": "not a public address"}[scheme] in problem(answer)
    assert 2 == len(server.asked)
    assert [] == other.asked


def test_where_a_setting_names_both_places_the_login_stays_at_the_first(server, tmp_path):
    with Server() as other:
        thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        place = server.url.removeprefix("http://")
        named = ((place, server.url), ("mirror.example", other.url))
        settings = Settings(oci_registries=named, registry_auth_file=logins(tmp_path, place))
        other.answers["/x"] = redirect(f"{server.url}/y")
        server.answers["/y"] = lambda h: h.send(200, b"{}")
        server.answers[TAGS] = lambda h: (
            redirect(f"{other.url}/x")(h)
            if h.headers.get("Authorization") == BASIC
            else h.send(401, WWW_Authenticate="Basic")
        )
        fetch = make_login(settings, lambda: NOW, make_fetch(settings, resolve=no_names))

        answer = fetch(Ask(f"{server.url}{TAGS}", "application/json", LIMIT, scope=SCOPE))
        other.shutdown()
        thread.join()

    assert isinstance(answer, Page)
    assert [None, BASIC, None] == [headers.get("authorization") for _, headers in server.asked]
    assert [None] == [headers.get("authorization") for _, headers in other.asked]


def test_a_blob_is_fetched_from_where_the_registry_keeps_it_without_the_token(hosts, tmp_path):
    """Registries send everybody to another host for the bytes; its addresses carry what they need."""
    logged_in(hosts, redirect(f"https://{STRANGER}/bucket?signature=1"), BLOB)
    hosts.pages[STRANGER, "/bucket"] = lambda h: h.send(200, b"bytes")

    answer = hosts.login(logins(tmp_path, REGISTRY, STRANGER))(ask(path=BLOB))

    assert isinstance(answer, Page)
    assert b"bytes" == answer.body
    assert [""] == [asked.login for asked in hosts.to(STRANGER)]


def test_who_was_sent_away_and_back_again_is_not_logged_in_any_more(hosts, tmp_path):
    logged_in(hosts, redirect(f"https://{STRANGER}/x"))
    hosts.pages[STRANGER, "/x"] = redirect(f"https://{REGISTRY}/y")
    hosts.pages[REGISTRY, "/y"] = lambda h: h.send(200)

    hosts.login(logins(tmp_path, REGISTRY))(ask())

    assert ["", BASIC, f"Bearer {TOKEN}", ""] == [asked.login for asked in hosts.to(REGISTRY)]
    assert nobody_else_was_told(hosts)


@pytest.mark.parametrize("challenge", ["Basic", bearer(OWN_REALM), bearer(f"https://{STRANGER}/token")])
def test_a_place_that_the_registry_sends_us_to_does_not_say_how_to_log_in(hosts, tmp_path, challenge):
    hosts.pages[REGISTRY, TAGS] = redirect(f"https://{STRANGER}/x")
    hosts.pages[STRANGER, "/x"] = lambda h: h.send(401, WWW_Authenticate=challenge)

    found = problem(hosts.login(logins(tmp_path, REGISTRY, STRANGER))(ask()))

    assert "does not say how to log in" in found
    assert ["", ""] == [asked.login for asked in hosts.received]


def test_a_token_realm_that_sends_us_on_gets_the_login_alone(hosts, tmp_path):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(OWN_REALM))
    hosts.pages[REGISTRY, "/token"] = redirect(f"https://{STRANGER}/token")
    hosts.pages[STRANGER, "/token"] = realm()

    assert isinstance(hosts.login(logins(tmp_path, REGISTRY, STRANGER))(ask()), Page)
    assert [""] == [asked.login for asked in hosts.to(STRANGER)]


@pytest.mark.parametrize("address", CLOSED)
def test_a_token_realm_on_a_private_address_is_refused(hosts, tmp_path, address):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(f"https://{address}/token"))

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask()))

    assert found.startswith(f"Its token realm {address} gives no token: It would lead away from")
    assert found.endswith("which is not a public address. A realm must be public, unless TOKEN_REALMS names it.")
    assert [REGISTRY] == [asked.host for asked in hosts.received]


def test_a_token_realm_whose_name_leads_to_a_private_address_is_refused(hosts, tmp_path):
    hosts.names[REALM] = "169.254.169.254"
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask()))

    assert "auth.example leads to 169.254.169.254, which is not a public address" in found
    assert [""] == [asked.login for asked in hosts.received]


def test_a_private_token_realm_that_a_setting_names_for_one_registry_is_closed_to_others(hosts):
    hosts.names[REALM] = "10.0.0.6"
    hosts.pages[STRANGER, TAGS] = guarded(bearer())

    found = problem(hosts.login(realms=((REGISTRY, REALM),))(ask(STRANGER)))

    assert "auth.example leads to 10.0.0.6, which is not a public address" in found


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (f"http://{REALM}/token", "without encryption"),
        (f"http://{REGISTRY}/token", "without encryption"),
        ("http://169.254.169.254/token", "without encryption"),
        (f"https://user:secret@{REALM}/token", "no address of http or https without a login"),
        (f"https://{REGISTRY}\\\\@{STRANGER}/token", "no address of http or https without a login"),
        ("file:///etc/passwd", "no address"),
        ("ftp://auth.example/token", "no address"),
        ("https://[::1", "no address"),
        ("token", "no address"),
    ],
)
def test_a_token_realm_that_cannot_be_one_is_not_asked(hosts, tmp_path, where, expected):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer(where))

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask()))

    assert expected in found
    assert [(REGISTRY, "")] == [(asked.host, asked.login) for asked in hosts.received]


def test_a_realm_that_settings_name_gets_no_login_without_encryption(server, tmp_path):
    """Though another setting names the very place as a registry without it."""
    with Server() as other:
        here, there = (place.url.removeprefix("http://") for place in (server, other))
        settings = Settings(
            oci_registries=((here, server.url), (there, other.url)),
            token_realms=((here, there),),
            registry_auth_file=logins(tmp_path, here),
        )
        server.answers[TAGS] = guarded(bearer(f"{other.url}/token"))
        fetch = make_login(settings, lambda: NOW, make_fetch(settings, resolve=no_names))

        answer = fetch(Ask(f"{server.url}{TAGS}", "application/json", LIMIT, scope=SCOPE))

        assert f"It sends us to {there} for a token, without encryption; that is not asked." == problem(answer)
    assert [] == other.asked


def two_gigabytes(handler: Handler) -> None:
    handler.send(200, b"{", Content_Length=str(2 * 1024**3))
    handler.server.over.wait(10)


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while not handler.server.over.is_set():
        handler.wfile.write(b"x" * 65536)


@pytest.mark.parametrize("huge", [two_gigabytes, endless])
def test_a_manifest_of_any_size_is_read_up_to_its_limit(hosts, tmp_path, huge):
    logged_in(hosts, huge, MANIFEST)

    found = problem(hosts.login(logins(tmp_path, REGISTRY))(ask(path=MANIFEST)))

    assert f"Its body is larger than the {LIMIT} bytes that are read." == found


@pytest.mark.parametrize("huge", [two_gigabytes, endless])
def test_a_token_of_any_size_is_read_up_to_its_limit(hosts, huge):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = huge

    found = problem(hosts.login()(ask()))

    assert found.startswith("Its token realm auth.example gives no token: Its body is larger than")


def drip(handler: Handler) -> None:
    """A byte now and then, so that no timeout of a single read ever fires."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(250):
        handler.wfile.write(b"x")
        if handler.server.over.wait(0.02):
            return


def test_a_manifest_that_drips_ends_at_the_deadline(hosts, tmp_path):
    logged_in(hosts, drip, MANIFEST)
    limits = Limits(deadline=timedelta(seconds=2))

    found = problem(hosts.login(logins(tmp_path, REGISTRY), limits=limits)(ask(path=MANIFEST)))

    assert "registry.example took longer than 2 s to answer." == found


def test_a_token_that_drips_ends_at_the_deadline(hosts):
    hosts.pages[REGISTRY, TAGS] = guarded(bearer())
    hosts.pages[REALM, "/token"] = drip

    found = problem(hosts.login(limits=Limits(deadline=timedelta(seconds=2)))(ask()))

    assert "Its token realm auth.example gives no token: auth.example took longer than 2 s to answer." in found
