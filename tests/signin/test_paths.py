"""After a login a browser goes to a page of ours, whatever somebody put into the link."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.signin.paths import local_path
from tests.signin.place import Place

BASE = "https://monitor.example/login/callback"
_BITS = st.sampled_from(
    [
        "/",
        "//",
        "\\",
        "https:",
        "http://",
        "evil.example",
        "@",
        ":",
        "?",
        "#",
        "..",
        "%2f",
        "\t",
        "\n",
        "\x00",
        "a",
        "\u3002",
    ]
)


def _as_browsers_do(location: str) -> str:
    """Browsers drop tabs and line breaks, trim, and take a backslash for a slash (WHATWG, URL Standard)."""
    return location.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None, 92: "/"})


@given(st.text() | st.lists(_BITS, max_size=8).map("".join))
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("/%09/evil.example")
@example("https://evil.example")
@example("/..//evil.example")
@example("javascript:alert(1)")
def test_no_text_leads_away_from_us(text: str) -> None:
    path = local_path(text)

    to = urlsplit(urljoin(BASE, _as_browsers_do(path)))
    assert ("https", "monitor.example") == (to.scheme, to.netloc)
    assert path.isascii()
    assert path.isprintable()


@pytest.mark.parametrize("path", ["/", "/setup", "/?q=a%20b&sort=name", "/artifacts/pkg:npm/%40octo/widget", "/a//b"])
def test_our_own_pages_stay_as_they_are(path: str) -> None:
    assert path == local_path(path)


@pytest.mark.parametrize(
    "path", ["", "/login", "/login?next=/", "/login/start", "/logout", "a", "/" + "a" * 2000, "/ä", "/a#b"]
)
def test_anything_else_leads_to_the_first_page(path: str) -> None:
    assert "/" == local_path(path)


def test_a_link_with_a_strangers_address_ends_at_our_first_page(place: Place) -> None:
    place.people.add("mona", _4711="pull")
    browser = place.browser()

    assert f"{place.monitor}/" == browser.log_in("mona", "/login?next=//evil.example/").url
    assert f"{place.monitor}/" == browser.go("/login?next=https://evil.example/").url
