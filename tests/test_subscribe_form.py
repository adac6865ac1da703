"""The form is read strictly: whatever is typed, nothing comes of it that a mail, a header or a page could obey."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deeds.subscribe_form import MOST, Refused, Wish, read
from verifier.model import Filter

DOMAINS = ("people.example", "*")


def form(**changes: str | list[str]) -> dict[str, list[str]]:
    held: dict[str, str | list[str]] = {"address": "alice@people.example", "outcomes": ["suspect"], "pace": "once"}
    return {name: [value] if isinstance(value, str) else value for name, value in {**held, **changes}.items()}


def test_a_form_becomes_a_filter() -> None:
    wish = read(
        form(
            address=" Alice.B+x@PEOPLE.example ",
            organisations="octo-org, octo-*",
            repositories="octo-org/widget  octo-org/*",
            artifacts="pkg:npm/@octo/widget,pkg:PyPI/Some_Thing pkg:npm/@octo/*",
            outcomes=["suspect", "notice", "suspect"],
            pace="weekly",
        ),
        DOMAINS,
    )

    wanted = Filter(
        ("octo-org", "octo-*"),
        ("octo-org/widget", "octo-org/*"),
        ("pkg:npm/%40octo/widget", "pkg:pypi/some-thing", "pkg:npm/%40octo/*"),
        ("notice", "suspect"),
    )
    assert Wish("Alice.B+x@people.example", wanted, weekly=True) == wish


def test_strangers_are_noted_down_for_what_the_public_may_hear_whatever_they_tick() -> None:
    wish = read(form(address="mallory@elsewhere.example", outcomes=["suspect", "anomaly", "notice"]), DOMAINS)

    assert ("non_compliant",) == wish.filter.outcomes


ADDRESSES = [
    "",
    "alice",
    "@people.example",
    "alice@",
    "alice@people",
    "alice@people.example\r\nBcc: all@people.example",
    "alice@people.example\nSubject: x",
    "alice@people.example,bob@people.example",
    "alice@people.example;bob@people.example",
    "alice@people.example bob@people.example",
    "Alice <alice@people.example>",
    "<alice@people.example>",
    '"alice bob"@people.example',
    "alice(comment)@people.example",
    "alice@[127.0.0.1]",
    "alice@people..example",
    "alice@-people.example",
    ".alice@people.example",
    "alice.@people.example",
    "al..ice@people.example",
    "-oQ/x@people.example",
    "al\u0131ce@people.example",
    "alice@p\u0435ople.example",
    "alice\u202e@people.example",
    "alice\x00@people.example",
    "alice@people.example\u2028",
    "a" * 65 + "@people.example",
    "a@" + "b." * 130 + "example",
    "a" * 65_536,
    "a@" + "a-" * 30_000 + ".example",
    "a." * 30_000 + "@people.example",
    "alice@people.example@elsewhere.example",
    "=?utf-8?q?alice?=@people.example\t",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: ascii(a)[:40])
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        read(form(address=address), DOMAINS)

    assert "address" == refused.value.field
    assert str(refused.value).isprintable()


@given(st.text(max_size=80) | st.from_regex(r"[ -~]{1,20}@[ -~]{1,20}\.example", fullmatch=True))
def test_an_address_that_is_taken_stands_in_a_header_as_that_one_address(text: str) -> None:
    try:
        wish = read(form(address=text), DOMAINS)
    except Refused:
        return
    made = EmailMessage(policy=SMTP)
    made["To"] = wish.address

    assert [wish.address] == [one.addr_spec for one in made["To"].addresses]
    assert 1 == made.as_bytes().count(b"\n", 0, made.as_bytes().index(b"\r\n\r\n") + 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisations", "octo org/x"),
        ("organisations", "a" * 101),
        ("organisations", "[a-z]"),
        ("organisations", "<script>"),
        ("organisations", "\u0430lice"),
        ("organisations", "a\r\nb"),
        ("organisations", ",".join(f"o{n}" for n in range(MOST + 1))),
        ("organisations", "a" * 65_536),
        ("repositories", "widget"),
        ("repositories", "a/b/c"),
        ("repositories", "a/b\x00"),
        ("artifacts", "widget"),
        ("artifacts", "pkg:npm/widget@1.0.0"),
        ("artifacts", "pkg:npm/\u202ewidget"),
        ("artifacts", 'pkg:npm/"><script>'),
        ("artifacts", "pkg:npm/" + "a" * 300),
        ("artifacts", ["pkg:npm/a", "pkg:npm/b"]),
        ("outcomes", []),
        ("outcomes", "compliant"),
        ("outcomes", ["suspect"] * 3 + ["everything"]),
        ("pace", "daily"),
        ("address", ["alice@people.example", "bob@people.example"]),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_a_field_that_cannot_be_meant_is_named(field: str, value: str | list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read(form(**{field: value}), DOMAINS)

    assert field == refused.value.field
    assert str(refused.value).isascii()


@pytest.mark.parametrize("missing", ["address", "outcomes"])
def test_a_field_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(Refused) as refused:
        read({name: value for name, value in form().items() if name != missing}, DOMAINS)

    assert missing == refused.value.field


@given(
    st.dictionaries(
        st.sampled_from(["address", "organisations", "repositories", "artifacts", "outcomes", "pace"]),
        st.lists(st.text(max_size=60) | st.sampled_from(["*", "octo/*", "pkg:npm/*", "suspect"]), max_size=3),
    )
)
def test_any_form_is_read_or_refused_and_what_is_kept_is_plain(fields: dict[str, list[str]]) -> None:
    try:
        wish = read({"address": ["a@people.example"], "outcomes": ["suspect"], **fields}, DOMAINS)
    except Refused:
        return
    kept = (*wish.filter.organisations, *wish.filter.repositories, *wish.filter.artifacts)

    assert all(name.isascii() and name.isprintable() and not set(name) & set("<>\"'` []") for name in kept)


def test_where_no_domain_is_named_for_it_an_address_cannot_subscribe() -> None:
    with pytest.raises(Refused, match="cannot subscribe here"):
        read(form(address="mallory@elsewhere.example"), ("people.example",))
