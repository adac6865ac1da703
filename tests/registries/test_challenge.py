"""Where a registry sends us for a token, and the token: every word of it is the other side's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registries.documents import READ_AT
from verifier.document import Malformed
from verifier.registries.distribution import challenge
from verifier.registries.distribution.challenge import Challenge, Token

REALM = "https://auth.registry.example/token"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            f'Bearer realm="{REALM}",service="s",scope="repository:a/b:pull,push"',
            (REALM, "s", "repository:a/b:pull,push"),
        ),
        (f'Bearer realm="{REALM}"', (REALM, "", "")),
        (f"bearer REALM={REALM} , Service = s", (REALM, "s", "")),
        (f'Basic realm="Registry", Bearer realm="{REALM}",service="s"', (REALM, "s", "")),
        (f'Bearer error="x", Bearer realm="{REALM}"', (REALM, "", "")),
        (f'Bearer realm="{REALM}", realm="https://elsewhere.example"', (REALM, "", "")),
        (r'Bearer realm="a\"b\\c"', (r"a\"b\c".replace(r"\"", '"'), "", "")),
        (f',,  ,Bearer   realm="{REALM}",,', (REALM, "", "")),
    ],
)
def test_the_first_bearer_challenge_that_names_a_realm(header: str, found: tuple[str, str, str]) -> None:
    assert Challenge(*found) == challenge.read(header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        'Basic realm="Registry"',
        "Bearer",
        'Bearer service="s"',
        'Bearer realm=""',
        'Bearer realm="open',
        'Bearer realm="a\nb"',
        f'realm="{REALM}"',
        'Bearer realm="' + "a" * 5000 + '"',
        'Bearer realm="' + "a" * 3000 + '"',
    ],
)
def test_what_names_no_realm_is_none(header: str) -> None:
    assert challenge.read(header) is None


def test_a_registry_that_takes_a_name_and_a_password_is_known() -> None:
    assert [True, True, False, False] == [
        challenge.basic(header) for header in ('Basic realm="x"', 'Bearer realm="x", basic', 'Bearer realm="Basic"', "")
    ]


@pytest.mark.parametrize(
    ("answer", "lives"),
    [
        ({"token": "abc", "expires_in": 300}, 300),
        ({"access_token": "abc"}, 60),
        ({"token": "", "access_token": "abc", "expires_in": None}, 60),
        ({"token": "abc", "access_token": "other", "expires_in": 0}, 60),
        ({"token": "abc", "expires_in": -5}, 60),
        ({"token": "abc", "expires_in": True}, 60),
        ({"token": "abc", "expires_in": "300"}, 60),
        ({"token": "abc", "expires_in": 10**19}, 86400),
        ({"token": "abc", "expires_in": 1e300}, 86400),
    ],
)
def test_a_token_is_good_as_long_as_it_says_or_a_minute(answer: object, lives: int) -> None:
    assert Token("abc", READ_AT + timedelta(seconds=lives)) == challenge.token(json.dumps(answer).encode(), READ_AT)


def test_a_token_is_never_shown() -> None:
    assert "abc" not in repr(challenge.token(b'{"token":"abc"}', READ_AT))


@pytest.mark.parametrize(
    "value", [None, 7, "", "a b", "a\r\nX: y", "ü", "a" * 16385, ["abc"]], ids=lambda value: repr(value)[:20]
)
def test_a_token_that_could_not_be_sent_is_refused_without_repeating_it(value: object) -> None:
    with pytest.raises(Malformed, match=r"^the answer holds no token that could be sent$"):
        challenge.token(json.dumps({"token": value}).encode(), READ_AT)


@given(st.text(max_size=200) | st.text('Bearer realm="x\\", \t=', max_size=200))
def test_any_header_gets_an_answer(header: str) -> None:
    found = challenge.read(header)

    assert found is None or found.realm.isprintable()
    assert isinstance(challenge.basic(header), bool)


@given(st.binary(max_size=100) | st.builds(lambda v: json.dumps({"token": "a", "expires_in": v}).encode(), st.floats()))
def test_any_body_is_a_token_or_refused(body: bytes) -> None:
    try:
        found = challenge.token(body, READ_AT)
    except Malformed:
        return
    assert READ_AT < found.until <= READ_AT + timedelta(days=1)
