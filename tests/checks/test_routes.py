"""The fields of routes: what is refused is refused with a sentence that says what to write and repeats no secret."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import OUTSIDE, fields, webhook
from checks.outside import BadRoute
from tests.checks.voices import ROUTES, SECRET

KINDS = pytest.mark.parametrize("place", ROUTES)


def read(place: str, **changed: Any) -> Any:
    """The route of a place with some fields changed; None takes one out."""
    given = {name: value for name, value in {**ROUTES[place], **changed}.items() if value is not None}
    return OUTSIDE[place.partition("-")[0]].read(given)


@KINDS
def test_an_unknown_field_is_refused_by_name_with_those_that_there_are(place: str) -> None:
    with pytest.raises(BadRoute, match=r"Unknown field `chanel`.*It has: "):
        read(place, chanel="x")


@KINDS
def test_every_field_that_is_needed_is_asked_for(place: str) -> None:
    for name in ROUTES[place]:
        if name not in ("from", "format"):
            with pytest.raises(BadRoute, match=f"`{name}`"):
                read(place, **{name: None})


@KINDS
@given(
    value=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text()), st.text())
)
def test_whatever_stands_in_a_field_is_taken_or_refused_with_a_sentence(place: str, value: Any) -> None:
    for name in (*ROUTES[place], "url", "port", "insecure", "tls", "index"):
        try:
            read(place, **{name: value})
        except BadRoute as refused:
            assert str(refused).endswith(".")
            assert "\n" not in str(refused)


@pytest.mark.parametrize(
    ("place", "name", "secret"),
    [
        ("slack", "token", "xoxb-very secret"),
        ("slack-webhook", "url", "http://hooks.slack.example/services/T0/B0/verysecret"),
        ("slack-webhook", "url", "https://user:verysecret@hooks.slack.example/"),
        ("splunk", "token", "verysecret!"),
        ("webhook", "secret", "whsec_verysecret"),
        ("webhook", "secret", "verysecret"),
        ("teams", "url", "ftp://flows.example/verysecret"),
        ("pagerduty", "routing_key", "verysecret"),
        ("webhook", "url", "https://exa mple/verysecret"),
        ("webhook", "url", "https://[verysecret/"),
    ],
)
def test_a_refusal_never_repeats_a_secret(place: str, name: str, secret: str) -> None:
    with pytest.raises(BadRoute) as refused:
        read(place, **{name: secret})

    assert f"`{name}`" in str(refused.value)
    assert "secret" not in str(refused.value).replace("`secret`", "")
    assert refused.value.__cause__ is None


def test_a_secret_that_stands_where_a_name_should_is_not_repeated() -> None:
    with pytest.raises(BadRoute) as refused:
        OUTSIDE["slack"].read({"xoxb-0000-VerySecret": "x"})

    assert "VerySecret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://bücher.example/x", "xn--"),
        ("https://a..example/x", "none is empty"),
        ("https://.example/x", "none is empty"),
        ("https://a_b-.example/x", "no host"),
        (f"https://{'a' * 64}.example/", "no host"),
        ("https://1.2.3/x", "IP address"),
        ("https://1.2.3.4.5/x", "IP address"),
        ("https://[::1%25eth0]/x", "IP address"),
        ("http://hooks.example/x", "insecure"),
        ("//hooks.example/x", "https://"),
        ("https:///x", "https://"),
        ("https://a.example/#x", "#"),
        ("https://u@a.example/", "login"),
        ("https://a.example:0/", "port 0"),
        ("https://a.example:99999/", "no address"),
        ("https://a.example\\@b.example/", "https://|login"),
        ("https://a.example/\u200b", "ASCII|one line"),
        ("https://a.example/\nx", "one line"),
        (" https://a.example/", "one line"),
    ],
)
def test_an_address_that_two_programs_may_read_differently_is_refused(url: str, why: str) -> None:
    with pytest.raises(BadRoute, match=why):
        read("webhook", url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/x?y=1",
        "https://xn--bcher-kva.example/x",
        "https://10.0.0.7:8443/",
        "https://[fd00::7]/x",
        "http://127.0.0.1:8080/x",
        "http://[::1]/x",
        "http://localhost:9/x",
    ],
)
def test_an_address_in_order_is_taken_as_it_stands(url: str) -> None:
    assert read("webhook", url=url).url == url


def test_an_open_line_is_used_only_where_that_is_said() -> None:
    assert read("webhook", url="http://hooks.example/x", insecure=True).url == "http://hooks.example/x"
    assert read("syslog-cef", tls=False, insecure=True).tls is False
    with pytest.raises(BadRoute, match="insecure"):
        read("syslog-cef", tls=False)
    with pytest.raises(BadRoute, match="`insecure` must be true or false"):
        read("webhook", url="http://hooks.example/x", insecure="yes")


def test_syslog_to_this_machine_may_be_plain_and_ports_are_those_of_the_protocols() -> None:
    assert (read("syslog-cef", host="127.0.0.1", tls=False).port, read("syslog-cef").port) == (601, 6514)


@pytest.mark.parametrize(
    "changed",
    [{"port": 0}, {"port": True}, {"port": "514"}, {"format": "leef"}, {"facility": "kern"}, {"host": "ä.example"}],
)
def test_syslog_takes_no_other_words_or_numbers(changed: dict[str, Any]) -> None:
    with pytest.raises(BadRoute):
        read("syslog-cef", **changed)


@pytest.mark.parametrize(
    "address",
    [
        "bücher@team.example",
        "a@bücher.example",
        "a@b..example",
        "a@.example",
        "a@",
        "@team.example",
        "a b@team.example",
        "a@team.example\r\nBcc: b@evil.example",
        "Team <a@team.example>",
        "a@b@team.example",
        ".a@team.example",
        f"{'a' * 65}@team.example",
        7,
        None,
        "",
    ],
)
def test_an_address_of_mail_that_could_be_more_than_an_address_is_refused(address: Any) -> None:
    with pytest.raises(BadRoute):
        read("email", to=[address])
    with pytest.raises(BadRoute):
        fields.mail_address(address, "to")


@pytest.mark.parametrize("to", ["a@team.example", [], ["a@team.example"] * 101, {"a": 1}, b"a@team.example"])
def test_mail_goes_to_a_list_of_addresses(to: Any) -> None:
    with pytest.raises(BadRoute, match="list of 1 to 100"):
        read("email", to=to)


def test_each_recipient_is_written_to_once() -> None:
    assert read("email", to=["a@team.example", "b@team.example", "a@team.example"]).to == (
        "a@team.example",
        "b@team.example",
    )


def test_slack_takes_a_webhook_or_a_token_with_a_channel_and_never_both() -> None:
    for changed in ({"url": "https://hooks.slack.example/x"}, {"token": None, "channel": None}):
        with pytest.raises(BadRoute, match="either `url`"):
            read("slack", **changed)
    with pytest.raises(BadRoute, match="take `channel` out"):
        read("slack-webhook", channel="#x")


def test_splunks_path_is_added_where_none_is_given() -> None:
    assert read("splunk", url="https://s.example:8088/").url == "https://s.example:8088/services/collector/event"
    assert read("splunk", url="https://s.example/x/event").url == "https://s.example/x/event"


def test_a_webhook_is_signed_as_the_standard_has_it() -> None:
    """The reference vector of Standard Webhooks."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = webhook.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')

    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_is_signed_with_both_keys_while_one_is_changed() -> None:
    both = read("webhook", old_secret="whsec_" + "b2xkb2xk" * 4)

    assert both.keys == (b"secret" * 4, b"oldold" * 4)
    assert SECRET not in repr(both)
