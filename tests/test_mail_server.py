"""The mail server's address is read as it is meant, or refused without repeating the login in it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mail_server import MailServer, is_address, is_host, sender, server
from app.settings import read
from app.variables import BadSetting

SECRET = "hunter2"
visible = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, False, "", "")),
        ("smtps://mail.example", ("mail.example", 465, True, "", "")),
        ("smtp://127.0.0.1:25", ("127.0.0.1", 25, False, "", "")),
        ("smtp://[::1]:25", ("::1", 25, False, "", "")),
        ("smtps://a%40x.example:p%3A%2F@mail.example:10465", ("mail.example", 10465, True, "a@x.example", "p:/")),
    ],
)
def test_an_address_is_read(url: str, expected: tuple[str, int, bool, str, str]) -> None:
    found = server("SMTP_URL", url)
    assert expected == (found.host, found.port, found.tls, found.login, found.password)


@given(visible, visible)
def test_every_visible_login_comes_back_from_its_percent_encoding(login: str, password: str) -> None:
    found = server("SMTP_URL", f"smtp://{quote(login, safe='')}:{quote(password, safe='')}@mail.example")
    assert (login, password) == (found.login, found.password)
    assert password not in repr(found) or len(password) < 12


@pytest.mark.parametrize(
    "url",
    [
        *(
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail..x",
            "smtp://.example",
            "smtp://mail.example:0",
        ),
        *(
            "smtp://mail.example:99999",
            "smtp://mail.example/x",
            "smtp://mail.example?x=1",
            "smtp://[::1",
            "smtp://ma il",
        ),
        *("smtp://b\u00fccher.example", "smtp://-x.example", f"smtp://{'x' * 64}.example", "smtp://mail.example\n"),
        *(f"smtp://a\u00e4:{SECRET}@mail.example", f"smtp://a:{SECRET}%C3%A4@mail.example"),
        *(f"smtp://a:{SECRET}%FF@mail.example", f"smtp://a:{SECRET}%0A@mail.example", f"smtp://{SECRET}@mail.example"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match="SMTP_URL") as raised:
        server("SMTP_URL", url)
    assert SECRET not in str(raised.value)


@given(st.text(max_size=80))
def test_nothing_but_a_server_or_a_refusal_comes_of_any_text(text: str) -> None:
    for url in (text, f"smtp://{text}"):
        try:
            found = server("SMTP_URL", url)
        except BadSetting:
            continue
        assert isinstance(found, MailServer)
        assert found.host.encode("idna")


@given(st.text(max_size=60))
def test_what_is_taken_for_a_host_can_be_asked_for(text: str) -> None:
    if is_host(text):
        assert text.isascii()
        text.encode("idna")


@pytest.mark.parametrize(
    "text", ["a", "a@", "@b", "a b@x.example", "A <a@x.example>", "a@x..example", "\u00e4@x.example"]
)
def test_a_sender_is_an_address_alone(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(BadSetting, match="MAIL_FROM"):
        sender("MAIL_FROM", text)


def test_the_settings_hold_both_and_do_not_show_the_login() -> None:
    found = read({"SMTP_URL": f"smtps://a:{SECRET}@mail.example", "MAIL_FROM": "alerts@x.example"})
    assert ("alerts@x.example", True) == (found.mail_from, found.smtp_url is not None)
    assert SECRET not in repr(found)
